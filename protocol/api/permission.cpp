#include "protocol/api/permission.hpp"

namespace sellavie::api {

std::string_view to_string(role who) noexcept {
  switch (who) {
    case role::viewer: return "viewer";
    case role::agent: return "agent";
    case role::admin: return "admin";
    case role::owner: return "owner";
  }
  return "unknown";
}

std::optional<role> parse_role(std::string_view name) noexcept {
  for (const role one : all_roles)
    if (to_string(one) == name) return one;
  return std::nullopt;
}

std::string_view to_string(permission what) noexcept {
  switch (what) {
    case permission::read: return "read";
    case permission::converse: return "converse";
    case permission::sell: return "sell";
    case permission::manage: return "manage";
    case permission::refund: return "refund";
    case permission::administer: return "administer";
    case permission::connect: return "connect";
    case permission::own: return "own";
  }
  return "unknown";
}

role least_role(permission what) noexcept {
  switch (what) {
    case permission::read: return role::viewer;
    case permission::converse:
    case permission::sell: return role::agent;
    case permission::manage:
    case permission::refund:
    case permission::administer:
    case permission::connect: return role::admin;
    case permission::own: return role::owner;
  }
  return role::owner;
}

bool may_grant(role who, role wanted) noexcept {
  if (!may(who, permission::administer)) return false;
  return wanted == role::owner ? who == role::owner : wanted <= who;
}

}  // namespace sellavie::api
