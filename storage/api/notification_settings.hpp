#pragma once
// What a member of a business wants to be told of (protocol/domain/notification).

#include <optional>

#include "protocol/domain/notification.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"

namespace sellavie::storage {

struct notification_settings {
  notification_choices choices = usual_notifications();
  /// 0: never chosen, these are the usual ones.
  std::int64_t version = 0;
};
[[nodiscard]] result<notification_settings> find_notification_settings(api_session& session,
                                                                       const business_id& business,
                                                                       const api::account_id& account);

enum class notification_outcome : std::uint8_t {
  done,
  stale,
  unknown_timezone,
  /// They left meanwhile.
  no_member,
};
struct changed_notifications {
  notification_outcome outcome = notification_outcome::done;
  notification_settings settings{};
};
/// Of the caller; `wanted.version` is the one that was read.
[[nodiscard]] result<changed_notifications> change_notification_settings(api_session& session,
                                                                         const business_id& business,
                                                                         const change_origin& by,
                                                                         const notification_settings& wanted);

}  // namespace sellavie::storage
