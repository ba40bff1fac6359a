#include "net/api/resources/team_view.hpp"

#include "net/api/shapes.hpp"

namespace sellavie::net {

using api::problem;
using api::schema;
namespace problems = api::problems;

schema role_word() {
  std::vector<std::string> names;
  for (const api::role one : api::all_roles) names.emplace_back(api::to_string(one));
  return schema::word(std::move(names));
}

api::role role_in(const nlohmann::json& body) {
  return api::parse_role(body["role"].get_ref<const std::string&>()).value_or(api::role::viewer);
}

schema membership_shape() {
  return schema::object({{"business_id", schema::uuid()},
                         {"business_name", business_name_text()},
                         {"role", role_word()}})
      .named("Membership");
}

nlohmann::json shown(const storage::membership& one) {
  return {{"business_id", to_string(one.business)},
          {"business_name", one.business_name},
          {"role", api::to_string(one.role)}};
}

problem refused(storage::team_outcome outcome) {
  using storage::team_outcome;
  switch (outcome) {
    case team_outcome::not_found: return {problems::not_found};
    case team_outcome::stale: return {problems::stale};
    case team_outcome::above_own_role:
      return {problems::forbidden, "Your role does not reach as far as that one: ask somebody with more."};
    case team_outcome::last_owner:
      return {problems::conflict, "A business needs an owner. Make somebody else one first."};
    case team_outcome::already_member: return {problems::conflict, "A member of the team has this address."};
    case team_outcome::already_invited:
      return {problems::conflict,
              "This address is invited already. Send that invitation again, or revoke it."};
    case team_outcome::full:
      return {problems::conflict,
              "The team has as many members or invitations as it may have: remove one first."};
    case team_outcome::plan_full:
      return {
          problems::plan_limit,
          "The business's plan has no place left in its team: its owner can remove a member or ask for a larger plan."};
    case team_outcome::too_many_memberships:
      return {problems::conflict, "You belong to as many businesses as one account may: leave one first."};
    case team_outcome::invitation_over:
      return {problems::invalid,
              {},
              {{"/token", "is not valid any more; ask whoever invited you to send it again"}}};
    case team_outcome::other_address:
      return {
          problems::conflict,
          "The invitation went to another e-mail address than your account's. Sign in with the account of "
          "that address, or ask for an invitation to yours."};
    case team_outcome::has_account:
      return {problems::conflict, "There is an account with this address already. Sign in and accept there."};
    case team_outcome::done: break;
  }
  return {problems::internal};
}

}  // namespace sellavie::net
