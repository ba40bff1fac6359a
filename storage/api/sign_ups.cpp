#include "storage/api/sign_ups.hpp"

#include "protocol/api/account_rules.hpp"
#include "protocol/crypto/encoding.hpp"
#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/mail_work.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* select_account = "SELECT 1 FROM accounts WHERE lower(email) = lower($1)";

constexpr const char* insert_sign_up = R"(
INSERT INTO sign_ups (id, email, name, password_hash, token_hash, created_at, expires_at)
VALUES ($1::uuid, $2, $3, $4, decode($5, 'hex'), $6::bigint, $7::bigint))";

constexpr const char* forget_oldest = R"(
DELETE FROM sign_ups WHERE id = ANY (ARRAY(
  SELECT id FROM sign_ups WHERE lower(email) = lower($1) ORDER BY id DESC OFFSET $2::integer)))";

constexpr const char* replace_token = R"(
UPDATE sign_ups SET token_hash = decode($2, 'hex'), expires_at = $4::bigint
WHERE id = (SELECT id FROM sign_ups WHERE lower(email) = lower($1) AND expires_at > $3::bigint ORDER BY id DESC LIMIT 1))";

constexpr const char* select_by_token =
    "SELECT id, password_hash FROM sign_ups WHERE token_hash = decode($1, 'hex') AND expires_at > $2::bigint";

constexpr const char* take_sign_up =
    "DELETE FROM sign_ups WHERE id = $1::uuid RETURNING email, name, password_hash";
constexpr const char* forget_others = "DELETE FROM sign_ups WHERE lower(email) = lower($1)";
constexpr const char* insert_account = R"(
INSERT INTO accounts (id, email, name, password_hash, created_at) VALUES ($1::uuid, $2, $3, $4, $5::bigint)
ON CONFLICT ((lower(email))) DO NOTHING)";

std::optional<waiting_sign_up> sign_up_in(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  const pqxx::row first = rows[0];
  fields row{first};
  return waiting_sign_up{row.id<sign_up_id>(), row.text()};
}

}  // namespace

result<void> add_sign_up(api_session& session, const new_sign_up& wanted, const sign_up_mails& mails) {
  return for_accounts(session, [&](pqxx::work& work) {
    if (!work.exec_params(select_account, wanted.email).empty()) return queue_mail(work, mails.has_account);
    work.exec_params(insert_sign_up, to_string(wanted.id), wanted.email, wanted.name, wanted.password_hash,
                     crypto::hex_encode(wanted.token_hash), to_unix_ms(wanted.created_at),
                     to_unix_ms(wanted.expires_at));
    work.exec_params(forget_oldest, wanted.email, api::most_sign_ups);
    queue_mail(work, mails.confirm);
  });
}

result<void> renew_sign_up(api_session& session, const std::string& email, const renewed_token& token,
                           const queued_mail& confirm) {
  return for_accounts(session, [&](pqxx::work& work) {
    const bool waits = work.exec_params(replace_token, email, crypto::hex_encode(token.hash),
                                        to_unix_ms(token.now), to_unix_ms(token.expires_at))
                           .affected_rows() > 0;
    auto mail = confirm;
    if (!waits) mail.recipient.clear();
    queue_mail(work, mail);
  });
}

result<std::optional<waiting_sign_up>> find_sign_up(api_session& session,
                                                    const crypto::sha256_digest& token_hash, instant now) {
  return for_accounts(session, [&](pqxx::work& work) {
    return sign_up_in(work.exec_params(select_by_token, crypto::hex_encode(token_hash), to_unix_ms(now)));
  });
}

result<bool> complete_sign_up(api_session& session, const sign_up_id& id, const change_origin& by) {
  return for_accounts(session, [&](pqxx::work& work) {
    const auto rows = work.exec_params(take_sign_up, to_string(id));
    if (rows.empty()) return false;
    const pqxx::row first = rows[0];
    fields row{first};
    const auto email = row.text();
    const auto name = row.text();
    const bool is_new =
        work.exec_params(insert_account, to_string(by.account), email, name, row.text(), to_unix_ms(by.at))
            .affected_rows() == 1;
    work.exec_params(forget_others, email);
    if (is_new)
      record_activity(
          work, nullptr, by,
          {"account.created", "account", by.account.value, {}, {{"email", email}, {"name", name}}});
    return is_new;
  });
}

}  // namespace sellavie::storage
