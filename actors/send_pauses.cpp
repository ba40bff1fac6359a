#include "actors/send_pauses.hpp"

#include <algorithm>
#include <functional>

namespace sellavie::actors {

void send_pauses::rest_app(instant until) {
  const std::lock_guard lock{guard_};
  app_until_ = std::max(app_until_, until);
  latest_ = std::max(latest_.load(), until);
}

void send_pauses::rest_token(std::string_view token, instant until, instant now) {
  const std::lock_guard lock{guard_};
  std::erase_if(tokens_, [now](const auto& one) { return one.second <= now; });
  instant& kept = tokens_[std::hash<std::string_view>{}(token)];
  kept = std::max(kept, until);
  latest_ = std::max(latest_.load(), until);
}

instant send_pauses::ready_at(std::string_view token, instant now) const {
  if (latest_.load() <= now) return now;
  const std::lock_guard lock{guard_};
  instant at = std::max(now, app_until_);
  const auto found = tokens_.find(std::hash<std::string_view>{}(token));
  return found == tokens_.end() ? at : std::max(at, found->second);
}

}  // namespace sellavie::actors
