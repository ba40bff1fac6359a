#pragma once
// What came of a change to a team.

#include <cstdint>

#include "protocol/api/team_rules.hpp"

namespace sellavie::storage {

enum class team_outcome : std::uint8_t {
  done,
  not_found,
  /// Somebody else changed it since.
  stale,
  above_own_role,
  last_owner,
  already_member,
  already_invited,
  /// The team has all the members or invitations that it may have.
  full,
  /// The plan of the business allows no more members.
  plan_full,
  /// The account belongs to as many businesses as it may.
  too_many_memberships,
  /// The invitation was used, revoked, sent again or has expired.
  invitation_over,
  /// The invitation went to another address than the account's.
  other_address,
  /// There is an account with the invitation's address.
  has_account,
};

[[nodiscard]] constexpr team_outcome outcome_of(api::team_verdict verdict) noexcept {
  switch (verdict) {
    case api::team_verdict::allowed: return team_outcome::done;
    case api::team_verdict::above_own_role: return team_outcome::above_own_role;
    case api::team_verdict::last_owner: return team_outcome::last_owner;
  }
  return team_outcome::not_found;
}

}  // namespace sellavie::storage
