#include "storage/api/accounts.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/guess_work.hpp"

namespace sellavie::storage {
namespace {

#define ACCOUNT_COLUMNS "SELECT id, email, name, password_hash FROM accounts "

constexpr const char* select_by_email = ACCOUNT_COLUMNS "WHERE lower(email) = lower($1)";
constexpr const char* select_by_id = ACCOUNT_COLUMNS "WHERE id = $1::uuid";
#undef ACCOUNT_COLUMNS

constexpr const char* select_blocked = "SELECT blocked_until > $2::bigint FROM accounts WHERE id = $1::uuid";

constexpr guess_counter sign_ins{
    .count =
        "UPDATE accounts SET failed_sign_ins = failed_sign_ins + 1 "
        "WHERE id = $1::uuid AND blocked_until <= $2::bigint RETURNING failed_sign_ins",
    .block = "UPDATE accounts SET blocked_until = $2::bigint WHERE id = $1::uuid",
    .find_block = "SELECT blocked_until FROM accounts WHERE id = $1::uuid"};

constexpr const char* rename = R"(
UPDATE accounts a SET name = $2 FROM (SELECT id, name FROM accounts WHERE id = $1::uuid FOR UPDATE) old
WHERE a.id = old.id RETURNING old.name)";

constexpr const char* select_memberships = R"(
SELECT b.id, b.name, m.role FROM memberships m JOIN businesses b ON b.id = m.business_id
WHERE m.account_id = $1::uuid ORDER BY b.name, b.id LIMIT 200)";

std::optional<stored_account> account_of(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  const pqxx::row first = rows[0];
  fields row{first};
  stored_account found;
  found.id = row.id<api::account_id>();
  found.email = row.text();
  found.name = row.text();
  found.password_hash = row.text();
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

result<bool> is_sign_in_blocked(api_session& session, const api::account_id& id, instant now) {
  return for_accounts(session, [&](pqxx::work& work) {
    const auto rows = work.exec_params(select_blocked, to_string(id), to_unix_ms(now));
    return !rows.empty() && rows[0][0].as<bool>();
  });
}

result<void> count_failed_sign_in(api_session& session, const api::account_id& id, instant now) {
  return for_accounts(session, [&](pqxx::work& work) {
    // An account that nobody has waits for no disk either: the time would tell which.
    work.exec0("SET LOCAL synchronous_commit = off");
    (void)count_guess(work, sign_ins, to_string(id), now);
  });
}

result<bool> rename_account(api_session& session, const std::string& name, const change_origin& by) {
  return for_accounts(session, [&](pqxx::work& work) {
    const auto rows = work.exec_params(rename, to_string(by.account), name);
    if (rows.empty()) return false;
    const auto before = rows[0][0].as<std::string>();
    if (before != name)
      record_activity(work, nullptr, by,
                      {"account.renamed", "account", by.account.value, {{"name", before}}, {{"name", name}}});
    return true;
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
