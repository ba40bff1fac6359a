#pragma once
// How the choices of a person stand in their row; for sources only, because it shows libpqxx.

#include "protocol/domain/notification.hpp"
#include "storage/postgres_fields.hpp"

namespace sellavie::storage {

namespace way_bits {
inline constexpr int in_app = 1;
inline constexpr int email = 2;
inline constexpr int push = 4;
}  // namespace way_bits

/// Of a row "s" of notification_settings; `choices_in` reads them.
#define NOTIFICATION_CHOICES                                                                                \
  "s.hand_over, s.paid_order, s.failed_payment, s.review_item, s.low_stock, s.broken_connection, s.quota, " \
  "s.quiet_zone, coalesce(s.quiet_from, 0), coalesce(s.quiet_to, 0), s.digest"
inline constexpr int notification_choice_columns = static_cast<int>(all_notification_kinds.size()) + 4;

[[nodiscard]] inline notification_choices choices_in(fields& row) {
  notification_choices found;
  for (auto& ways : found.ways) {
    const int number = row.small();
    ways = {(number & way_bits::in_app) != 0, (number & way_bits::email) != 0,
            (number & way_bits::push) != 0};
  }
  auto zone = row.text();
  const int from = row.small();
  const int to = row.small();
  if (!zone.empty()) found.quiet = quiet_hours{from, to, std::move(zone)};
  found.digest = parse_digest(row.text()).value_or(digest_rhythm::off);
  return found;
}

}  // namespace sellavie::storage
