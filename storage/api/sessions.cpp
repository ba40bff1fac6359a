#include "storage/api/sessions.hpp"

#include "protocol/crypto/encoding.hpp"
#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/guess_work.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* insert_session = R"(
INSERT INTO sessions (id, account_id, device, address, created_at, last_used_at, expires_at)
VALUES ($1::uuid, $2::uuid, $3, $4, $5::bigint, $5::bigint, $6::bigint))";

constexpr const char* insert_token = R"(
INSERT INTO refresh_tokens (token_hash, session_id, created_at, expires_at)
VALUES (decode($1, 'hex'), $2::uuid, $3::bigint, $4::bigint))";

constexpr const char* forget_failures =
    "UPDATE accounts SET failed_sign_ins = 0, blocked_until = 0 WHERE id = $1::uuid "
    "AND (failed_sign_ins <> 0 OR blocked_until <> 0)";

constexpr guess_counter password_guesses{
    .count =
        "UPDATE sessions SET failed_passwords = failed_passwords + 1 "
        "WHERE id = $1::uuid AND blocked_until <= $2::bigint RETURNING failed_passwords",
    .block = "UPDATE sessions SET blocked_until = $2::bigint WHERE id = $1::uuid",
    .find_block = "SELECT blocked_until FROM sessions WHERE id = $1::uuid"};
constexpr const char* forget_guesses =
    "UPDATE sessions SET failed_passwords = 0, blocked_until = 0 WHERE id = $1::uuid";

constexpr const char* lock_token = R"(
SELECT t.session_id, s.account_id, t.expires_at, s.revoked_at IS NOT NULL OR s.expires_at <= $2::bigint, t.successor,
       t.rotated_at
FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id
WHERE t.token_hash = decode($1, 'hex') FOR UPDATE)";

constexpr const char* rotate_token =
    "UPDATE refresh_tokens SET rotated_at = $2::bigint, successor = $3 WHERE token_hash = decode($1, 'hex')";

constexpr const char* forget_expired =
    "DELETE FROM refresh_tokens WHERE session_id = $1::uuid AND expires_at <= $2::bigint";

constexpr const char* touch_session =
    "UPDATE sessions SET last_used_at = $2::bigint, expires_at = $3::bigint, address = $4 WHERE id = $1::uuid";

constexpr const char* revoke_one =
    "UPDATE sessions SET revoked_at = $3::bigint, revoked_why = $4 "
    "WHERE id = $1::uuid AND account_id = $2::uuid AND revoked_at IS NULL";

// Until the commit nobody sets another password, whose change would end the sessions that it sees.
constexpr const char* hold_password =
    "SELECT 1 FROM accounts WHERE id = $1::uuid AND password_hash = $2 FOR SHARE";

constexpr const char* revoke_others =
    "UPDATE sessions SET revoked_at = $3::bigint, revoked_why = $4 "
    "WHERE account_id = $1::uuid AND id <> $2::uuid AND revoked_at IS NULL AND expires_at > $3::bigint RETURNING id";

constexpr const char* select_sessions = R"(
SELECT id, device, address, created_at, last_used_at FROM sessions
WHERE account_id = $1::uuid AND revoked_at IS NULL AND expires_at > $2::bigint ORDER BY id DESC LIMIT 100)";

std::string hex(const crypto::sha256_digest& hash) { return crypto::hex_encode(hash); }

void record(pqxx::work& work, const change_origin& by, std::string_view action, const api::session_id& which,
            nlohmann::json after = {}) {
  record_activity(
      work, nullptr, by,
      {.action = action, .subject_kind = "session", .subject = which.value, .after = std::move(after)});
}

void add_token(pqxx::work& work, const api::session_id& session, const new_refresh_token& token) {
  work.exec_params(insert_token, hex(token.hash), to_string(session), to_unix_ms(token.created_at),
                   to_unix_ms(token.expires_at));
}

}  // namespace

result<bool> open_session(api_session& session, const new_session& wanted, const std::string& request_id) {
  return for_accounts(session, [&](pqxx::work& work) {
    if (work.exec_params(hold_password, to_string(wanted.account), wanted.proven_hash).empty()) return false;
    work.exec_params(insert_session, to_string(wanted.id), to_string(wanted.account), wanted.device,
                     wanted.address, to_unix_ms(wanted.first.created_at),
                     to_unix_ms(wanted.first.expires_at));
    add_token(work, wanted.id, wanted.first);
    work.exec_params(forget_failures, to_string(wanted.account));
    record(work, {wanted.account, wanted.id, wanted.address, request_id, wanted.first.created_at},
           "session.signed_in", wanted.id, {{"device", wanted.device}});
    return true;
  });
}

result<refreshed> refresh_session(api_session& session, const refresh_wish& wish) {
  return for_accounts(session, [&](pqxx::work& work) {
    refreshed done;
    const auto rows = work.exec_params(lock_token, hex(wish.presented), to_unix_ms(wish.now));
    if (rows.empty()) return done;
    const pqxx::row first = rows[0];
    fields row{first};
    done.session = row.id<api::session_id>();
    done.account = row.id<api::account_id>();
    api::refresh_state token{.expires_at = row.at(), .session_ended = row.flag()};
    const std::string sealed_successor = row.text();
    if ((token.is_rotated = !row.is_null())) token.rotated_at = row.at();
    done.decision = api::decide_refresh(token, wish.now);
    if (done.decision == api::refresh_decision::repeat_successor) done.sealed_successor = sealed_successor;
    if (done.decision == api::refresh_decision::end_session) {
      work.exec_params(revoke_one, to_string(done.session), to_string(done.account), to_unix_ms(wish.now),
                       "refresh token reused");
      record(work, {done.account, done.session, wish.address, wish.request_id, wish.now},
             "session.ended_by_reused_token", done.session);
    }
    if (done.decision == api::refresh_decision::rotate) {
      work.exec_params(rotate_token, hex(wish.presented), to_unix_ms(wish.now), wish.sealed_successor);
      add_token(work, done.session, wish.successor);
      work.exec_params(touch_session, to_string(done.session), to_unix_ms(wish.now),
                       to_unix_ms(wish.successor.expires_at), wish.address);
      work.exec_params(forget_expired, to_string(done.session), to_unix_ms(wish.now));
    }
    return done;
  });
}

result<std::vector<listed_session>> sessions_of(api_session& session, const api::account_id& account,
                                                instant now) {
  return for_accounts(session, [&](pqxx::work& work) {
    return all_of(
        work.exec_params(select_sessions, to_string(account), to_unix_ms(now)), [](const pqxx::row& one) {
          fields row{one};
          return listed_session{row.id<api::session_id>(), row.text(), row.text(), row.at(), row.at()};
        });
  });
}

result<std::optional<instant>> count_password_guess(api_session& session, const api::session_id& by,
                                                    instant now) {
  return for_accounts(
      session, [&](pqxx::work& work) { return count_guess(work, password_guesses, to_string(by), now); });
}

result<void> forget_password_guesses(api_session& session, const api::session_id& by) {
  return for_accounts(session, [&](pqxx::work& work) { work.exec_params(forget_guesses, to_string(by)); });
}

result<bool> end_session(api_session& session, const api::session_id& ended, session_end why,
                         const change_origin& by) {
  const bool is_own = why == session_end::signed_out;
  return for_accounts(session, [&](pqxx::work& work) {
    const bool done = work.exec_params(revoke_one, to_string(ended), to_string(by.account), to_unix_ms(by.at),
                                       is_own ? "signed out" : "ended by its owner")
                          .affected_rows() == 1;
    if (done) record(work, by, is_own ? "session.signed_out" : "session.ended", ended);
    return done;
  });
}

result<std::int64_t> end_other_sessions(api_session& session, const change_origin& by) {
  return for_accounts(session, [&](pqxx::work& work) {
    const auto ended = work.exec_params(revoke_others, to_string(by.account), to_string(by.session),
                                        to_unix_ms(by.at), "ended by its owner");
    for (const auto& one : ended)
      record(work, by, "session.ended", api::session_id{parse_uuid(one[0].c_str()).value()});
    return static_cast<std::int64_t>(ended.size());
  });
}

}  // namespace sellavie::storage
