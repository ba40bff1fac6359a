#include "storage/api/push_subscriptions.hpp"

#include "protocol/crypto/encoding.hpp"
#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/list_wish.hpp"

namespace sellavie::storage {
namespace {

#define SUBSCRIPTIONS                                                                                \
  "SELECT p.id, p.service, s.device, p.session_id = $2::uuid, p.created_at, p.last_success_at FROM " \
  "push_subscriptions p JOIN sessions s ON s.id = p.session_id WHERE p.account_id = $1::uuid AND "   \
  "s.revoked_at IS NULL AND s.expires_at > $3::bigint "
constexpr const char* select_page =
    SUBSCRIPTIONS "AND p.id > $4::uuid ORDER BY p.account_id, p.id LIMIT $5::integer";
constexpr const char* select_one = SUBSCRIPTIONS "AND p.id = $4::uuid";
#undef SUBSCRIPTIONS

constexpr const char* lock_account = "SELECT FROM accounts WHERE id = $1::uuid FOR NO KEY UPDATE";
constexpr const char* delete_same = "DELETE FROM push_subscriptions WHERE endpoint_hash = decode($1, 'hex')";
constexpr const char* delete_surplus = R"(
DELETE FROM push_subscriptions WHERE id IN (
  SELECT id FROM push_subscriptions WHERE account_id = $1::uuid ORDER BY id DESC OFFSET $2::integer))";
constexpr const char* insert_one = R"(
INSERT INTO push_subscriptions (id, account_id, session_id, endpoint_hash, sealed, service, created_at)
VALUES ($1::uuid, $2::uuid, $3::uuid, decode($4, 'hex'), $5, $6, $7::bigint))";
constexpr const char* delete_own =
    "DELETE FROM push_subscriptions WHERE account_id = $1::uuid AND id = $2::uuid RETURNING service";

stored_push_subscription subscription_in(const pqxx::row& one) {
  fields row{one};
  stored_push_subscription found;
  found.id = row.id<push_subscription_id>();
  found.service = row.text();
  found.device = row.text();
  found.is_of_this_session = row.flag();
  found.created_at = row.at();
  const auto last = row.at();
  if (last != instant{}) found.last_success_at = last;
  return found;
}

void record(pqxx::work& work, const change_origin& by, std::string_view action, const std::string& service) {
  record_activity(work, nullptr, by, {action, "account", by.account.value, nullptr, {{"service", service}}});
}

}  // namespace

result<std::vector<stored_push_subscription>> list_push_subscriptions(
    api_session& session, const change_origin& by, const std::optional<api::page_position>& after,
    int limit) {
  return for_accounts(session, [&](pqxx::work& work) {
    return all_of(
        work.exec_params(select_page, to_string(by.account), to_string(by.session), to_unix_ms(by.at),
                         to_string(after.value_or(list_edge(false)).id), limit + 1),
        subscription_in);
  });
}

result<stored_push_subscription> add_push_subscription(api_session& session, const change_origin& by,
                                                       const new_push_subscription& wanted) {
  return for_accounts(session, [&](pqxx::work& work) {
    const auto hash = crypto::hex_encode(wanted.endpoint_hash);
    work.exec_params(lock_account, to_string(by.account));
    work.exec_params(delete_same, hash);
    work.exec_params(delete_surplus, to_string(by.account), most_push_subscriptions - 1);
    work.exec_params(insert_one, to_string(wanted.id), to_string(by.account), to_string(by.session), hash,
                     wanted.sealed, wanted.service, to_unix_ms(by.at));
    record(work, by, "account.push_subscribed", wanted.service);
    return subscription_in(work.exec_params1(select_one, to_string(by.account), to_string(by.session),
                                             to_unix_ms(by.at), to_string(wanted.id)));
  });
}

result<bool> remove_push_subscription(api_session& session, const change_origin& by,
                                      const push_subscription_id& id) {
  return for_accounts(session, [&](pqxx::work& work) {
    const auto gone = work.exec_params(delete_own, to_string(by.account), to_string(id));
    if (gone.empty()) return false;
    record(work, by, "account.push_unsubscribed", gone[0][0].as<std::string>());
    return true;
  });
}

}  // namespace sellavie::storage
