#pragma once
// Accounts of people: global, so the engine's. E-mail addresses compare without case.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/access_token.hpp"
#include "protocol/api/permission.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"

namespace sellavie::storage {

struct stored_account {
  api::account_id id;
  std::string email;
  std::string name;
  std::string password_hash;
};

[[nodiscard]] result<std::optional<stored_account>> find_account(api_session& session,
                                                                 const std::string& email);
[[nodiscard]] result<std::optional<stored_account>> find_account(api_session& session,
                                                                 const api::account_id& id);

[[nodiscard]] result<bool> is_sign_in_blocked(api_session& session, const api::account_id& id, instant now);
/// Counts a failed sign-in and blocks the next ones by the rules (protocol/api/session_rules, R5); while they are blocked
/// it counts nothing. Of an account that is none it does the same and finds no row.
[[nodiscard]] result<void> count_failed_sign_in(api_session& session, const api::account_id& id, instant now);

/// False when the account is gone.
[[nodiscard]] result<bool> rename_account(api_session& session, const std::string& name,
                                          const change_origin& by);

struct membership {
  business_id business;
  std::string business_name;
  api::role role = api::role::viewer;
};
/// By name of the business; at most 200.
[[nodiscard]] result<std::vector<membership>> memberships_of(api_session& session, const api::account_id& id);

}  // namespace sellavie::storage
