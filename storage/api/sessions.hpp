#pragma once
// Sessions and their refresh tokens; the rules are protocol/api/session_rules.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/access_token.hpp"
#include "protocol/api/session_rules.hpp"
#include "protocol/crypto/digest.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/change_origin.hpp"

namespace sellavie::storage {

struct new_refresh_token {
  crypto::sha256_digest hash{};
  instant created_at{};
  instant expires_at{};
};

struct new_session {
  api::session_id id;
  api::account_id account;
  std::string device;
  std::string address;
  new_refresh_token first;
  /// That was verified: a password set anew meanwhile refuses the session.
  std::string proven_hash;
};
/// Also forgets failed sign-ins. False: the password is another one by now.
[[nodiscard]] result<bool> open_session(api_session& session, const new_session& wanted,
                                        const std::string& request_id);

struct refresh_wish {
  crypto::sha256_digest presented{};
  new_refresh_token successor;
  /// The successor, sealed: kept for the overlap.
  std::string sealed_successor;
  std::string address;
  std::string request_id;
  instant now{};
};
struct refreshed {
  api::refresh_decision decision = api::refresh_decision::refuse;
  api::session_id session;
  api::account_id account;
  /// What to give with `repeat_successor`.
  std::string sealed_successor;
};
/// Decides and writes in one transaction; the token's row is locked meanwhile. An unknown token is
/// `refuse`. A session that ends by it is recorded.
[[nodiscard]] result<refreshed> refresh_session(api_session& session, const refresh_wish& wish);

struct listed_session {
  api::session_id id;
  std::string device;
  std::string address;
  instant created_at{};
  instant last_used_at{};
};
/// Living ones, newest first; at most 100.
[[nodiscard]] result<std::vector<listed_session>> sessions_of(api_session& session,
                                                              const api::account_id& account, instant now);

/// Before a session's guess at its account's password is tried: counts it as wrong, by the rules
/// (protocol/api/session_rules, R7). When the session is blocked it counts nothing and says until when.
[[nodiscard]] result<std::optional<instant>> count_password_guess(api_session& session,
                                                                  const api::session_id& by, instant now);
/// It was right.
[[nodiscard]] result<void> forget_password_guesses(api_session& session, const api::session_id& by);

/// Why a session ends: names the entry of the activity log, "session.ended" for example.
enum class session_end : std::uint8_t { signed_out, ended_by_owner };

/// One session of the account that `by` names; false when there is none that lives.
[[nodiscard]] result<bool> end_session(api_session& session, const api::session_id& ended, session_end why,
                                       const change_origin& by);
/// All of the account but the one that `by` names; how many.
[[nodiscard]] result<std::int64_t> end_other_sessions(api_session& session, const change_origin& by);

}  // namespace sellavie::storage
