#pragma once
// What becomes of a mail after an attempt to hand it over; pure.
//
//  M1 A mail that the server took is done.
//  M2 A mail that the server will never take (5xx, but for those about our own login) is given up at once.
//  M3 Anything else is tried again: 2 s, 4 s, 8 s … half an hour later, less up to a quarter by chance.
//  M4 After 40 attempts, or when what it says has expired, it is given up.

#include <cstdint>

#include "protocol/domain/time.hpp"

namespace sellavie::mail {

inline constexpr int most_attempts = 40;

struct attempt {
  bool was_taken = false;
  /// The last SMTP status; 0: the server was not reached.
  int status = 0;
};

struct mail_age {
  /// Attempts so far, with this one.
  int attempts = 1;
  instant now{};
  instant expires_at{};
};

enum class outcome : std::uint8_t { done, again, given_up };
[[nodiscard]] outcome after_attempt(const attempt& made, const mail_age& age) noexcept;

/// M3; `jitter` is uniform over all 32 bits.
[[nodiscard]] milliseconds pause_after(int attempts, std::uint32_t jitter) noexcept;

}  // namespace sellavie::mail
