#pragma once
// What becomes of an outgoing webhook after an attempt to deliver it, and of the endpoint that did not take it; pure.
//
//  W1 2xx is delivered. Anything else, a redirect too, is a failure.
//  W2 A failure is tried again: after 10 s, 20 s, 40 s … 4 h, less up to a quarter by chance; not sooner than a
//     Retry-After of 429 and 503 says, as far as that is within 4 h.
//  W3 24 h after it was first due it is dead; a person can replay it while its body is kept (30 days).
//  W4 An endpoint that has taken nothing for 3 days is turned off by a failure that is not its delivery's first (between
//     rare events it may have come back), and one that answers 410 Gone at once. What waits for it is dead then.

#include <chrono>
#include <cstdint>
#include <optional>

#include "protocol/domain/time.hpp"

namespace sellavie::outgoing {

inline constexpr std::chrono::hours longest_trying{24};
inline constexpr std::chrono::hours longest_failing{72};
inline constexpr std::chrono::hours body_kept{30 * 24};

struct attempt {
  /// 0: there was no answer.
  int status = 0;
  std::optional<std::chrono::seconds> retry_after{};
};

struct delivery_age {
  /// Attempts so far, with this one.
  int attempts = 1;
  /// When it was to be sent first, or was replayed.
  instant began_at{};
  /// Of the endpoint: since when it takes nothing.
  std::optional<instant> failing_since{};
  instant now{};
};

enum class delivery_end : std::uint8_t { delivered, again, dead };
enum class endpoint_verdict : std::uint8_t { works, fails, turned_off };

struct delivery_outcome {
  delivery_end end = delivery_end::delivered;
  /// Of `again`.
  instant due_at{};
  endpoint_verdict endpoint = endpoint_verdict::works;
};

/// `jitter` is uniform over all 32 bits.
[[nodiscard]] delivery_outcome after_attempt(const attempt& made, const delivery_age& age,
                                             std::uint32_t jitter) noexcept;

}  // namespace sellavie::outgoing
