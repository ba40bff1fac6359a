#include "protocol/api/session_rules.hpp"

#include <algorithm>

namespace sellavie::api {

refresh_decision decide_refresh(const refresh_state& token, instant now) noexcept {
  if (token.session_ended || token.expires_at <= now) return refresh_decision::refuse;
  if (!token.is_rotated) return refresh_decision::rotate;
  return now - token.rotated_at <= refresh_overlap ? refresh_decision::repeat_successor
                                                   : refresh_decision::end_session;
}

std::chrono::milliseconds block_after(int failures, int free) noexcept {
  if (failures <= free) return {};
  const int doublings = std::min(failures - free - 1, 20);
  return std::min<std::chrono::milliseconds>(longest_block, std::chrono::seconds{1LL << doublings});
}

int failures_left(int failures, std::chrono::milliseconds passed) noexcept {
  const auto halvings = std::clamp<std::int64_t>(passed / failures_halve_after, 0, 31);
  return static_cast<int>(std::int64_t{failures} >> halvings);
}

}  // namespace sellavie::api
