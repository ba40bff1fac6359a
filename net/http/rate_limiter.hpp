#pragma once
// Token buckets per client: so many requests a minute, a burst of the same size. IPv6 clients count
// by /64, because one subscriber has that many addresses. Bounded: when the table is full, full
// buckets are forgotten first (they say nothing), then the oldest half.
// Thread-safe; time is an argument.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "net/http/address_block.hpp"

namespace sellavie::net {

/// Of a textual address; nothing readable counts as one client.
[[nodiscard]] address_bytes client_key(std::string_view address);

class rate_limiter {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit rate_limiter(int per_minute, std::size_t most_clients = 100'000)
      : rate_limiter{per_minute, std::chrono::minutes{1}, most_clients} {}
  /// `amount` at once, and again in each `period`.
  rate_limiter(int amount, std::chrono::seconds period, std::size_t most_clients = 100'000);

  /// 0: go on. Otherwise the seconds after which one request is free again.
  [[nodiscard]] int take(const address_bytes& client, time_point now);
  [[nodiscard]] std::size_t clients() const;

 private:
  struct bucket {
    double tokens = 0;
    time_point filled_at{};
  };
  struct key_hash {
    std::size_t operator()(const address_bytes& key) const noexcept;
  };
  void make_room(time_point now);
  [[nodiscard]] double filled(const bucket& one, time_point now) const;

  const double per_second_;
  const double burst_;
  const std::size_t most_clients_;
  mutable std::mutex mutex_;
  std::unordered_map<address_bytes, bucket, key_hash> buckets_;
};

}  // namespace sellavie::net
