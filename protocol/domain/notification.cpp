#include "protocol/domain/notification.hpp"

#include "protocol/domain/ascii.hpp"

namespace sellavie {
namespace {

constexpr int minutes_of_hour = 60;

std::string two_digits(int number) {
  return {static_cast<char>('0' + number / 10 % 10), static_cast<char>('0' + number % 10)};
}

}  // namespace

std::string_view to_string(notification_kind kind) noexcept {
  switch (kind) {
    case notification_kind::hand_over: return "hand_over";
    case notification_kind::paid_order: return "paid_order";
    case notification_kind::failed_payment: return "failed_payment";
    case notification_kind::review_item: return "review_item";
    case notification_kind::low_stock: return "low_stock";
    case notification_kind::broken_connection: return "broken_connection";
    case notification_kind::quota: return "quota";
  }
  return "unknown";
}

std::optional<notification_kind> parse_notification_kind(std::string_view name) noexcept {
  for (const auto one : all_notification_kinds)
    if (to_string(one) == name) return one;
  return std::nullopt;
}

std::string_view to_string(digest_rhythm rhythm) noexcept {
  switch (rhythm) {
    case digest_rhythm::off: return "off";
    case digest_rhythm::daily: return "daily";
    case digest_rhythm::weekly: return "weekly";
  }
  return "unknown";
}

std::optional<digest_rhythm> parse_digest(std::string_view name) noexcept {
  for (const auto one : all_digest_rhythms)
    if (to_string(one) == name) return one;
  return std::nullopt;
}

notification_choices usual_notifications() {
  notification_choices usual;
  for (auto& ways : usual.ways) ways.in_app = true;
  for (const auto kind : {notification_kind::hand_over, notification_kind::failed_payment,
                          notification_kind::broken_connection, notification_kind::quota})
    usual.of(kind).email = true;
  for (const auto kind : {notification_kind::hand_over, notification_kind::paid_order})
    usual.of(kind).push = true;
  return usual;
}

std::optional<int> parse_time_of_day(std::string_view text) noexcept {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t at : {0, 1, 3, 4})
    if (!is_digit(text[at])) return std::nullopt;
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (hour > 23 || minute > 59) return std::nullopt;
  return hour * minutes_of_hour + minute;
}

std::string write_time_of_day(int minutes) {
  return two_digits(minutes / minutes_of_hour) + ':' + two_digits(minutes % minutes_of_hour);
}

}  // namespace sellavie
