#include "net/api/failure_delays.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "protocol/api/session_rules.hpp"

namespace sellavie::net {
namespace {

using std::chrono::ceil;
using std::chrono::floor;
using std::chrono::milliseconds;
using std::chrono::seconds;

int whole_seconds(failure_delays::time_point::duration wait) {
  return static_cast<int>(std::max(seconds{1}, ceil<seconds>(wait)).count());
}

}  // namespace

failure_delays::attempt::attempt(attempt&& other) noexcept
    : of_{std::exchange(other.of_, nullptr)}, client_{other.client_} {}

failure_delays::attempt& failure_delays::attempt::operator=(attempt&& other) noexcept {
  std::swap(of_, other.of_);
  std::swap(client_, other.client_);
  return *this;
}

void failure_delays::attempt::failed(time_point now) {
  if (auto* const of = std::exchange(of_, nullptr)) of->failed(client_, now);
}

void failure_delays::attempt::release() noexcept {
  if (auto* const of = std::exchange(of_, nullptr)) of->release(client_);
}

failure_delays::admission failure_delays::admit(const address_bytes& client, time_point now) {
  const std::lock_guard hold{mutex_};
  if (records_.size() >= most_clients_ && !records_.contains(client)) make_room(now);
  record& mine = records_.try_emplace(client, record{.halved_at = now}).first->second;
  if (mine.blocked_until > now) return {whole_seconds(mine.blocked_until - now)};
  const auto passed = std::max(time_point::duration::zero(), now - mine.halved_at);
  mine.failures = api::failures_left(mine.failures, floor<milliseconds>(passed));
  mine.halved_at += passed / api::failures_halve_after * api::failures_halve_after;
  // What the one under way costs is known when it ends.
  if (mine.under_way > 0 && mine.failures + mine.under_way >= free_) return {1};
  ++mine.under_way;
  return {0, attempt{*this, client}};
}

// Those under way stay in the table: the record is there.
void failure_delays::failed(const address_bytes& client, time_point now) {
  const std::lock_guard hold{mutex_};
  record& mine = records_.find(client)->second;
  --mine.under_way;
  ++mine.failures;
  mine.last_failure = now;
  mine.blocked_until = now + api::block_after(mine.failures, free_);
}

void failure_delays::release(const address_bytes& client) {
  const std::lock_guard hold{mutex_};
  const auto found = records_.find(client);
  if (--found->second.under_way == 0 && !found->second.last_failure) records_.erase(found);
}

void failure_delays::make_room(time_point now) {
  std::erase_if(records_, [&](const auto& entry) {
    const record& one = entry.second;
    return one.under_way == 0 && one.blocked_until <= now &&
           api::failures_left(one.failures, floor<milliseconds>(now - one.halved_at)) == 0;
  });
  // Else the next newcomer would scan again.
  if (records_.size() < most_clients_ / 4 * 3) return;
  std::vector<time_point> ages;
  ages.reserve(records_.size());
  for (const auto& [client, one] : records_)
    if (one.under_way == 0) ages.push_back(*one.last_failure);
  if (ages.empty()) return;
  const auto middle = ages.begin() + static_cast<std::ptrdiff_t>(ages.size() / 2);
  std::nth_element(ages.begin(), middle, ages.end());
  const auto limit = *middle;
  std::erase_if(records_, [&](const auto& entry) {
    return entry.second.under_way == 0 && *entry.second.last_failure <= limit;
  });
}

std::size_t failure_delays::clients() const {
  const std::lock_guard hold{mutex_};
  return records_.size();
}

}  // namespace sellavie::net
