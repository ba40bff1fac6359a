#pragma once
// Time as the domain sees it: an instant is an argument, never read from a clock.

#include <chrono>
#include <cstdint>

namespace sellavie {

using milliseconds = std::chrono::milliseconds;

/// A point in UTC time with millisecond resolution.
using instant = std::chrono::sys_time<milliseconds>;

[[nodiscard]] constexpr instant instant_from_ms(std::int64_t unix_ms) noexcept {
  return instant{milliseconds{unix_ms}};
}

[[nodiscard]] constexpr std::int64_t to_unix_ms(instant at) noexcept { return at.time_since_epoch().count(); }

}  // namespace sellavie
