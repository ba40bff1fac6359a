#pragma once
// What a person was told in the app (table notifications): their own, of one business. Reading them is a person's own affair: the
// activity log has nothing of it.

#include <optional>
#include <vector>

#include "protocol/api/cursor.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/change_origin.hpp"
#include "storage/notice_desk.hpp"

namespace sellavie::storage {

struct listed_notification {
  notification_id id;
  notification_kind kind = notification_kind::hand_over;
  escalation step = escalation::none;
  /// The chat, the order or the product.
  std::optional<uuid> about;
  std::optional<uuid> task;
  std::int64_t amount = 1;
  instant happened_at{};
  instant created_at{};
  std::optional<instant> read_at;
};

/// Newest first; `limit` + 1 rows at most.
[[nodiscard]] result<std::vector<listed_notification>> list_notifications(
    api_session& session, const business_id& business, const api::account_id& account, bool unread_only,
    const std::optional<api::page_position>& after, int limit);

/// More than this many are not counted.
inline constexpr std::int64_t counted_notifications = 1'000;
[[nodiscard]] result<std::int64_t> count_unread_notifications(api_session& session,
                                                              const business_id& business,
                                                              const api::account_id& account);

/// False: not there, or somebody else's. One that was read stays as it is.
[[nodiscard]] result<bool> read_notification(api_session& session, const business_id& business,
                                             const change_origin& by, const notification_id& which);
/// All up to this one; how many.
[[nodiscard]] result<std::int64_t> read_notifications(api_session& session, const business_id& business,
                                                      const change_origin& by, const notification_id& up_to);

/// For tests that look at their plans.
[[nodiscard]] std::vector<std::string> notification_statements();

}  // namespace sellavie::storage
