#include "protocol/api/team_rules.hpp"

namespace sellavie::api {

team_verdict judge(const role_change& wanted) noexcept {
  const bool leaves = wanted.is_own && !wanted.to;
  const bool may_take = leaves || may_grant(wanted.by, wanted.from);
  const bool may_give = !wanted.to || may_grant(wanted.by, *wanted.to);
  if (!may_take || !may_give) return team_verdict::above_own_role;
  const bool ends_an_owner = wanted.from == role::owner && wanted.to != role::owner;
  return ends_an_owner && wanted.owners <= 1 ? team_verdict::last_owner : team_verdict::allowed;
}

std::vector<role> beyond_grant(std::optional<role> sender) {
  std::vector<role> beyond;
  for (const role one : all_roles)
    if (!sender || !may_grant(*sender, one)) beyond.push_back(one);
  return beyond;
}

}  // namespace sellavie::api
