#include "protocol/domain/notification_rules.hpp"

#include <algorithm>

namespace sellavie {
namespace {

using namespace std::chrono_literals;
using std::chrono::minutes;

constexpr minutes until_managers{10};
constexpr minutes until_owner{30};
constexpr minutes between_mails{10};
constexpr minutes between_pushes{1};
constexpr minutes summary_at{8 * 60};

bool is_for(notification_kind kind, const notified_person& one) noexcept {
  switch (kind) {
    case notification_kind::hand_over:
    case notification_kind::paid_order:
    case notification_kind::failed_payment: return one.answers;
    case notification_kind::review_item:
    case notification_kind::low_stock:
    case notification_kind::broken_connection:
    case notification_kind::quota: return one.manages;
  }
  return false;
}

bool is_told(const notified_event& event, const notified_person& one) noexcept {
  if (event.kind != notification_kind::hand_over) return is_for(event.kind, one);
  switch (event.step) {
    case escalation::managers: return one.manages;
    case escalation::owner: return one.owns;
    case escalation::none: break;
  }
  return is_for(event.kind, one) && (!event.assignee || *event.assignee == one.account);
}

notification_ways ways_of(const notified_event& event, const notified_person& one) noexcept {
  auto ways = one.choices.of(event.kind);
  if (event.kind == notification_kind::hand_over && event.step != escalation::none) ways.email = true;
  return ways;
}

/// Of the local day.
minutes time_of_day(instant now, zone_offset offset) noexcept {
  const auto local = std::chrono::floor<minutes>(now + offset);
  return local - std::chrono::floor<std::chrono::days>(local);
}

}  // namespace

std::vector<notice> notices_of(const notified_event& event, std::span<const notified_person> people) {
  std::vector<notice> notices;
  for (const auto& one : people) {
    if (!is_told(event, one)) continue;
    const auto ways = ways_of(event, one);
    if (ways != notification_ways{}) notices.push_back({one.account, ways});
  }
  return notices;
}

std::optional<escalation_due> next_escalation(escalation done, instant handed_over_at) noexcept {
  switch (done) {
    case escalation::none: return escalation_due{escalation::managers, handed_over_at + until_managers};
    case escalation::managers: return escalation_due{escalation::owner, handed_over_at + until_owner};
    case escalation::owner: break;
  }
  return std::nullopt;
}

instant end_of_quiet(const std::optional<quiet_hours>& hours, instant now, zone_offset offset) noexcept {
  if (!hours) return now;
  const auto time = time_of_day(now, offset);
  const minutes from{hours->from};
  const minutes to{hours->to};
  const bool is_over_midnight = from > to;
  const bool is_quiet = is_over_midnight ? time >= from || time < to : time >= from && time < to;
  if (!is_quiet) return now;
  const auto left = time < to ? to - time : to + 24h - time;
  return std::chrono::floor<minutes>(now) + left;
}

instant notice_due(notification_way way, const std::optional<quiet_hours>& hours,
                   const notice_moment& moment) noexcept {
  if (way == notification_way::in_app) return moment.now;
  const auto pause = way == notification_way::email ? between_mails : between_pushes;
  const auto due = moment.last_sent ? std::max(moment.now, *moment.last_sent + pause) : moment.now;
  return end_of_quiet(hours, due, moment.offset);
}

std::optional<instant> next_summary(digest_rhythm rhythm, instant now, zone_offset offset) noexcept {
  if (rhythm == digest_rhythm::off) return std::nullopt;
  const auto local = now + offset;
  auto day = std::chrono::floor<std::chrono::days>(local);
  if (local >= day + summary_at) day += std::chrono::days{1};
  while (rhythm == digest_rhythm::weekly && std::chrono::weekday{day} != std::chrono::Monday)
    day += std::chrono::days{1};
  return instant{(day + summary_at - offset).time_since_epoch()};
}

}  // namespace sellavie
