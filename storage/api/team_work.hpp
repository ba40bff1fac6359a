#pragma once
// The steps that changes of a team share, as the engine; for the sources of this folder only, because it shows libpqxx.
// Whoever changes a team holds it first: then roles, invitations and the number of owners stand still until the commit.

#include <pqxx/pqxx>
#include <string>

#include "storage/api/activity.hpp"
#include "storage/api/team_outcome.hpp"

namespace sellavie::storage {

/// Waits for other changes of this team.
void hold_team(pqxx::work& work, const business_id& business);

struct held_member {
  api::role role = api::role::viewer;
  std::int64_t version = 1;
  std::string email;
};
[[nodiscard]] std::optional<held_member> find_held_member(pqxx::work& work, const business_id& business,
                                                          const api::account_id& account);

/// T1 and T2 as they stand now: who asks may have lost the role since the request was let in. `to` none: the member goes.
[[nodiscard]] team_outcome judge_held(pqxx::work& work, const business_id& business, const change_origin& by,
                                      const api::account_id& whom, std::optional<api::role> to);

/// Whether the caller may give this role now.
[[nodiscard]] bool may_give_now(pqxx::work& work, const business_id& business, const change_origin& by,
                                api::role wanted);

/// Ends the invitations that their sender may not send any more (T4); `now` none: the sender is no member any more.
void end_invitations_of(pqxx::work& work, const business_id& business, const change_origin& by,
                        const api::account_id& sender, std::optional<api::role> now);

/// `full`, `too_many_memberships` or `done`.
[[nodiscard]] team_outcome room_for(pqxx::work& work, const business_id& business,
                                    const api::account_id& account);

}  // namespace sellavie::storage
