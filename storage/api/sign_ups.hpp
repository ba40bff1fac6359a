#pragma once
// Wishes for accounts whose address is not proven yet; the rules are protocol/api/account_rules, A1 to A3.

#include <optional>
#include <string>

#include "protocol/crypto/digest.hpp"
#include "storage/api/activity.hpp"
#include "storage/mail_queue.hpp"

namespace sellavie::storage {

using sign_up_id = basic_id<struct sign_up_tag>;

struct new_sign_up {
  sign_up_id id;
  std::string email;
  std::string name;
  std::string password_hash;
  crypto::sha256_digest token_hash{};
  instant created_at{};
  instant expires_at{};
};
/// What its mailbox is told: `confirm`, or `has_account` when there is an account (then nothing is stored).
struct sign_up_mails {
  queued_mail confirm;
  queued_mail has_account;
};
[[nodiscard]] result<void> add_sign_up(api_session& session, const new_sign_up& wanted,
                                       const sign_up_mails& mails);

struct renewed_token {
  crypto::sha256_digest hash{};
  instant now{};
  instant expires_at{};
};
/// The newest wish of this address gets another token; without one `confirm` is written to nobody.
[[nodiscard]] result<void> renew_sign_up(api_session& session, const std::string& email,
                                         const renewed_token& token, const queued_mail& confirm);

struct waiting_sign_up {
  sign_up_id id;
  std::string password_hash;
};
/// Living ones only.
[[nodiscard]] result<std::optional<waiting_sign_up>> find_sign_up(api_session& session,
                                                                  const crypto::sha256_digest& token_hash,
                                                                  instant now);
/// Makes it the account `by.account`; false when it is gone, or the address has an account by now.
[[nodiscard]] result<bool> complete_sign_up(api_session& session, const sign_up_id& id,
                                            const change_origin& by);

}  // namespace sellavie::storage
