#pragma once
// The people of a business and their roles; the rules are protocol/api/team_rules. Accounts are the engine's, so this
// runs as the engine and names the business in each statement.

#include <optional>
#include <string>
#include <vector>

#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/list_wish.hpp"
#include "storage/api/team_outcome.hpp"
#include "storage/mail_queue.hpp"

namespace sellavie::storage {

struct member {
  api::account_id id;
  std::string name;
  std::string email;
  api::role role = api::role::viewer;
  instant joined_at{};
  std::int64_t version = 1;
};

/// Everybody when they are empty; `words` are in the name or the address.
struct member_filter {
  std::string role;
  std::string words;
};
/// By when they joined, which is the cursor's key.
[[nodiscard]] result<std::vector<member>> list_members(api_session& session, const business_id& business,
                                                       const member_filter& filter, const list_wish& wish);
[[nodiscard]] result<std::optional<member>> find_member(api_session& session, const business_id& business,
                                                        const api::account_id& account);

struct role_wish {
  api::account_id whom;
  api::role role = api::role::viewer;
  /// That was read.
  std::int64_t expected_version = 0;
};
[[nodiscard]] result<team_outcome> change_role(api_session& session, const business_id& business,
                                               const change_origin& by, const role_wish& wanted);
/// Also of the caller, who leaves. Chats that were assigned to them are nobody's then.
[[nodiscard]] result<team_outcome> remove_member(api_session& session, const business_id& business,
                                                 const change_origin& by, const api::account_id& whom);

struct ownership_wish {
  api::account_id to;
  /// To the one who gets it and to the one who gives it; their recipients are filled in.
  queued_mail received;
  queued_mail given;
};
/// The caller becomes admin (T5).
[[nodiscard]] result<team_outcome> transfer_ownership(api_session& session, const business_id& business,
                                                      const change_origin& by, const ownership_wish& wanted);

}  // namespace sellavie::storage
