#pragma once
// What waits for a person: open tasks, and deliveries that failed too often.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/cursor.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/list_wish.hpp"

namespace sellavie::storage {

struct listed_task {
  uuid id;
  std::optional<conversation_id> conversation;
  /// "handover", "parked", "unconfirmed", "send_failed", "customer_not_told", "payment_review", "connection", "payment_connection", "plan", "webhook", or an `attention` of the desk's.
  std::string kind;
  std::string reason;
  instant created_at{};
  std::optional<instant> done_at;
  std::optional<api::account_id> done_by;
};

/// Open ones.
[[nodiscard]] result<std::vector<listed_task>> list_tasks(api_session& session, const business_id& business,
                                                          const std::optional<std::string>& kind,
                                                          const list_wish& wish);
/// Also one that is done.
[[nodiscard]] result<std::optional<listed_task>> find_task(api_session& session, const business_id& business,
                                                           const uuid& id);
/// Who was first did it: later ones are told so.
[[nodiscard]] result<std::optional<listed_task>> finish_task(api_session& session,
                                                             const business_id& business,
                                                             const change_origin& by, const uuid& id);

/// Without what the customer wrote: its body is sealed, for the engine alone.
struct parked_delivery_line {
  inbox_id id = 0;
  connection_id connection;
  std::string reason;
  instant accepted_at{};
  instant parked_at{};
};
/// Newest first, `limit` + 1 rows at most.
[[nodiscard]] result<std::vector<parked_delivery_line>> list_parked(
    api_session& session, const business_id& business, const std::optional<api::page_position>& after,
    int limit);

/// The statements of the lists, for the test that looks at their plans.
[[nodiscard]] std::vector<std::string> task_statements();

}  // namespace sellavie::storage
