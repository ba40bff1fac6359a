#include "net/api/failure_delays.hpp"

#include <algorithm>
#include <vector>

#include "protocol/api/session_rules.hpp"

namespace sellavie::net {

int failure_delays::wait(const address_bytes& client, time_point now) const {
  const std::lock_guard hold{mutex_};
  const auto found = records_.find(client);
  if (found == records_.end() || found->second.blocked_until <= now) return 0;
  return static_cast<int>(std::chrono::ceil<std::chrono::seconds>(found->second.blocked_until - now).count());
}

void failure_delays::failed(const address_bytes& client, time_point now) {
  const std::lock_guard hold{mutex_};
  if (records_.size() >= most_clients_ && !records_.contains(client)) make_room(now);
  record& mine = records_[client];
  if (now - mine.last_at >= forgotten_after) mine.failures = 0;
  // Several may have been under way at once: a later one never shortens the wait.
  ++mine.failures;
  mine.last_at = now;
  mine.blocked_until = std::max(mine.blocked_until, now + api::block_after(mine.failures, free_));
}

void failure_delays::make_room(time_point now) {
  std::erase_if(records_, [&](const auto& one) { return now - one.second.last_at >= forgotten_after; });
  // Else the next newcomer would scan again.
  if (records_.size() < most_clients_ / 4 * 3) return;
  std::vector<time_point> ages;
  ages.reserve(records_.size());
  for (const auto& [client, one] : records_) ages.push_back(one.last_at);
  const auto middle = ages.begin() + static_cast<std::ptrdiff_t>(ages.size() / 2);
  std::nth_element(ages.begin(), middle, ages.end());
  const auto limit = *middle;
  std::erase_if(records_, [&](const auto& one) { return one.second.last_at <= limit; });
}

std::size_t failure_delays::clients() const {
  const std::lock_guard hold{mutex_};
  return records_.size();
}

}  // namespace sellavie::net
