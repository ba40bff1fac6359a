#include "storage/webhook_queue.hpp"

#include <nlohmann/json.hpp>

#include "storage/api/api_work.hpp"
#include "storage/notice_work.hpp"

namespace sellavie::storage {
namespace {

using outgoing::delivery_end;
using outgoing::endpoint_verdict;

constexpr const char* end_without_endpoint = R"(
UPDATE webhook_deliveries d SET state = 'dead', last_problem = 'turned_off', next_attempt_at = 0
WHERE d.business_id = $1::uuid AND d.endpoint_id = $2::uuid AND d.event_id = $3::uuid AND d.state = 'waiting'
  AND NOT EXISTS (SELECT FROM webhook_endpoints e WHERE e.business_id = $1::uuid AND e.id = $2::uuid AND e.active))";
constexpr const char* select_due = R"(
SELECT e.url, e.secret, CASE WHEN e.previous_until > $4::bigint THEN e.previous_secret ELSE '' END, v.body, d.attempts,
       d.began_at, e.failing_since
FROM webhook_deliveries d
JOIN webhook_endpoints e ON e.business_id = d.business_id AND e.id = d.endpoint_id
JOIN webhook_events v ON v.business_id = d.business_id AND v.id = d.event_id
WHERE d.business_id = $1::uuid AND d.endpoint_id = $2::uuid AND d.event_id = $3::uuid AND d.state = 'waiting')";

// Before its deliveries, as its removal does: neither waits for the other in a circle.
constexpr const char* lock_endpoint =
    "SELECT FROM webhook_endpoints WHERE business_id = $1::uuid AND id = $2::uuid FOR NO KEY UPDATE";
constexpr const char* update_delivery = R"(
UPDATE webhook_deliveries SET state = $4, attempts = attempts + 1, last_status = $5::integer, last_problem = $6,
       last_attempt_at = $7::bigint, next_attempt_at = $8::bigint
WHERE business_id = $1::uuid AND endpoint_id = $2::uuid AND event_id = $3::uuid AND state = 'waiting')";
constexpr const char* note_success = R"(
UPDATE webhook_endpoints SET failing_since = NULL, last_success_at = greatest(last_success_at, $3::bigint)
WHERE business_id = $1::uuid AND id = $2::uuid)";
constexpr const char* note_failure = R"(
UPDATE webhook_endpoints SET failing_since = $3::bigint
WHERE business_id = $1::uuid AND id = $2::uuid AND failing_since IS NULL)";
// Somebody may have turned it off, or on again, or given it another URL, since the attempt began.
constexpr const char* turn_off = R"(
UPDATE webhook_endpoints SET active = false, off_reason = $3, failing_since = coalesce(failing_since, $4::bigint),
       version = version + 1
WHERE business_id = $1::uuid AND id = $2::uuid AND active AND ($3 = 'gone' OR failing_since <= $5::bigint))";
constexpr const char* insert_task = R"(
INSERT INTO person_tasks (id, business_id, kind, reason, created_at) VALUES ($1::uuid, $2::uuid, 'webhook', $3, $4::bigint))";

constexpr int gone = 410;

const char* state_of(delivery_end end) noexcept {
  switch (end) {
    case delivery_end::delivered: return "delivered";
    case delivery_end::again: return "waiting";
    case delivery_end::dead: return "dead";
  }
  return "dead";
}

void judge_endpoint(pqxx::work& work, const business_id& business, const webhook_attempt& made) {
  const auto whose = to_string(business);
  const auto endpoint = to_string(made.key.endpoint);
  const auto at = to_unix_ms(made.at);
  switch (made.outcome.endpoint) {
    case endpoint_verdict::works: work.exec_params(note_success, whose, endpoint, at); return;
    case endpoint_verdict::fails: work.exec_params(note_failure, whose, endpoint, at); return;
    case endpoint_verdict::turned_off: break;
  }
  const bool is_gone = made.status == gone;
  const auto done = work.exec_params(turn_off, whose, endpoint, is_gone ? "gone" : "failing", at,
                                     to_unix_ms(made.at - outgoing::longest_failing));
  if (done.affected_rows() == 0) return;
  work.exec_params(insert_task, to_string(made.task), whose,
                   is_gone ? "a webhook endpoint was turned off: it answered that it is gone"
                           : "a webhook endpoint was turned off: it took nothing for three days",
                   at);
  queue_task_notice(work, made.task, notification_kind::broken_connection, made.at);
}

std::optional<uuid> id_in(const nlohmann::json& payload, const char* name) {
  const auto found = payload.find(name);
  return found != payload.end() && found->is_string() ? parse_uuid(found->get_ref<const std::string&>())
                                                      : std::nullopt;
}

}  // namespace

std::string write_webhook_job(const webhook_delivery_key& key) {
  return nlohmann::json{{"endpoint", to_string(key.endpoint)}, {"event", to_string(key.event)}}.dump();
}

std::optional<webhook_delivery_key> read_webhook_job(std::string_view payload) {
  const auto read = nlohmann::json::parse(payload, nullptr, false);
  if (!read.is_object()) return std::nullopt;
  const auto endpoint = id_in(read, "endpoint");
  const auto event = id_in(read, "event");
  if (!endpoint || !event) return std::nullopt;
  return webhook_delivery_key{webhook_endpoint_id{*endpoint}, outgoing::event_id{*event}};
}

std::string unique_key_of(const webhook_delivery_key& key) {
  return to_string(key.endpoint) + '.' + to_string(key.event);
}

result<std::optional<due_webhook>> find_due_webhook(api_session& session, const business_id& business,
                                                    const webhook_delivery_key& key, instant now) {
  return for_business(session, business, [&](pqxx::work& work) -> std::optional<due_webhook> {
    const auto whose = to_string(business);
    const auto endpoint = to_string(key.endpoint);
    const auto event = to_string(key.event);
    work.exec_params(end_without_endpoint, whose, endpoint, event);
    const auto rows = work.exec_params(select_due, whose, endpoint, event, to_unix_ms(now));
    if (rows.empty()) return std::nullopt;
    const auto first = rows.front();
    fields row{first};
    due_webhook due;
    due.url = row.text();
    due.sealed_secret = row.text();
    due.sealed_previous = row.text();
    due.body = row.text();
    due.attempts = static_cast<int>(row.integer());
    due.began_at = row.at();
    if (!row.is_null()) due.failing_since = row.at();
    return due;
  });
}

result<void> record_webhook_attempt(api_session& session, const business_id& business,
                                    const webhook_attempt& made) {
  return for_business(session, business, [&](pqxx::work& work) {
    const bool is_again = made.outcome.end == delivery_end::again;
    work.exec_params(lock_endpoint, to_string(business), to_string(made.key.endpoint));
    const auto changed =
        work.exec_params(update_delivery, to_string(business), to_string(made.key.endpoint),
                         to_string(made.key.event), state_of(made.outcome.end), made.status, made.problem,
                         to_unix_ms(made.at), is_again ? to_unix_ms(made.outcome.due_at) : std::int64_t{0});
    if (changed.affected_rows() > 0) judge_endpoint(work, business, made);
  });
}

}  // namespace sellavie::storage
