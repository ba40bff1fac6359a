#pragma once
// Who may join and leave a business, and as what; pure.
//
//  T1 A business has an owner, always: the last one is not removed, does not leave and is not made less.
//  T2 Nobody gives a role above the own one, or takes one from somebody who has more (permission, may_grant).
//     Whoever leaves needs nobody's leave.
//  T3 An invitation is a token of a mail (account_rules A2): it lives 7 days, works once, and makes a member of
//     the account with the address that it was sent to, of no other. Sent again it has another token.
//  T4 An invitation does not outlive its sender's right to give that role.
//  T5 Ownership is handed over to a member; who hands it over becomes admin.

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "protocol/api/permission.hpp"

namespace sellavie::api {

inline constexpr std::chrono::hours invitation_life{7 * 24};
/// Of one business that wait at the same time, expired ones too until they are cleared away.
inline constexpr int most_invitations = 50;
inline constexpr int most_members = 200;
/// Of one account, in all.
inline constexpr int most_memberships = 200;
/// Businesses that one account may found, whoever owns them later.
inline constexpr int most_founded = 20;

struct role_change {
  /// Who wants it.
  role by = role::viewer;
  /// Whom it is about.
  role from = role::viewer;
  /// None: they leave the team.
  std::optional<role> to{};
  bool is_own = false;
  /// Of the business, before the change.
  std::int64_t owners = 1;
};

enum class team_verdict : std::uint8_t { allowed, above_own_role, last_owner };

/// T1 and T2.
[[nodiscard]] team_verdict judge(const role_change& wanted) noexcept;

/// Whose invitations end when their sender has this role; none: the sender is gone (T4).
[[nodiscard]] std::vector<role> beyond_grant(std::optional<role> sender);

}  // namespace sellavie::api
