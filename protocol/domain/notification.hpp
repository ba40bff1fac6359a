#pragma once
// What a member of a team wants to be told of, and how. Only wishes: who delivers (storage/notice_desk) asks them.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sellavie {

enum class notification_kind : std::uint8_t {
  /// The AI handed a chat over.
  hand_over,
  paid_order,
  failed_payment,
  /// Something waits for a person to look at it.
  review_item,
  low_stock,
  /// A channel or a payment provider does not answer any more.
  broken_connection,
  /// 80 or 100 % of the plan are used.
  quota,
};
inline constexpr std::array all_notification_kinds{
    notification_kind::hand_over,   notification_kind::paid_order, notification_kind::failed_payment,
    notification_kind::review_item, notification_kind::low_stock,  notification_kind::broken_connection,
    notification_kind::quota};
[[nodiscard]] std::string_view to_string(notification_kind kind) noexcept;
[[nodiscard]] std::optional<notification_kind> parse_notification_kind(std::string_view name) noexcept;

struct notification_ways {
  bool in_app = false;
  bool email = false;
  bool push = false;

  friend bool operator==(const notification_ways&, const notification_ways&) = default;
};

enum class digest_rhythm : std::uint8_t { off, daily, weekly };
inline constexpr std::array all_digest_rhythms{digest_rhythm::off, digest_rhythm::daily,
                                               digest_rhythm::weekly};
[[nodiscard]] std::string_view to_string(digest_rhythm rhythm) noexcept;
[[nodiscard]] std::optional<digest_rhythm> parse_digest(std::string_view name) noexcept;

/// No mail and no push from the one minute of the day to the other, the latter not included; over midnight too.
struct quiet_hours {
  int from = 0;
  int to = 0;
  /// IANA.
  std::string timezone;

  friend bool operator==(const quiet_hours&, const quiet_hours&) = default;
};

struct notification_choices {
  /// In the order of all_notification_kinds.
  std::array<notification_ways, all_notification_kinds.size()> ways{};
  std::optional<quiet_hours> quiet{};
  digest_rhythm digest = digest_rhythm::off;

  [[nodiscard]] notification_ways& of(notification_kind kind) { return ways[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] const notification_ways& of(notification_kind kind) const {
    return ways[static_cast<std::size_t>(kind)];
  }
  friend bool operator==(const notification_choices&, const notification_choices&) = default;
};

/// Of whoever never chose: everything in the app, by mail what must not wait, by push what a customer waits for.
[[nodiscard]] notification_choices usual_notifications();

/// Minutes since midnight of "07:30"; nothing if it is no time of day.
[[nodiscard]] std::optional<int> parse_time_of_day(std::string_view text) noexcept;
[[nodiscard]] std::string write_time_of_day(int minutes);

}  // namespace sellavie
