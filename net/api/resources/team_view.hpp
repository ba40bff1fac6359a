#pragma once
// What the operations of a team share: how roles and memberships are shown, and what its refusals mean.

#include "net/api/call.hpp"
#include "storage/api/accounts.hpp"
#include "storage/api/team_outcome.hpp"

namespace sellavie::net {

[[nodiscard]] api::schema role_word();
[[nodiscard]] api::role role_in(const nlohmann::json& body);

/// A business as one of its members sees it in a list of theirs.
[[nodiscard]] api::schema membership_shape();
[[nodiscard]] nlohmann::json shown(const storage::membership& one);

/// Of a change that was not done.
[[nodiscard]] api::problem refused(storage::team_outcome outcome);

}  // namespace sellavie::net
