#include "storage/api/connect_flows.hpp"

#include <stdexcept>

#include "protocol/crypto/encoding.hpp"
#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

constexpr int most_open = 20;

#define FLOW_COLUMNS                                                                                            \
  "SELECT id, kind, reconnects, stage, found, sealed, problem, expires_at, account_id, session_id, state_hash " \
  "FROM connect_flows WHERE business_id = $1::uuid AND id = $2::uuid"
constexpr const char* select_one = FLOW_COLUMNS;
constexpr const char* select_locked = FLOW_COLUMNS " FOR UPDATE";
#undef FLOW_COLUMNS

constexpr const char* count_open = R"(
SELECT count(*) FROM connect_flows WHERE business_id = $1::uuid AND expires_at > $2::bigint AND stage <> 'connected')";
constexpr const char* is_own_connection =
    "SELECT count(*) FROM connections WHERE business_id = $1::uuid AND id = $2::uuid";
constexpr const char* insert_flow = R"(
INSERT INTO connect_flows (id, business_id, account_id, session_id, kind, reconnects, state_hash, created_at, expires_at)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5, $6::uuid, $7::bytea, $8::bigint, $9::bigint))";
constexpr const char* set_exchanging =
    "UPDATE connect_flows SET stage = 'exchanging' WHERE business_id = $1::uuid AND id = $2::uuid";
constexpr const char* set_choosing = R"(
UPDATE connect_flows SET stage = 'choosing', found = $3, sealed = $4, expires_at = $5::bigint
WHERE business_id = $1::uuid AND id = $2::uuid AND stage = 'exchanging')";
constexpr const char* set_failed = R"(
UPDATE connect_flows SET stage = 'failed', problem = $3, sealed = '' WHERE business_id = $1::uuid AND id = $2::uuid)";

struct stored_flow {
  connect_flow flow;
  uuid account;
  uuid session;
  std::string state_hash;
};

stored_flow flow_in(const pqxx::row& one) {
  fields row{one};
  stored_flow found;
  found.flow.id = row.id<connect_flow_id>();
  const auto kind = connect::parse_flow_kind(row.text());
  if (!kind) throw std::runtime_error("unknown kind of flow");
  found.flow.kind = *kind;
  if (row.is_null()) row.skip();
  else found.flow.reconnects = row.id<connection_id>();
  found.flow.stage = row.text();
  found.flow.found = row.text();
  found.flow.sealed = row.text();
  found.flow.problem = row.text();
  found.flow.expires_at = row.at();
  found.account = row.id<api::account_id>().value;
  found.session = row.id<api::session_id>().value;
  found.state_hash = row.bytes();
  return found;
}

std::optional<stored_flow> find(pqxx::work& work, const char* sql, const business_id& business,
                                const connect_flow_id& id) {
  const auto rows = work.exec_params(sql, to_string(business), to_string(id));
  return rows.empty() ? std::optional<stored_flow>{} : flow_in(rows[0]);
}

bool is_of(const stored_flow& one, const change_origin& by) {
  return one.account == by.account.value && one.session == by.session.value;
}

std::string bytea(const crypto::sha256_digest& hash) { return "\\x" + crypto::hex_encode(hash); }

void record(pqxx::work& work, const business_id& business, const change_origin& by, std::string_view action,
            const connect_flow_id& id, json after) {
  record_activity(work, &business, by, {action, "connect_flow", id.value, nullptr, std::move(after)});
}

/// `stage` -> exchanging, for who began it.
claimed_flow claim(pqxx::work& work, const business_id& business, const change_origin& by,
                   const connect_flow_id& id, std::string_view stage,
                   const crypto::sha256_digest* state_hash) {
  const auto found = find(work, select_locked, business, id);
  if (!found) return {flow_claim::not_found};
  const bool knows_state = state_hash == nullptr || found->state_hash == crypto::as_text(*state_hash);
  if (!is_of(*found, by) || !knows_state) return {flow_claim::foreign};
  if (found->flow.stage != stage) return {flow_claim::used};
  if (found->flow.expires_at <= by.at) return {flow_claim::expired};
  work.exec_params(set_exchanging, to_string(business), to_string(id));
  return {flow_claim::claimed, found->flow};
}

}  // namespace

result<flow_begin> begin_connect_flow(api_session& session, const business_id& business,
                                      const change_origin& by, const new_connect_flow& wanted) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto shop = to_string(business);
    if (work.exec_params1(count_open, shop, to_unix_ms(by.at))[0].as<int>() >= most_open)
      return flow_begin::too_many;
    std::optional<std::string> reconnects;
    if (wanted.reconnects) {
      reconnects = to_string(*wanted.reconnects);
      if (work.exec_params1(is_own_connection, shop, *reconnects)[0].as<int>() == 0)
        return flow_begin::no_such_connection;
    }
    work.exec_params(insert_flow, to_string(wanted.id), shop, to_string(by.account), to_string(by.session),
                     std::string{connect::to_string(wanted.kind)}, reconnects ? reconnects->c_str() : nullptr,
                     bytea(wanted.state_hash), to_unix_ms(by.at), to_unix_ms(wanted.expires_at));
    record(work, business, by, "connect.begun", wanted.id, {{"kind", connect::to_string(wanted.kind)}});
    return flow_begin::begun;
  });
}

result<claimed_flow> claim_connect_flow(api_session& session, const business_id& business,
                                        const change_origin& by, const connect_flow_id& id,
                                        const crypto::sha256_digest& state_hash) {
  return for_business(session, business,
                      [&](pqxx::work& work) { return claim(work, business, by, id, "begun", &state_hash); });
}

result<claimed_flow> claim_connect_choice(api_session& session, const business_id& business,
                                          const change_origin& by, const connect_flow_id& id) {
  return for_business(session, business,
                      [&](pqxx::work& work) { return claim(work, business, by, id, "choosing", nullptr); });
}

result<void> offer_connect_choice(api_session& session, const business_id& business,
                                  const connect_flow& flow) {
  return for_business(session, business, [&](pqxx::work& work) {
    work.exec_params(set_choosing, to_string(business), to_string(flow.id), flow.found, flow.sealed,
                     to_unix_ms(flow.expires_at));
  });
}

result<void> fail_connect_flow(api_session& session, const business_id& business, const change_origin& by,
                               const connect_flow_id& id, const std::string& problem) {
  return for_business(session, business, [&](pqxx::work& work) {
    work.exec_params(set_failed, to_string(business), to_string(id), problem);
    record(work, business, by, "connect.failed", id, {{"problem", problem}});
  });
}

result<std::optional<connect_flow>> find_connect_flow(api_session& session, const business_id& business,
                                                      const change_origin& by, const connect_flow_id& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto found = find(work, select_one, business, id);
    if (!found || !is_of(*found, by)) return std::optional<connect_flow>{};
    return std::optional{found->flow};
  });
}

}  // namespace sellavie::storage
