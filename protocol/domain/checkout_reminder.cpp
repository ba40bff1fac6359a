#include "protocol/domain/checkout_reminder.hpp"

#include <algorithm>

namespace sellavie {
namespace {

std::chrono::milliseconds pause_of(const reminder_settings& settings, const reminded_link& link) {
  if (settings.after_minutes) return std::chrono::minutes{*settings.after_minutes};
  const auto hold = std::chrono::duration_cast<std::chrono::milliseconds>(link.held_until - link.made_at);
  return std::max(hold / (settings.most + 1), std::chrono::milliseconds{std::chrono::minutes{1}});
}

}  // namespace

reminder_step next_reminder(const reminder_settings& settings, const reminded_link& link,
                            const reminders_told& told, instant now) noexcept {
  const auto most = std::clamp(settings.most, 0, most_checkout_reminders);
  if (told.count >= most || now >= link.held_until) return {};
  const auto pause = pause_of(settings, link);
  const auto passed = std::clamp<std::int64_t>((now - link.made_at) / pause, 0, most);
  reminder_step step{.is_due = passed > 0 && told.last_at < link.made_at + pause * passed};
  const auto next = link.made_at + pause * (passed + 1);
  if (passed < most && next < link.held_until) step.again_at = next;
  return step;
}

std::string reminder_key(const order_id& order, std::int32_t n) {
  return "remind." + to_string(order) + '.' + std::to_string(n);
}

}  // namespace sellavie
