#pragma once
// Who is told of what, by which way and when; pure. People's wishes are in notification.hpp.
//
//  N1 Hand-overs, paid orders and failed payments are for whoever answers customers; review items, low stock, broken
//     connections and quotas for whoever manages the business. A hand-over of a chat that somebody has is for that one alone.
//  N2 By the ways that the person chose for the kind; none of them: not at all.
//  N3 In the app at once. No mail and no push in the person's quiet hours: they wait for their end.
//  N4 One mail in ten minutes and one push a minute: what comes in between waits for the end of that time, and is one
//     message then.
//  N5 A hand-over that nobody has taken is told again, after ten minutes to whoever manages and after thirty to the
//     owner, by mail too, whatever they chose for their mails; quiet hours hold.
//  N6 A daily summary comes at eight, a weekly one on Mondays at eight, where the person's quiet hours are (UTC without).

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/notification.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie {

struct notified_person {
  uuid account;
  bool answers = false;
  bool manages = false;
  bool owns = false;
  notification_choices choices{};
};

/// How often a hand-over was told already.
enum class escalation : std::uint8_t { none, managers, owner };

struct notified_event {
  notification_kind kind = notification_kind::hand_over;
  /// Who has the chat.
  std::optional<uuid> assignee{};
  /// Of a hand-over.
  escalation step = escalation::none;
};

struct notice {
  uuid account;
  notification_ways ways{};

  friend bool operator==(const notice&, const notice&) = default;
};

/// N1, N2, N5; in the order of `people`.
[[nodiscard]] std::vector<notice> notices_of(const notified_event& event,
                                             std::span<const notified_person> people);

/// N5: the step that comes after this one, and when; nothing after the last.
struct escalation_due {
  escalation step = escalation::none;
  instant at{};

  friend bool operator==(const escalation_due&, const escalation_due&) = default;
};
[[nodiscard]] std::optional<escalation_due> next_escalation(escalation done, instant handed_over_at) noexcept;

enum class notification_way : std::uint8_t { in_app, email, push };

/// Local time minus UTC, at that moment, of a person's quiet zone.
using zone_offset = std::chrono::minutes;

/// N3: `now`, or when the quiet hours that it falls into are over.
[[nodiscard]] instant end_of_quiet(const std::optional<quiet_hours>& hours, instant now,
                                   zone_offset offset) noexcept;

struct notice_moment {
  instant now{};
  zone_offset offset{};
  /// When this person was last sent something this way.
  std::optional<instant> last_sent{};
};
/// N3, N4.
[[nodiscard]] instant notice_due(notification_way way, const std::optional<quiet_hours>& hours,
                                 const notice_moment& moment) noexcept;

/// N6: the first after `now`; nothing without one.
[[nodiscard]] std::optional<instant> next_summary(digest_rhythm rhythm, instant now,
                                                  zone_offset offset) noexcept;

}  // namespace sellavie
