#include "storage/api/accounts.hpp"

#include "storage/api/api_work.hpp"

namespace sellavie::storage {
namespace {

#define ACCOUNT_COLUMNS                                                                                      \
  "SELECT id, email, name, password_hash, email_verified_at, totp_secret, totp_enabled_at, totp_last_step, " \
  "failed_sign_ins, blocked_until FROM accounts "

constexpr const char* select_by_email = ACCOUNT_COLUMNS "WHERE lower(email) = lower($1)";
constexpr const char* select_by_id = ACCOUNT_COLUMNS "WHERE id = $1::uuid";
#undef ACCOUNT_COLUMNS

constexpr const char* update_failures =
    "UPDATE accounts SET failed_sign_ins = $2::integer, blocked_until = $3::bigint WHERE id = $1::uuid";

constexpr const char* update_totp_step =
    "UPDATE accounts SET totp_last_step = $2::bigint WHERE id = $1::uuid AND totp_last_step < $2::bigint";

constexpr const char* select_memberships = R"(
SELECT b.id, b.name, m.role FROM memberships m JOIN businesses b ON b.id = m.business_id
WHERE m.account_id = $1::uuid ORDER BY b.name, b.id LIMIT 200)";

std::optional<stored_account> account_of(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  fields row{rows[0]};
  stored_account found;
  found.id = row.id<api::account_id>();
  found.email = row.text();
  found.name = row.text();
  found.password_hash = row.text();
  found.is_verified = row.integer() > 0;
  found.totp_secret = row.text();
  found.has_totp = row.integer() > 0;
  found.totp_last_step = row.integer();
  found.failed_sign_ins = static_cast<int>(row.integer());
  found.blocked_until = row.at();
  return found;
}

}  // namespace

result<std::optional<stored_account>> find_account(api_session& session, const std::string& email) {
  return for_accounts(session,
                      [&](pqxx::work& work) { return account_of(work.exec_params(select_by_email, email)); });
}

result<std::optional<stored_account>> find_account(api_session& session, const api::account_id& id) {
  return for_accounts(
      session, [&](pqxx::work& work) { return account_of(work.exec_params(select_by_id, to_string(id))); });
}

result<void> count_failed_sign_in(api_session& session, const api::account_id& id, int failures,
                                  instant blocked_until) {
  return for_accounts(session, [&](pqxx::work& work) {
    work.exec_params(update_failures, to_string(id), failures, to_unix_ms(blocked_until));
  });
}

result<bool> use_totp_step(api_session& session, const api::account_id& id, std::int64_t step) {
  return for_accounts(session, [&](pqxx::work& work) {
    return work.exec_params(update_totp_step, to_string(id), step).affected_rows() == 1;
  });
}

result<std::vector<membership>> memberships_of(api_session& session, const api::account_id& id) {
  return for_accounts(session, [&](pqxx::work& work) {
    return all_of(work.exec_params(select_memberships, to_string(id)), [](const pqxx::row& one) {
      fields row{one};
      return membership{row.id<business_id>(), row.text(),
                        api::parse_role(row.text()).value_or(api::role::viewer)};
    });
  });
}

}  // namespace sellavie::storage
