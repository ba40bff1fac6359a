#pragma once
// How many bytes of requests, or of answers, may be in memory at once: a bound shared by all lanes, kept
// with relaxed atomics (it guards no data, only a number). What has been let in may grow into the reserve;
// what comes new may not, so that a full house can finish. From half on it is pressed: before anything
// is refused, slow peers must hurry.

#include <atomic>
#include <cstddef>

#include "net/http/observer.hpp"

namespace sellavie::net {

class byte_budget {
 public:
  /// Of requests, which grow as they arrive: a quarter is reserved for growth.
  [[nodiscard]] static byte_budget of_requests(std::size_t limit) noexcept {
    return byte_budget{limit, limit - limit / 4};
  }
  /// Of answers, which are whole when they come.
  [[nodiscard]] static byte_budget of_answers(std::size_t limit) noexcept {
    return byte_budget{limit, limit};
  }

  enum class claim : unsigned char { fresh, growth };
  /// False: it does not fit and nothing was taken.
  [[nodiscard]] bool take(std::size_t bytes, claim kind) noexcept;
  /// Also beyond the limit: what comes after it waits until there is room again.
  void force(std::size_t bytes) noexcept { used_.fetch_add(bytes, std::memory_order_relaxed); }
  void give_back(std::size_t bytes) noexcept { used_.fetch_sub(bytes, std::memory_order_relaxed); }

  [[nodiscard]] std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool is_pressed() const noexcept { return used() >= limit_ / 2; }

 private:
  byte_budget(std::size_t limit, std::size_t mark) noexcept : limit_{limit}, mark_{mark} {}

  const std::size_t limit_;
  /// Up to here for what comes new.
  const std::size_t mark_;
  std::atomic<std::size_t> used_{0};
};

/// Bytes taken from the server's budget and from the peer's share of it; given back when it is destroyed.
/// One thread at a time. The budgets and the observer must outlive it.
class held_bytes {
 public:
  /// `share` may be null: a peer without a share of its own.
  held_bytes(byte_budget& whole, byte_budget* share, held_as what, http_observer& observer) noexcept
      : whole_{whole}, share_{share}, what_{what}, observer_{observer} {}
  ~held_bytes() { release(); }
  held_bytes(const held_bytes&) = delete;
  held_bytes& operator=(const held_bytes&) = delete;

  /// Takes or gives back the difference; false: it does not fit and nothing changed. Less always fits.
  [[nodiscard]] bool resize(std::size_t bytes) noexcept;
  /// Takes the difference whether it fits or not. Not for less.
  void force(std::size_t bytes) noexcept;
  void release() noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  [[nodiscard]] bool take(std::size_t more) noexcept;
  void give_back(std::size_t bytes) noexcept;

  byte_budget& whole_;
  byte_budget* share_;
  held_as what_;
  http_observer& observer_;
  std::size_t size_ = 0;
};

}  // namespace sellavie::net
