#include "protocol/domain/quota.hpp"

#include <algorithm>

namespace sellavie {

reply_permit permit_reply(std::optional<std::int64_t> allowed, reply_count count, purchase buying) noexcept {
  if (!allowed || buying == purchase::under_way) return reply_permit::granted;
  if (count.used >= *allowed) return reply_permit::paused;
  return count.under_way < *allowed - count.used ? reply_permit::granted : reply_permit::wait;
}

int percent_used(std::optional<std::int64_t> allowed, std::int64_t used) noexcept {
  constexpr std::int64_t most_shown = 999;
  if (!allowed) return 0;
  if (*allowed == 0) return 100;
  // Divided first: no product that overflows.
  const std::int64_t whole = used / *allowed;
  if (whole > 9) return static_cast<int>(most_shown);
  const auto rest = static_cast<double>(used % *allowed) * 100 / static_cast<double>(*allowed);
  return static_cast<int>(std::min(most_shown, whole * 100 + static_cast<std::int64_t>(rest)));
}

quota_level level_reached(std::optional<std::int64_t> allowed, std::int64_t used) noexcept {
  if (!allowed) return quota_level::none;
  if (used >= *allowed) return quota_level::all;
  return percent_used(allowed, used) >= static_cast<int>(quota_level::most) ? quota_level::most
                                                                            : quota_level::none;
}

quota_level warning_due(std::optional<std::int64_t> allowed, std::int64_t used, quota_level given) noexcept {
  const auto reached = level_reached(allowed, used);
  return reached > given ? reached : quota_level::none;
}

}  // namespace sellavie
