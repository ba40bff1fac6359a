#pragma once
// Whoever guesses passwords from one address waits longer each time (session_rules R6), whichever accounts are
// tried; the account has its own, stored (R5). IPv6 clients count by /64. In memory, of this node. Bounded: when the
// table is full, those that failed longest ago are forgotten; those with an attempt under way stay, they are as few as
// the passwords that wait. Thread-safe; time is an argument.

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>

#include "net/http/address_block.hpp"

namespace sellavie::net {

class failure_delays {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// One that was admitted and whose outcome is not known yet. Ends with failed(), release() or itself; what it
  /// came from outlives it.
  class attempt {
   public:
    attempt() = default;
    attempt(failure_delays& of, const address_bytes& client) : of_{&of}, client_{client} {}
    attempt(attempt&& other) noexcept;
    attempt& operator=(attempt&& other) noexcept;
    ~attempt() { release(); }
    /// The password was wrong.
    void failed(time_point now);
    /// It was right, or none was tried: only time ends what was counted before.
    void release() noexcept;

   private:
    failure_delays* of_ = nullptr;
    address_bytes client_{};
  };

  struct admission {
    /// 0: go on. Otherwise the seconds until this client may try again.
    int wait = 0;
    attempt admitted{};
  };

  /// `free` failures cost nothing.
  explicit failure_delays(int free, std::size_t most_clients = 100'000)
      : free_{free}, most_clients_{most_clients} {}

  /// An attempt under way counts as failed until it ends: behind the free ones there is one at a time, and who comes
  /// meanwhile is asked to come back in a second.
  [[nodiscard]] admission admit(const address_bytes& client, time_point now);
  [[nodiscard]] std::size_t clients() const;

 private:
  struct record {
    int failures = 0;
    int under_way = 0;
    /// Up to here the failures were halved.
    time_point halved_at{};
    std::optional<time_point> last_failure{};
    time_point blocked_until{};
  };
  void failed(const address_bytes& client, time_point now);
  void release(const address_bytes& client);
  void make_room(time_point now);

  const int free_;
  const std::size_t most_clients_;
  mutable std::mutex mutex_;
  std::map<address_bytes, record> records_;
};

}  // namespace sellavie::net
