#pragma once
// Passwords: asked for anew by mail, changed, hashed again; the rules are protocol/api/account_rules, A2 to A4.

#include <optional>
#include <string>

#include "protocol/crypto/digest.hpp"
#include "storage/api/activity.hpp"
#include "storage/mail_queue.hpp"

namespace sellavie::storage {

struct new_password_reset {
  std::string email;
  crypto::sha256_digest token_hash{};
  instant expires_at{};
  /// To the account, or to nobody when there is none.
  queued_mail mail;
};
/// `by` without an account: whoever asked is a stranger.
[[nodiscard]] result<void> request_password_reset(api_session& session, const new_password_reset& wanted,
                                                  change_origin by);

/// Whether this token can set a password now.
[[nodiscard]] result<bool> can_reset_password(api_session& session, const crypto::sha256_digest& token_hash,
                                              instant now);

struct new_password {
  std::string hash;
  /// To the account's address; its recipient is filled in.
  queued_mail notice;
};
/// Uses the token up, ends all sessions and forgets failed sign-ins, but not wrong codes; false when the token is no good any more.
[[nodiscard]] result<bool> reset_password(api_session& session, const crypto::sha256_digest& token_hash,
                                          const new_password& wanted, change_origin by);
/// Ends all sessions but `by.session`, and tokens that were asked for; false when `old_hash` is not the present one.
[[nodiscard]] result<bool> change_password(api_session& session, const std::string& old_hash,
                                           const new_password& wanted, const change_origin& by);
/// The same password at today's cost.
[[nodiscard]] result<bool> replace_password_hash(api_session& session, const api::account_id& account,
                                                 const std::string& old_hash, const std::string& new_hash);

}  // namespace sellavie::storage
