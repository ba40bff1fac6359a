#include "storage/api/webhook_endpoints.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/list_room.hpp"
#include "storage/api/list_wish.hpp"
#include "storage/job_work.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

#define ENDPOINT_COLUMNS                                                                                      \
  "SELECT id, url, description, array_to_json(events)::text, secret_hint, previous_until, active, "           \
  "off_reason, failing_since, last_success_at, created_at, created_by, version FROM webhook_endpoints WHERE " \
  "business_id = $1::uuid "
constexpr const char* select_page =
    ENDPOINT_COLUMNS "AND id > $2::uuid ORDER BY business_id, id LIMIT $3::integer";
constexpr const char* select_one = ENDPOINT_COLUMNS "AND id = $2::uuid";
constexpr const char* select_held = ENDPOINT_COLUMNS "AND id = $2::uuid FOR UPDATE";
#undef ENDPOINT_COLUMNS

constexpr bounded_list all_endpoints{"webhook endpoints",
                                     "SELECT count(*) FROM webhook_endpoints WHERE business_id = $1::uuid",
                                     most_webhook_endpoints};
constexpr const char* insert_endpoint = R"(
INSERT INTO webhook_endpoints (id, business_id, url, description, events, secret, secret_hint, created_at, created_by)
VALUES ($1::uuid, $2::uuid, $3, $4, ARRAY(SELECT jsonb_array_elements_text($5::jsonb)), $6, $7, $8::bigint, $9::uuid))";
constexpr const char* update_endpoint = R"(
UPDATE webhook_endpoints SET url = $3, description = $4, events = ARRAY(SELECT jsonb_array_elements_text($5::jsonb)),
       active = $6::boolean, off_reason = CASE WHEN $6::boolean THEN '' WHEN active THEN 'person' ELSE off_reason END,
       failing_since = CASE WHEN ($6::boolean AND NOT active) OR url <> $3 THEN NULL ELSE failing_since END,
       version = version + 1
WHERE business_id = $1::uuid AND id = $2::uuid)";
constexpr const char* update_secret = R"(
UPDATE webhook_endpoints SET previous_secret = secret, previous_until = $5::bigint, secret = $3, secret_hint = $4,
       version = version + 1
WHERE business_id = $1::uuid AND id = $2::uuid)";
constexpr const char* leave_endpoint = R"(
UPDATE webhook_endpoints SET active = false, off_reason = 'person'
WHERE business_id = $1::uuid AND id = $2::uuid AND active)";
constexpr const char* delete_endpoint =
    "DELETE FROM webhook_endpoints WHERE business_id = $1::uuid AND id = $2::uuid";

#define DELIVERY_COLUMNS                                                                                      \
  "SELECT d.event_id, v.type, v.occurred_at, d.state, d.attempts, d.replays, d.last_status, d.last_problem, " \
  "d.last_attempt_at, d.next_attempt_at FROM webhook_deliveries d JOIN webhook_events v ON v.business_id = "  \
  "d.business_id AND v.id = d.event_id WHERE d.business_id = $1::uuid AND d.endpoint_id = $2::uuid "
constexpr const char* select_deliveries = DELIVERY_COLUMNS
    "AND d.event_id < $3::uuid ORDER BY d.endpoint_id DESC, d.event_id DESC LIMIT $4::integer";
constexpr const char* select_deliveries_in_state = DELIVERY_COLUMNS
    "AND d.event_id < $3::uuid AND d.state = $5 "
    "ORDER BY d.endpoint_id DESC, d.state DESC, d.event_id DESC LIMIT $4::integer";
constexpr const char* select_delivery = DELIVERY_COLUMNS "AND d.event_id = $3::uuid";
#undef DELIVERY_COLUMNS
constexpr const char* insert_event = R"(
INSERT INTO webhook_events (id, business_id, type, body, occurred_at) VALUES ($1::uuid, $2::uuid, $3, $4, $5::bigint))";
constexpr const char* insert_delivery = R"(
INSERT INTO webhook_deliveries (endpoint_id, event_id, business_id, began_at, next_attempt_at)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::bigint, $4::bigint))";
constexpr const char* begin_again = R"(
UPDATE webhook_deliveries SET state = 'waiting', began_at = $4::bigint, next_attempt_at = $4::bigint, attempts = 0,
       replays = replays + 1
WHERE business_id = $1::uuid AND endpoint_id = $2::uuid AND event_id = $3::uuid)";

// --- rows ----------------------------------------------------------------------------------------

std::optional<instant> moment(fields& row) {
  const auto at = row.at();
  return at == instant{} ? std::nullopt : std::optional{at};
}

stored_webhook_endpoint endpoint_in(const pqxx::row& one) {
  fields row{one};
  stored_webhook_endpoint found;
  found.id = row.id<webhook_endpoint_id>();
  found.url = row.text();
  found.description = row.text();
  found.events = json::parse(row.text()).get<std::vector<std::string>>();
  found.secret_hint = row.text();
  found.previous_until = row.at();
  found.active = row.flag();
  found.off_reason = row.text();
  if (row.is_null()) row.skip();
  else found.failing_since = row.at();
  found.last_success_at = moment(row);
  found.created_at = row.at();
  found.created_by = row.id<webhook_endpoint_id>().value;
  found.version = row.integer();
  return found;
}

webhook_delivery delivery_in(const pqxx::row& one) {
  fields row{one};
  webhook_delivery found;
  found.event = row.id<outgoing::event_id>();
  found.type = row.text();
  found.occurred_at = row.at();
  found.state = row.text();
  found.attempts = static_cast<int>(row.integer());
  found.replays = static_cast<int>(row.integer());
  found.last_status = static_cast<int>(row.integer());
  found.last_problem = row.text();
  found.last_attempt_at = moment(row);
  found.next_attempt_at = moment(row);
  return found;
}

std::optional<stored_webhook_endpoint> find(pqxx::work& work, const char* sql, const business_id& business,
                                            const webhook_endpoint_id& id) {
  const auto rows = work.exec_params(sql, to_string(business), to_string(id));
  return rows.empty() ? std::optional<stored_webhook_endpoint>{} : endpoint_in(rows[0]);
}

std::string list_of(const std::vector<std::string>& events) { return json(events).dump(); }

// --- the activity log ----------------------------------------------------------------------------

/// Paths and queries of such URLs often hold a key.
std::string origin_of(const std::string& url) {
  const auto host = url.find("://");
  return host == std::string::npos ? std::string{} : url.substr(0, url.find_first_of("/?#", host + 3));
}

json logged(const stored_webhook_endpoint& one) {
  return {{"origin", origin_of(one.url)},
          {"description", one.description},
          {"events", one.events},
          {"active", one.active}};
}

void record(pqxx::work& work, const business_id& business, const change_origin& by, std::string_view action,
            const webhook_endpoint_id& id, json before, json after) {
  record_activity(work, &business, by,
                  {action, "webhook_endpoint", id.value, std::move(before), std::move(after)});
}

// --- deliveries ----------------------------------------------------------------------------------

void queue_delivery(pqxx::work& work, const business_id& business, const webhook_delivery_key& key,
                    const job_id& job, instant at) {
  queue_job(work, {.id = job,
                   .business = business,
                   .kind = webhook_job_kind,
                   .unique_key = unique_key_of(key),
                   .due_at = at,
                   .payload = write_webhook_job(key),
                   .created_at = at});
}

wished_delivery shown(pqxx::work& work, const business_id& business, const webhook_delivery_key& key) {
  const auto row =
      work.exec_params1(select_delivery, to_string(business), to_string(key.endpoint), to_string(key.event));
  return {delivery_wish::done, delivery_in(row)};
}

}  // namespace

result<std::vector<stored_webhook_endpoint>> list_webhook_endpoints(
    api_session& session, const business_id& business, const std::optional<api::page_position>& after,
    int limit) {
  return for_business(session, business, [&](pqxx::work& work) {
    return all_of(work.exec_params(select_page, to_string(business),
                                   to_string(after.value_or(list_edge(false)).id), limit + 1),
                  endpoint_in);
  });
}

result<std::optional<stored_webhook_endpoint>> find_webhook_endpoint(api_session& session,
                                                                     const business_id& business,
                                                                     const webhook_endpoint_id& id) {
  return for_business(session, business,
                      [&](pqxx::work& work) { return find(work, select_one, business, id); });
}

result<edited<stored_webhook_endpoint>> add_webhook_endpoint(api_session& session,
                                                             const business_id& business,
                                                             const change_origin& by,
                                                             const webhook_endpoint_wish& wanted,
                                                             const webhook_secret& secret) {
  return for_business(session, business, [&](pqxx::work& work) -> edited<stored_webhook_endpoint> {
    if (!has_room(work, all_endpoints, business)) return {edit_outcome::full};
    work.exec_params(insert_endpoint, to_string(wanted.id), to_string(business), wanted.url.value_or(""),
                     wanted.description.value_or(""),
                     list_of(wanted.events.value_or(std::vector<std::string>{})), secret.sealed, secret.hint,
                     to_unix_ms(by.at), to_string(by.account));
    edited<stored_webhook_endpoint> change{edit_outcome::done, *find(work, select_one, business, wanted.id)};
    record(work, business, by, "webhook_endpoint.added", wanted.id, nullptr, logged(change.row));
    return change;
  });
}

result<edited<stored_webhook_endpoint>> change_webhook_endpoint(api_session& session,
                                                                const business_id& business,
                                                                const change_origin& by,
                                                                const webhook_endpoint_wish& wanted,
                                                                std::int64_t expected_version) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto was = find(work, select_held, business, wanted.id);
    edited<stored_webhook_endpoint> change;
    if (!may_edit(was ? &*was : nullptr, expected_version, change)) return change;
    work.exec_params(update_endpoint, to_string(business), to_string(wanted.id),
                     wanted.url.value_or(was->url), wanted.description.value_or(was->description),
                     list_of(wanted.events.value_or(was->events)), wanted.active.value_or(was->active));
    change.row = *find(work, select_one, business, wanted.id);
    record(work, business, by, "webhook_endpoint.changed", wanted.id, logged(*was), logged(change.row));
    return change;
  });
}

result<edited<stored_webhook_endpoint>> rotate_webhook_secret(
    api_session& session, const business_id& business, const change_origin& by, const webhook_endpoint_id& id,
    const webhook_secret& secret, instant previous_until, std::int64_t expected_version) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto was = find(work, select_held, business, id);
    edited<stored_webhook_endpoint> change;
    if (!may_edit(was ? &*was : nullptr, expected_version, change)) return change;
    work.exec_params(update_secret, to_string(business), to_string(id), secret.sealed, secret.hint,
                     to_unix_ms(previous_until));
    change.row = *find(work, select_one, business, id);
    record(work, business, by, "webhook_endpoint.secret_rotated", id, nullptr,
           {{"origin", origin_of(was->url)}});
    return change;
  });
}

result<edit_outcome> remove_webhook_endpoint(api_session& session, const business_id& business,
                                             const change_origin& by, const webhook_endpoint_id& id,
                                             std::int64_t expected_version) {
  // By itself: commits hold those that are active, and its deliveries take a while to delete.
  const auto left = for_business(session, business, [&](pqxx::work& work) {
    const auto was = find(work, select_held, business, id);
    edited<stored_webhook_endpoint> change;
    if (!may_edit(was ? &*was : nullptr, expected_version, change)) return change.outcome;
    if (work.exec_params(leave_endpoint, to_string(business), to_string(id)).affected_rows() > 0)
      record(work, business, by, "webhook_endpoint.changed", id, logged(*was),
             logged(*find(work, select_one, business, id)));
    return change.outcome;
  });
  if (!left || left.value() != edit_outcome::done) return left;
  return for_business(session, business, [&](pqxx::work& work) {
    const auto was = find(work, select_held, business, id);
    if (!was) return edit_outcome::not_found;
    work.exec_params(delete_endpoint, to_string(business), to_string(id));
    record(work, business, by, "webhook_endpoint.removed", id, logged(*was), nullptr);
    return edit_outcome::done;
  });
}

result<std::vector<webhook_delivery>> list_webhook_deliveries(
    api_session& session, const business_id& business, const webhook_endpoint_id& endpoint,
    const std::optional<std::string>& state, const std::optional<api::page_position>& after, int limit) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto whose = to_string(business);
    const auto before = to_string(after.value_or(list_edge(true)).id);
    const auto rows =
        state ? work.exec_params(select_deliveries_in_state, whose, to_string(endpoint), before, limit + 1,
                                 *state)
              : work.exec_params(select_deliveries, whose, to_string(endpoint), before, limit + 1);
    return all_of(rows, delivery_in);
  });
}

result<wished_delivery> ping_webhook_endpoint(api_session& session, const business_id& business,
                                              const change_origin& by, const webhook_endpoint_id& endpoint,
                                              const uuid& ping, const job_id& job) {
  return for_business(session, business, [&](pqxx::work& work) -> wished_delivery {
    const auto to = find(work, select_held, business, endpoint);
    if (!to) return {delivery_wish::not_found};
    if (!to->active) return {delivery_wish::turned_off};
    const webhook_delivery_key key{endpoint, outgoing::event_id{ping}};
    const auto type = outgoing::event_type::ping;
    work.exec_params(
        insert_event, to_string(key.event), to_string(business), std::string{outgoing::to_string(type)},
        outgoing::write_event({key.event, type, business, by.at}, json::object()), to_unix_ms(by.at));
    work.exec_params(insert_delivery, to_string(endpoint), to_string(key.event), to_string(business),
                     to_unix_ms(by.at));
    queue_delivery(work, business, key, job, by.at);
    record(work, business, by, "webhook_endpoint.pinged", endpoint, nullptr,
           {{"event_id", to_string(key.event)}});
    return shown(work, business, key);
  });
}

result<wished_delivery> replay_webhook_delivery(api_session& session, const business_id& business,
                                                const change_origin& by, const webhook_delivery_key& key,
                                                const job_id& job) {
  return for_business(session, business, [&](pqxx::work& work) -> wished_delivery {
    const auto to = find(work, select_held, business, key.endpoint);
    if (!to) return {delivery_wish::not_found};
    const auto known =
        work.exec_params(select_delivery, to_string(business), to_string(key.endpoint), to_string(key.event));
    if (known.empty()) return {delivery_wish::not_found};
    if (!to->active) return {delivery_wish::turned_off};
    work.exec_params(begin_again, to_string(business), to_string(key.endpoint), to_string(key.event),
                     to_unix_ms(by.at));
    queue_delivery(work, business, key, job, by.at);
    record(work, business, by, "webhook_endpoint.replayed", key.endpoint, nullptr,
           {{"event_id", to_string(key.event)}});
    return shown(work, business, key);
  });
}

std::vector<std::string> webhook_delivery_statements() {
  return {select_deliveries, select_deliveries_in_state};
}

}  // namespace sellavie::storage
