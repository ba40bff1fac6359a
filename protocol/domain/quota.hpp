#pragma once
// How many AI replies a business's plan allows in a calendar month, and what happens at the limit. Pure: who
// counts and when months begin are arguments.
//
//  R1  Without a limit everything is granted.
//  R2  Below the limit a reply is granted; those under way count as used until they end.
//  R3  A purchase that is under way goes on, whatever is used.
//  R4  When all are used, the AI pauses.
//  R5  In between, those under way decide: who asks waits until they have ended. So nobody is paused below the limit
//      and nothing is granted beyond it.
//  R6  A warning is due at 80 % and at 100 %: only the highest that is reached and was not given.

#include <cstdint>
#include <optional>

namespace sellavie {

enum class reply_permit : std::uint8_t { granted, wait, paused };

enum class purchase : std::uint8_t { none, under_way };

struct reply_count {
  std::int64_t used = 0;
  /// Granted and not ended yet.
  std::int64_t under_way = 0;
};

[[nodiscard]] reply_permit permit_reply(std::optional<std::int64_t> allowed, reply_count count,
                                        purchase buying) noexcept;

/// Percent of the plan: what a warning says.
enum class quota_level : std::int16_t { none = 0, most = 80, all = 100 };

[[nodiscard]] quota_level level_reached(std::optional<std::int64_t> allowed, std::int64_t used) noexcept;
/// `none`: nothing new is to be said.
[[nodiscard]] quota_level warning_due(std::optional<std::int64_t> allowed, std::int64_t used,
                                      quota_level given) noexcept;

/// Rounded down, at most 999; without a limit 0.
[[nodiscard]] int percent_used(std::optional<std::int64_t> allowed, std::int64_t used) noexcept;

}  // namespace sellavie
