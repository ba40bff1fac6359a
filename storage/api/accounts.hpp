#pragma once
// Accounts of people: global, so the engine's. E-mail addresses compare without case.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/access_token.hpp"
#include "protocol/api/permission.hpp"
#include "storage/api/api_session.hpp"

namespace sellavie::storage {

struct stored_account {
  api::account_id id;
  std::string email;
  std::string name;
  std::string password_hash;
  bool is_verified = false;
  /// Sealed; empty: none was begun.
  std::string totp_secret;
  bool has_totp = false;
  std::int64_t totp_last_step = 0;
  int failed_sign_ins = 0;
  instant blocked_until{};
};

[[nodiscard]] result<std::optional<stored_account>> find_account(api_session& session,
                                                                 const std::string& email);
[[nodiscard]] result<std::optional<stored_account>> find_account(api_session& session,
                                                                 const api::account_id& id);

/// Counts a failed sign-in; `blocked_until` is when the next one is looked at.
[[nodiscard]] result<void> count_failed_sign_in(api_session& session, const api::account_id& id, int failures,
                                                instant blocked_until);
/// A code's step is used up; false when it, or a later one, already was.
[[nodiscard]] result<bool> use_totp_step(api_session& session, const api::account_id& id, std::int64_t step);

struct membership {
  business_id business;
  std::string business_name;
  api::role role = api::role::viewer;
};
/// By name of the business; at most 200.
[[nodiscard]] result<std::vector<membership>> memberships_of(api_session& session, const api::account_id& id);

}  // namespace sellavie::storage
