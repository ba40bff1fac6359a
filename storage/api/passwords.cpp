#include "storage/api/passwords.hpp"

#include "protocol/crypto/encoding.hpp"
#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/mail_work.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* select_account = "SELECT id FROM accounts WHERE lower(email) = lower($1)";
constexpr const char* forget_resets = "DELETE FROM password_resets WHERE account_id = $1::uuid";
constexpr const char* insert_reset = R"(
INSERT INTO password_resets (token_hash, account_id, created_at, expires_at)
VALUES (decode($1, 'hex'), $2::uuid, $3::bigint, $4::bigint))";

constexpr const char* select_reset =
    "SELECT 1 FROM password_resets WHERE token_hash = decode($1, 'hex') AND account_id IS NOT NULL "
    "AND expires_at > $2::bigint";
constexpr const char* take_reset =
    "DELETE FROM password_resets WHERE token_hash = decode($1, 'hex') AND account_id IS NOT NULL "
    "AND expires_at > $2::bigint RETURNING account_id";

// Guesses at codes stay counted: who owns the mailbox alone must not get new ones with each new password.
constexpr const char* set_password =
    "UPDATE accounts SET password_hash = $2, failed_sign_ins = 0, blocked_until = 0 WHERE id = $1::uuid RETURNING email";
constexpr const char* replace_password =
    "UPDATE accounts SET password_hash = $3 WHERE id = $1::uuid AND password_hash = $2 RETURNING email";

constexpr const char* end_sessions = R"(
UPDATE sessions SET revoked_at = $3::bigint, revoked_why = 'password changed'
WHERE account_id = $1::uuid AND id <> $2::uuid AND revoked_at IS NULL)";

/// `kept` nil: none.
void follow_up(pqxx::work& work, const new_password& wanted, const std::string& email,
               const change_origin& by, const api::session_id& kept, std::string_view action) {
  work.exec_params(forget_resets, to_string(by.account));
  work.exec_params(end_sessions, to_string(by.account), to_string(kept), to_unix_ms(by.at));
  auto notice = wanted.notice;
  notice.recipient = email;
  queue_mail(work, notice);
  record_activity(work, nullptr, by, {action, "account", by.account.value});
}

}  // namespace

result<void> request_password_reset(api_session& session, const new_password_reset& wanted,
                                    change_origin by) {
  return for_accounts(session, [&](pqxx::work& work) {
    const auto rows = work.exec_params(select_account, wanted.email);
    const auto account = rows.empty() ? std::optional<std::string>{} : rows[0][0].as<std::string>();
    if (account) work.exec_params(forget_resets, *account);
    work.exec_params(insert_reset, crypto::hex_encode(wanted.token_hash),
                     account ? account->c_str() : nullptr, to_unix_ms(by.at), to_unix_ms(wanted.expires_at));
    auto mail = wanted.mail;
    if (!account) mail.recipient.clear();
    queue_mail(work, mail);
    if (!account) return;
    const pqxx::row first = rows[0];
    by.account = fields{first}.id<api::account_id>();
    record_activity(work, nullptr, by, {"account.password_reset_requested", "account", by.account.value});
  });
}

result<bool> can_reset_password(api_session& session, const crypto::sha256_digest& token_hash, instant now) {
  return for_accounts(session, [&](pqxx::work& work) {
    return !work.exec_params(select_reset, crypto::hex_encode(token_hash), to_unix_ms(now)).empty();
  });
}

result<bool> reset_password(api_session& session, const crypto::sha256_digest& token_hash,
                            const new_password& wanted, change_origin by) {
  return for_accounts(session, [&](pqxx::work& work) {
    const auto rows = work.exec_params(take_reset, crypto::hex_encode(token_hash), to_unix_ms(by.at));
    if (rows.empty()) return false;
    const pqxx::row first = rows[0];
    by.account = fields{first}.id<api::account_id>();
    const auto email =
        work.exec_params1(set_password, to_string(by.account), wanted.hash)[0].as<std::string>();
    follow_up(work, wanted, email, by, {}, "account.password_reset");
    return true;
  });
}

result<bool> change_password(api_session& session, const std::string& old_hash, const new_password& wanted,
                             const change_origin& by) {
  return for_accounts(session, [&](pqxx::work& work) {
    const auto rows = work.exec_params(replace_password, to_string(by.account), old_hash, wanted.hash);
    if (rows.empty()) return false;
    follow_up(work, wanted, rows[0][0].as<std::string>(), by, by.session, "account.password_changed");
    return true;
  });
}

result<bool> replace_password_hash(api_session& session, const api::account_id& account,
                                   const std::string& old_hash, const std::string& new_hash) {
  return for_accounts(session, [&](pqxx::work& work) {
    return !work.exec_params(replace_password, to_string(account), old_hash, new_hash).empty();
  });
}

}  // namespace sellavie::storage
