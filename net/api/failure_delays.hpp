#pragma once
// Whoever guesses passwords from one address waits longer each time (session_rules R6), whichever accounts are
// tried; the account has its own, stored (R5). IPv6 clients count by /64. In memory, of this node. An address that fails
// no more is forgotten after an hour. Bounded: when the table is full, those that failed longest ago are forgotten.
// Thread-safe; time is an argument.

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>

#include "net/http/address_block.hpp"

namespace sellavie::net {

class failure_delays {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::hours forgotten_after{1};

  /// `free` failures cost nothing.
  explicit failure_delays(int free, std::size_t most_clients = 100'000)
      : free_{free}, most_clients_{most_clients} {}

  /// 0: go on. Otherwise the seconds until this client may try again.
  [[nodiscard]] int wait(const address_bytes& client, time_point now) const;
  void failed(const address_bytes& client, time_point now);
  [[nodiscard]] std::size_t clients() const;

 private:
  struct record {
    int failures = 0;
    time_point last_at{};
    time_point blocked_until{};
  };
  void make_room(time_point now);

  const int free_;
  const std::size_t most_clients_;
  mutable std::mutex mutex_;
  std::map<address_bytes, record> records_;
};

}  // namespace sellavie::net
