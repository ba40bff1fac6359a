#include "protocol/api/team_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace sellavie::api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

role any_role() { return *rc::gen::elementOf(std::vector<role>(std::begin(all_roles), std::end(all_roles))); }

RC_GTEST_PROP(team_rules, T1_a_business_never_loses_its_last_owner, ()) {
  role_change wanted{
      .by = any_role(), .from = role::owner, .is_own = *rc::gen::arbitrary<bool>(), .owners = 1};
  if (wanted.is_own) wanted.by = role::owner;
  if (*rc::gen::arbitrary<bool>()) wanted.to = any_role();
  RC_PRE(wanted.to != role::owner);
  RC_ASSERT(judge(wanted) != team_verdict::allowed);
}

RC_GTEST_PROP(team_rules, T2_nobody_gives_or_takes_a_role_above_the_own_one, ()) {
  const role_change wanted{.by = any_role(), .from = any_role(), .to = any_role(), .owners = 3};
  RC_PRE(wanted.from > wanted.by || *wanted.to > wanted.by);
  RC_ASSERT(judge(wanted) == team_verdict::above_own_role);
}

TEST(team_rules, T2_who_does_not_administer_changes_nobody) {
  for (const role by : {role::viewer, role::agent})
    for (const role from : all_roles)
      EXPECT_EQ(judge({.by = by, .from = from, .to = role::viewer, .owners = 2}),
                team_verdict::above_own_role);
  EXPECT_EQ(judge({.by = role::agent, .from = role::agent, .to = role::admin, .is_own = true}),
            team_verdict::above_own_role);
}

TEST(team_rules, T2_whoever_leaves_needs_nobodys_leave) {
  for (const role who : all_roles)
    EXPECT_EQ(judge({.by = who, .from = who, .is_own = true, .owners = 2}), team_verdict::allowed);
}

TEST(team_rules, admins_order_the_team_up_to_their_own_role_and_owners_all_of_it) {
  EXPECT_EQ(judge({.by = role::admin, .from = role::agent, .to = role::admin}), team_verdict::allowed);
  EXPECT_EQ(judge({.by = role::admin, .from = role::admin}), team_verdict::allowed);
  EXPECT_EQ(judge({.by = role::admin, .from = role::owner, .owners = 2}), team_verdict::above_own_role);
  EXPECT_EQ(judge({.by = role::owner, .from = role::agent, .to = role::owner}), team_verdict::allowed);
  EXPECT_EQ(judge({.by = role::owner, .from = role::owner, .to = role::admin, .owners = 2}),
            team_verdict::allowed);
}

TEST(team_rules, T4_invitations_end_that_their_sender_could_not_send_any_more) {
  EXPECT_THAT(beyond_grant(role::owner), IsEmpty());
  EXPECT_THAT(beyond_grant(role::admin), ElementsAre(role::owner));
  EXPECT_THAT(beyond_grant(role::agent), ElementsAre(role::viewer, role::agent, role::admin, role::owner));
  EXPECT_THAT(beyond_grant(std::nullopt), ElementsAre(role::viewer, role::agent, role::admin, role::owner));
}

}  // namespace
}  // namespace sellavie::api
