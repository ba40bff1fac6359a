#pragma once
// Sessions and their refresh tokens; the rules are protocol/api/session_rules.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/access_token.hpp"
#include "protocol/api/session_rules.hpp"
#include "protocol/crypto/digest.hpp"
#include "storage/api/api_session.hpp"

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
};
/// Also forgets failed sign-ins.
[[nodiscard]] result<void> open_session(api_session& session, const new_session& wanted);

struct refresh_wish {
  crypto::sha256_digest presented{};
  new_refresh_token successor;
  /// The successor, sealed: kept for the overlap.
  std::string sealed_successor;
  std::string address;
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
/// `refuse`.
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

/// One session of the account; false when there is none that lives.
[[nodiscard]] result<bool> end_session(api_session& session, const api::account_id& account,
                                       const api::session_id& ended, std::string_view why, instant now);
/// All but `kept` (nil: all); how many.
[[nodiscard]] result<std::int64_t> end_sessions(api_session& session, const api::account_id& account,
                                                const api::session_id& kept, std::string_view why,
                                                instant now);
}  // namespace sellavie::storage
