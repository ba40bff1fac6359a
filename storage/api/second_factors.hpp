#pragma once
// Second factors (TOTP) and their recovery codes; the rules are protocol/api/account_rules, A5.

#include <optional>
#include <span>
#include <string>

#include "protocol/crypto/digest.hpp"
#include "storage/api/activity.hpp"
#include "storage/mail_queue.hpp"

namespace sellavie::storage {

struct stored_second_factor {
  std::string sealed_secret;
  /// Its first code was given.
  bool is_on = false;
  std::int64_t last_step = 0;
  int recovery_codes_left = 0;
};
[[nodiscard]] result<std::optional<stored_second_factor>> find_second_factor(api_session& session,
                                                                             const api::account_id& account);

/// In place of one that was begun and not confirmed; false when one is on.
[[nodiscard]] result<bool> begin_second_factor(api_session& session, const std::string& sealed_secret,
                                               const change_origin& by);

struct second_factor_start {
  /// The secret whose code was given: another one may have been begun meanwhile.
  std::string sealed_secret;
  /// Of the first code, which is used up.
  std::int64_t step = 0;
  std::span<const crypto::sha256_digest> recovery_codes;
  queued_mail notice;
};
/// Turns it on; false when there is none that waits for this.
[[nodiscard]] result<bool> confirm_second_factor(api_session& session, const second_factor_start& start,
                                                 const change_origin& by);
/// False when there is none.
[[nodiscard]] result<bool> end_second_factor(api_session& session, const queued_mail& notice,
                                             const change_origin& by);

/// Before a code is tried: counts it as wrong, by the rules (protocol/api/session_rules, R7); a code that is used up
/// ends that. When codes are blocked it counts nothing and says until when.
[[nodiscard]] result<std::optional<instant>> count_code_guess(api_session& session,
                                                              const api::account_id& account, instant now);
/// A code's step is used up; false when it, or a later one, already was.
[[nodiscard]] result<bool> use_app_code(api_session& session, const api::account_id& account,
                                        std::int64_t step);
/// False when there is no such code left.
[[nodiscard]] result<bool> use_recovery_code(api_session& session, const crypto::sha256_digest& code,
                                             const queued_mail& notice, const change_origin& by);
/// In place of those that are left; false when no second factor is on.
[[nodiscard]] result<bool> replace_recovery_codes(api_session& session,
                                                  std::span<const crypto::sha256_digest> codes,
                                                  const change_origin& by);

}  // namespace sellavie::storage
