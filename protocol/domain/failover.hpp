#pragma once
// Which model provider to ask next, and until when. A pure planner: what failed so far, who is ready,
// what time it is -> one step.
//
//  R1  One total deadline over all attempts, one deadline per attempt, at most `max_attempts`.
//  R2  A transient failure asks the same provider once again, then the next in order.
//  R3  A Retry-After is waited for only when it is short; longer than the patience or than the rest
//      means the next provider (the caller's breaker takes the Retry-After as its cool-down).
//  R4  Key, quota, billing and model failures go to the next provider at once.
//  R5  A bug of ours (400, 413, 422) gives up: another provider would say the same.
//  R6  A context overflow goes to a provider with a larger context, else once trimmed, else gives up.
//  R7  A refusal or content filter is returned, not shopped around.
//  R8  A provider that is open, without a free slot or too small is skipped; when all are, wait for the
//      earliest that can still answer within the deadline, else give up.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "protocol/domain/time.hpp"

namespace sellavie {

enum class failure_class : std::uint8_t {
  /// Connect, TLS, timeout, 408, 409, 429 by rate, 5xx.
  retry_same_then_failover,
  /// Key, quota, billing, model: this credential is of no use now; alert.
  failover_now,
  /// 400, 413, 422: our request is wrong.
  caller_bug,
  context_overflow,
  /// Refusal or content filter.
  refusal,
  /// A success that holds nothing usable.
  garbage,
};
[[nodiscard]] std::string_view to_string(failure_class kind) noexcept;

struct failover_settings {
  milliseconds attempt_limit{12'000};
  /// Less time than this is not worth an attempt.
  milliseconds min_attempt{1'000};
  /// How long a Retry-After or backoff is waited for while another provider could answer.
  milliseconds patience{2'000};
  std::size_t max_attempts = 4;
};

/// One provider, in preferred order; its position is its name.
struct provider_candidate {
  /// From breaker::ready_at: now or earlier = may be asked (or probed).
  instant ready_at{};
  bool has_free_slot = true;
  /// Tokens of prompt and answer together; 0 = unknown, taken as enough.
  std::uint32_t context_tokens = 0;
};

struct failed_attempt {
  std::size_t provider = 0;
  failure_class kind = failure_class::retry_same_then_failover;
  /// Earliest time for the same provider: the Retry-After, or the router's backoff.
  instant retry_at{};
  /// Whether the prompt of that attempt was the trimmed one.
  bool trimmed = false;
};

struct failover_request {
  instant deadline{};
  /// Estimate for the full prompt and its answer; 0 = unknown.
  std::uint32_t needed_tokens = 0;
  /// Estimate for the trimmed one; 0 = cannot be trimmed.
  std::uint32_t trimmed_tokens = 0;
};

struct ask_provider {
  std::size_t provider = 0;
  instant deadline{};
  /// Send the trimmed prompt.
  bool trimmed = false;

  friend bool operator==(const ask_provider&, const ask_provider&) = default;
};

/// Plan again at `until`, or earlier when a slot becomes free.
struct wait_until {
  instant until{};

  friend bool operator==(const wait_until&, const wait_until&) = default;
};

enum class give_up_reason : std::uint8_t {
  deadline,
  attempts,
  caller_bug,
  context_overflow,
  refusal,
  nobody_left
};
[[nodiscard]] std::string_view to_string(give_up_reason reason) noexcept;

struct give_up {
  give_up_reason reason = give_up_reason::nobody_left;

  friend bool operator==(const give_up&, const give_up&) = default;
};

using failover_step = std::variant<ask_provider, wait_until, give_up>;

[[nodiscard]] failover_step plan_attempt(const failover_request& request,
                                         std::span<const provider_candidate> providers,
                                         std::span<const failed_attempt> failed,
                                         const failover_settings& settings, instant now);

}  // namespace sellavie
