#include "storage/api/second_factors.hpp"

#include "protocol/crypto/encoding.hpp"
#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/guess_work.hpp"
#include "storage/mail_work.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* select_factor = R"(
SELECT secret, confirmed_at IS NOT NULL, last_step,
       (SELECT count(*) FROM recovery_codes r WHERE r.account_id = f.account_id)
FROM second_factors f WHERE account_id = $1::uuid)";

constexpr const char* insert_factor = R"(
INSERT INTO second_factors (account_id, secret, created_at) VALUES ($1::uuid, $2, $3::bigint)
ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at
WHERE second_factors.confirmed_at IS NULL)";

constexpr const char* confirm_factor = R"(
UPDATE second_factors SET confirmed_at = $3::bigint, last_step = $4::bigint
WHERE account_id = $1::uuid AND secret = $2 AND confirmed_at IS NULL)";

constexpr const char* delete_factor = "DELETE FROM second_factors WHERE account_id = $1::uuid";

constexpr const char* lock_factor =
    "SELECT 1 FROM second_factors WHERE account_id = $1::uuid AND confirmed_at IS NOT NULL FOR UPDATE";

constexpr guess_counter code_guesses{
    .count =
        "UPDATE second_factors SET failed_codes = failed_codes + 1 WHERE account_id = $1::uuid "
        "AND confirmed_at IS NOT NULL AND blocked_until <= $2::bigint RETURNING failed_codes",
    .block = "UPDATE second_factors SET blocked_until = $2::bigint WHERE account_id = $1::uuid",
    .find_block = "SELECT blocked_until FROM second_factors WHERE account_id = $1::uuid"};
constexpr const char* forget_guesses =
    "UPDATE second_factors SET failed_codes = 0, blocked_until = 0 WHERE account_id = $1::uuid";

constexpr const char* use_step =
    "UPDATE second_factors SET last_step = $2::bigint WHERE account_id = $1::uuid AND last_step < $2::bigint";

constexpr const char* insert_code =
    "INSERT INTO recovery_codes (account_id, code_hash) VALUES ($1::uuid, decode($2, 'hex'))";
constexpr const char* delete_code =
    "DELETE FROM recovery_codes WHERE account_id = $1::uuid AND code_hash = decode($2, 'hex')";
constexpr const char* delete_codes = "DELETE FROM recovery_codes WHERE account_id = $1::uuid";

constexpr const char* select_email = "SELECT email FROM accounts WHERE id = $1::uuid";

void tell(pqxx::work& work, queued_mail notice, const api::account_id& account) {
  notice.recipient = work.exec_params1(select_email, to_string(account))[0].as<std::string>();
  queue_mail(work, notice);
}

void record(pqxx::work& work, const change_origin& by, std::string_view action) {
  record_activity(work, nullptr, by, {action, "account", by.account.value});
}

void add_codes(pqxx::work& work, const api::account_id& account,
               std::span<const crypto::sha256_digest> codes) {
  for (const auto& code : codes) work.exec_params(insert_code, to_string(account), crypto::hex_encode(code));
}

}  // namespace

result<std::optional<stored_second_factor>> find_second_factor(api_session& session,
                                                               const api::account_id& account) {
  return for_accounts(session, [&](pqxx::work& work) -> std::optional<stored_second_factor> {
    const auto rows = work.exec_params(select_factor, to_string(account));
    if (rows.empty()) return std::nullopt;
    const pqxx::row first = rows[0];
    fields row{first};
    return stored_second_factor{row.text(), row.flag(), row.integer(), static_cast<int>(row.integer())};
  });
}

result<bool> begin_second_factor(api_session& session, const std::string& sealed_secret,
                                 const change_origin& by) {
  return for_accounts(session, [&](pqxx::work& work) {
    const bool has_begun =
        work.exec_params(insert_factor, to_string(by.account), sealed_secret, to_unix_ms(by.at))
            .affected_rows() == 1;
    if (has_begun) record(work, by, "account.second_factor_begun");
    return has_begun;
  });
}

result<bool> confirm_second_factor(api_session& session, const second_factor_start& start,
                                   const change_origin& by) {
  return for_accounts(session, [&](pqxx::work& work) {
    const auto done = work.exec_params(confirm_factor, to_string(by.account), start.sealed_secret,
                                       to_unix_ms(by.at), start.step);
    if (done.affected_rows() != 1) return false;
    add_codes(work, by.account, start.recovery_codes);
    tell(work, start.notice, by.account);
    record(work, by, "account.second_factor_turned_on");
    return true;
  });
}

result<bool> end_second_factor(api_session& session, const queued_mail& notice, const change_origin& by) {
  return for_accounts(session, [&](pqxx::work& work) {
    if (work.exec_params(delete_factor, to_string(by.account)).affected_rows() != 1) return false;
    tell(work, notice, by.account);
    record(work, by, "account.second_factor_turned_off");
    return true;
  });
}

result<std::optional<instant>> count_code_guess(api_session& session, const api::account_id& account,
                                                instant now) {
  return for_accounts(
      session, [&](pqxx::work& work) { return count_guess(work, code_guesses, to_string(account), now); });
}

result<bool> use_app_code(api_session& session, const api::account_id& account, std::int64_t step) {
  return for_accounts(session, [&](pqxx::work& work) {
    if (work.exec_params(use_step, to_string(account), step).affected_rows() != 1) return false;
    work.exec_params(forget_guesses, to_string(account));
    return true;
  });
}

result<bool> use_recovery_code(api_session& session, const crypto::sha256_digest& code,
                               const queued_mail& notice, const change_origin& by) {
  return for_accounts(session, [&](pqxx::work& work) {
    if (work.exec_params(delete_code, to_string(by.account), crypto::hex_encode(code)).affected_rows() != 1)
      return false;
    work.exec_params(forget_guesses, to_string(by.account));
    tell(work, notice, by.account);
    record(work, by, "account.recovery_code_used");
    return true;
  });
}

result<bool> replace_recovery_codes(api_session& session, std::span<const crypto::sha256_digest> codes,
                                    const change_origin& by) {
  return for_accounts(session, [&](pqxx::work& work) {
    if (work.exec_params(lock_factor, to_string(by.account)).empty()) return false;
    work.exec_params(delete_codes, to_string(by.account));
    add_codes(work, by.account, codes);
    record(work, by, "account.recovery_codes_replaced");
    return true;
  });
}

}  // namespace sellavie::storage
