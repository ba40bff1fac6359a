#pragma once
// Where a business has its outgoing webhooks sent. Who changes or removes one says which version they read.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/cursor.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/edit_outcome.hpp"
#include "storage/job_rows.hpp"
#include "storage/webhook_queue.hpp"

namespace sellavie::storage {

inline constexpr int most_webhook_endpoints = 10;

/// A secret before it is stored; sealed already.
struct webhook_secret {
  std::string sealed;
  /// Its last four characters.
  std::string hint;
};

struct stored_webhook_endpoint {
  webhook_endpoint_id id;
  std::string url;
  std::string description;
  std::vector<std::string> events;
  std::string secret_hint;
  /// Until when the secret before this one signs too.
  instant previous_until{};
  bool active = true;
  /// "person", "failing" or "gone"; empty: it is active.
  std::string off_reason;
  std::optional<instant> failing_since;
  std::optional<instant> last_success_at;
  instant created_at{};
  uuid created_by;
  std::int64_t version = 1;
};

/// What a person chooses; none: as it is.
struct webhook_endpoint_wish {
  webhook_endpoint_id id;
  std::optional<std::string> url;
  std::optional<std::string> description;
  std::optional<std::vector<std::string>> events;
  std::optional<bool> active;
};

/// By id, `limit` + 1 rows at most.
[[nodiscard]] result<std::vector<stored_webhook_endpoint>> list_webhook_endpoints(
    api_session& session, const business_id& business, const std::optional<api::page_position>& after,
    int limit);
[[nodiscard]] result<std::optional<stored_webhook_endpoint>> find_webhook_endpoint(
    api_session& session, const business_id& business, const webhook_endpoint_id& id);

/// `wanted` with url and events. `full` at most_webhook_endpoints.
[[nodiscard]] result<edited<stored_webhook_endpoint>> add_webhook_endpoint(
    api_session& session, const business_id& business, const change_origin& by,
    const webhook_endpoint_wish& wanted, const webhook_secret& secret);
/// One that is turned on again, or has another URL, begins anew: what it failed is forgotten.
[[nodiscard]] result<edited<stored_webhook_endpoint>> change_webhook_endpoint(
    api_session& session, const business_id& business, const change_origin& by,
    const webhook_endpoint_wish& wanted, std::int64_t expected_version);
/// The one before signs beside it until `previous_until`.
[[nodiscard]] result<edited<stored_webhook_endpoint>> rotate_webhook_secret(
    api_session& session, const business_id& business, const change_origin& by, const webhook_endpoint_id& id,
    const webhook_secret& secret, instant previous_until, std::int64_t expected_version);
/// With what waits for it and what is known of its deliveries. Two transactions: after the first it is turned off, and a
/// removal that ends there is made again.
[[nodiscard]] result<edit_outcome> remove_webhook_endpoint(api_session& session, const business_id& business,
                                                           const change_origin& by,
                                                           const webhook_endpoint_id& id,
                                                           std::int64_t expected_version);

struct webhook_delivery {
  outgoing::event_id event;
  std::string type;
  instant occurred_at{};
  /// "waiting", "delivered" or "dead".
  std::string state;
  int attempts = 0;
  int replays = 0;
  /// 0: no answer.
  int last_status = 0;
  std::string last_problem;
  std::optional<instant> last_attempt_at;
  std::optional<instant> next_attempt_at;
};

enum class delivery_wish : std::uint8_t {
  done,
  not_found,
  /// The endpoint is turned off.
  turned_off,
};
struct wished_delivery {
  delivery_wish outcome = delivery_wish::not_found;
  /// Of `done`.
  webhook_delivery delivery{};
};

/// Newest first, `limit` + 1 rows at most; `state` none: any.
[[nodiscard]] result<std::vector<webhook_delivery>> list_webhook_deliveries(
    api_session& session, const business_id& business, const webhook_endpoint_id& endpoint,
    const std::optional<std::string>& state, const std::optional<api::page_position>& after, int limit);

/// Sends an event of its own to this endpoint alone.
[[nodiscard]] result<wished_delivery> ping_webhook_endpoint(api_session& session, const business_id& business,
                                                            const change_origin& by,
                                                            const webhook_endpoint_id& endpoint,
                                                            const uuid& ping, const job_id& job);
/// Sends an event once more, whether or not it was taken; one that waits is due at once.
[[nodiscard]] result<wished_delivery> replay_webhook_delivery(api_session& session,
                                                              const business_id& business,
                                                              const change_origin& by,
                                                              const webhook_delivery_key& key,
                                                              const job_id& job);

/// The statements of the list, for the test that looks at their plans.
[[nodiscard]] std::vector<std::string> webhook_delivery_statements();

}  // namespace sellavie::storage
