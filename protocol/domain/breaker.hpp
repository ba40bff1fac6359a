#pragma once
// A circuit breaker for one provider credential. Pure: time is an argument, no clock.
//
//   closed ──(threshold failures in a row, or a Retry-After)──► open ──(cool-down over)──► half-open
//     ▲                                                          ▲                            │
//     └───────────────(the probe succeeds)───────────────────────┼────────────────────────────┤
//                                                                └──(the probe fails or is lost)
//
//  R1  Half-open lets exactly one call through; the others are refused until it is settled.
//  R2  A failed probe opens again with a doubled cool-down, up to a maximum; success resets it.
//  R3  A Retry-After sets the cool-down, never a shorter one than already runs, up to its own maximum.
//  R4  A probe that never reports counts as failed after `probe_timeout`.
//  R5  Results of calls that began before the last change of state change nothing, but a Retry-After of
//      theirs may prolong an open breaker.

#include <cstdint>
#include <optional>

#include "protocol/domain/time.hpp"

namespace sellavie {

struct breaker_settings {
  int failure_threshold = 3;
  milliseconds cool_down{5'000};
  milliseconds max_cool_down{300'000};
  milliseconds max_retry_after{3'600'000};
  milliseconds probe_timeout{30'000};
};

enum class breaker_state : std::uint8_t { closed, open, half_open };

/// Permission for one call; give it back with its result.
struct breaker_permit {
  std::uint64_t generation = 0;
  bool probe = false;

  friend bool operator==(const breaker_permit&, const breaker_permit&) = default;
};

class breaker {
 public:
  explicit breaker(breaker_settings settings = {}) noexcept : settings_{settings} {}

  /// Empty = refused. Half-open hands out one permit, the probe.
  [[nodiscard]] std::optional<breaker_permit> try_acquire(instant now) noexcept;
  /// When try_acquire may succeed next; `now` if it would now. Changes nothing.
  [[nodiscard]] instant ready_at(instant now) const noexcept;

  void on_success(breaker_permit permit, instant now) noexcept;
  void on_failure(breaker_permit permit, instant now, std::optional<milliseconds> retry_after = {}) noexcept;
  /// Opens at once: a bad key, no quota.
  void on_fatal(breaker_permit permit, instant now, std::optional<milliseconds> retry_after = {}) noexcept;
  /// The call said nothing about the provider's health (our bug, cancelled): frees a probe.
  void on_abandoned(breaker_permit permit, instant now) noexcept;

  [[nodiscard]] breaker_state state(instant now) const noexcept;

 private:
  void open(instant now, std::optional<milliseconds> retry_after) noexcept;
  void settle_lost_probe(instant now) noexcept;
  [[nodiscard]] bool is_current(breaker_permit permit) const noexcept;

  breaker_settings settings_;
  breaker_state state_ = breaker_state::closed;
  /// Rises with each change of state and with each probe.
  std::uint64_t generation_ = 1;
  int failures_in_row_ = 0;
  /// Times opened without a success in between.
  int openings_ = 0;
  /// open: end of the cool-down; half-open with a probe out: when it counts as lost.
  instant until_{};
  bool probe_out_ = false;
};

}  // namespace sellavie
