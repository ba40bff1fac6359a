#include "storage/api/payment_connections.hpp"

#include "protocol/payment/provider.hpp"
#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/directory_work.hpp"
#include "storage/api/list_work.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

#define PAYMENT_COLUMNS                                                                                               \
  "SELECT id, provider, mode, secret_key, key_hint, webhook_count, version, created_at, connected_at, connected_by, " \
  "checked_at, broken_at, last_error, last_error_at FROM payment_connections WHERE business_id = $1::uuid "
const two_ends select_page{PAYMENT_COLUMNS
                           "AND id {<} $2::uuid AND $4 IN ('', provider) AND $5 IN ('', mode) "
                           "ORDER BY business_id{desc}, id{desc} LIMIT $3::integer"};
constexpr const char* select_one = PAYMENT_COLUMNS "AND id = $2::uuid";
constexpr const char* select_locked = PAYMENT_COLUMNS "AND id = $2::uuid FOR UPDATE";
#undef PAYMENT_COLUMNS

constexpr const char* insert_row = R"(
INSERT INTO payment_connections (id, business_id, provider, mode, secret_key, key_hint, webhook_secrets, webhook_count,
  created_at, connected_at, connected_by)
VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8::integer, $9::bigint, $9::bigint, $10::uuid))";
constexpr const char* update_keys = R"(
UPDATE payment_connections SET secret_key = CASE WHEN $3 = '' THEN secret_key ELSE $3 END,
  key_hint = CASE WHEN $3 = '' THEN key_hint ELSE $4 END,
  webhook_secrets = CASE WHEN $5 = '' THEN webhook_secrets ELSE $5 END,
  webhook_count = CASE WHEN $5 = '' THEN webhook_count ELSE $6::integer END,
  version = version + 1, connected_at = $7::bigint, connected_by = $8::uuid,
  checked_at = CASE WHEN $3 = '' THEN checked_at END, broken_at = CASE WHEN $3 = '' THEN broken_at END,
  last_error = CASE WHEN $3 = '' THEN last_error ELSE '' END, last_error_at = CASE WHEN $3 = '' THEN last_error_at END
WHERE business_id = $1::uuid AND id = $2::uuid)";
constexpr const char* delete_row =
    "DELETE FROM payment_connections WHERE business_id = $1::uuid AND id = $2::uuid";
constexpr const char* update_check = R"(
UPDATE payment_connections SET checked_at = $4::bigint,
  broken_at = CASE WHEN $5::boolean IS NULL THEN broken_at WHEN $5::boolean THEN coalesce(broken_at, $4::bigint) END,
  last_error = CASE WHEN $6 = '' THEN last_error ELSE $6 END,
  last_error_at = CASE WHEN $6 = '' THEN last_error_at ELSE $4::bigint END
WHERE business_id = $1::uuid AND id = $2::uuid AND secret_key = $3 AND coalesce(checked_at, 0) <= $4::bigint)";

constexpr const char* finish_tasks = R"(
UPDATE person_tasks SET done_at = $3::bigint, done_by = $4::uuid
WHERE business_id = $1::uuid AND kind = 'payment_connection' AND reason = $2 AND done_at IS NULL)";

std::optional<instant> moment(fields& row) {
  if (!row.is_null()) return row.at();
  row.skip();
  return std::nullopt;
}

stored_payment_connection row_in(const pqxx::row& one) {
  fields row{one};
  stored_payment_connection found;
  found.id = row.id<payment_connection_id>();
  found.provider = row.text();
  found.mode = row.text();
  found.sealed_key = row.text();
  found.key_hint = row.text();
  found.webhook_secrets = static_cast<int>(row.integer());
  found.version = row.integer();
  found.created_at = row.at();
  found.connected_at = moment(row);
  if (row.is_null()) row.skip();
  else found.connected_by = row.id<payment_connection_id>().value;
  found.checked_at = moment(row);
  found.broken_at = moment(row);
  found.last_error = row.text();
  found.last_error_at = moment(row);
  return found;
}

std::optional<stored_payment_connection> find(pqxx::work& work, const char* sql, const business_id& business,
                                              const payment_connection_id& id) {
  const auto rows = work.exec_params(sql, to_string(business), to_string(id));
  return rows.empty() ? std::optional<stored_payment_connection>{} : row_in(rows[0]);
}

/// Nobody has to look at its former key any more.
void finish_tasks_of(pqxx::work& work, const business_id& business, const change_origin& by,
                     const stored_payment_connection& one) {
  const auto provider = payment::parse_provider(one.provider);
  const auto mode = parse_payment_mode(one.mode);
  if (!provider || !mode) return;
  work.exec_params(finish_tasks, to_string(business), payment::refused_key(*provider, *mode),
                   to_unix_ms(by.at), to_string(by.account));
}

json logged(const std::string& provider, const std::string& mode) {
  return {{"provider", provider}, {"mode", mode}};
}

void record(pqxx::work& work, const business_id& business, const change_origin& by, std::string_view action,
            const payment_connection_id& id, json before, json after) {
  record_activity(work, &business, by,
                  {action, "payment_connection", id.value, std::move(before), std::move(after)});
}

}  // namespace

result<std::vector<stored_payment_connection>> list_payment_connections(api_session& session,
                                                                        const business_id& business,
                                                                        const std::string& provider,
                                                                        const std::string& mode,
                                                                        const list_wish& wish) {
  return for_business(session, business, [&](pqxx::work& work) {
    return page_by_id(work, select_page, business, wish, row_in, provider, mode);
  });
}

result<std::optional<stored_payment_connection>> find_payment_connection(api_session& session,
                                                                         const business_id& business,
                                                                         const payment_connection_id& id) {
  return for_business(session, business,
                      [&](pqxx::work& work) { return find(work, select_one, business, id); });
}

result<stored_payment_connection> add_payment_connection(api_session& session, const business_id& business,
                                                         const change_origin& by,
                                                         const payment_keys& wanted) {
  return for_business(session, business, [&](pqxx::work& work) {
    raise_directory(work);
    const auto secrets = wanted.sealed_webhook_secrets.empty() ? "[]" : wanted.sealed_webhook_secrets;
    work.exec_params(insert_row, to_string(wanted.id), to_string(business), wanted.provider, wanted.mode,
                     wanted.sealed_key, wanted.key_hint, secrets, wanted.webhook_secrets, to_unix_ms(by.at),
                     to_string(by.account));
    record(work, business, by, "payment_connection.added", wanted.id, nullptr,
           logged(wanted.provider, wanted.mode));
    return *find(work, select_one, business, wanted.id);
  });
}

result<edited<stored_payment_connection>> replace_payment_keys(api_session& session,
                                                               const business_id& business,
                                                               const change_origin& by,
                                                               const payment_keys& wanted,
                                                               std::int64_t expected_version) {
  return for_business(session, business, [&](pqxx::work& work) {
    edited<stored_payment_connection> change;
    // What changes nothing leaves the servers in peace.
    const auto seen = find(work, select_one, business, wanted.id);
    if (!may_edit(seen ? &*seen : nullptr, expected_version, change)) return change;
    raise_directory(work);
    const auto was = find(work, select_locked, business, wanted.id);
    if (!may_edit(was ? &*was : nullptr, expected_version, change)) return change;
    work.exec_params(update_keys, to_string(business), to_string(wanted.id), wanted.sealed_key,
                     wanted.key_hint, wanted.sealed_webhook_secrets, wanted.webhook_secrets,
                     to_unix_ms(by.at), to_string(by.account));
    if (!wanted.sealed_key.empty()) finish_tasks_of(work, business, by, *was);
    auto replaced = logged(was->provider, was->mode);
    replaced["secret_key"] = !wanted.sealed_key.empty();
    replaced["webhook_secrets"] = !wanted.sealed_webhook_secrets.empty();
    record(work, business, by, "payment_connection.keys_replaced", wanted.id, nullptr, std::move(replaced));
    change.row = *find(work, select_one, business, wanted.id);
    return change;
  });
}

result<edit_outcome> remove_payment_connection(api_session& session, const business_id& business,
                                               const change_origin& by, const payment_connection_id& id,
                                               std::int64_t expected_version) {
  return for_business(session, business, [&](pqxx::work& work) {
    edited<stored_payment_connection> change;
    const auto seen = find(work, select_one, business, id);
    if (!may_edit(seen ? &*seen : nullptr, expected_version, change)) return change.outcome;
    raise_directory(work);
    const auto was = find(work, select_locked, business, id);
    if (!may_edit(was ? &*was : nullptr, expected_version, change)) return change.outcome;
    work.exec_params(delete_row, to_string(business), to_string(id));
    finish_tasks_of(work, business, by, *was);
    record(work, business, by, "payment_connection.removed", id, logged(was->provider, was->mode), nullptr);
    return change.outcome;
  });
}

result<void> record_payment_check(api_session& session, const business_id& business, const change_origin& by,
                                  const payment_check& found) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto was = find(work, select_one, business, found.id);
    if (was && found.is_broken.value_or(was->broken_at.has_value()) != was->broken_at.has_value())
      raise_directory(work);
    const auto noted = work.exec_params(update_check, to_string(business), to_string(found.id),
                                        found.checked_key, to_unix_ms(by.at), found.is_broken, found.error);
    const bool works = found.is_broken == false;
    if (was && works && noted.affected_rows() > 0) finish_tasks_of(work, business, by, *was);
    record(work, business, by, "payment_connection.checked", found.id, nullptr,
           {{"works", works}, {"error", found.error}});
  });
}

}  // namespace sellavie::storage
