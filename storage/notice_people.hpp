#pragma once
// The people of a business as notices see them; for sources only, because it shows libpqxx.

#include <optional>
#include <pqxx/pqxx>
#include <vector>

#include "protocol/domain/notification_rules.hpp"

namespace sellavie::storage {

struct notice_person {
  notified_person who;
  /// Of their quiet hours' zone, at the moment that was asked for.
  zone_offset offset{};
  std::optional<instant> mailed_at{};
  std::optional<instant> pushed_at{};
  std::optional<instant> summed_up_at{};
};

/// By account.
[[nodiscard]] std::vector<notice_person> people_of(pqxx::work& work, const business_id& business,
                                                   instant now);
/// Held until the commit, so that two who write to them take turns. Nothing: they are no member. As the engine.
[[nodiscard]] std::optional<notice_person> hold_person(pqxx::work& work, const business_id& business,
                                                       const uuid& account, instant now);

[[nodiscard]] std::optional<instant> last_sent(const notice_person& person, notification_way way);
/// When they may be written to that way.
[[nodiscard]] instant due_at(const notice_person& person, notification_way way, instant now);

}  // namespace sellavie::storage
