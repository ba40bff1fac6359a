#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/reading.hpp"

namespace sellavie::config {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(plans, without_any_nothing_is_limited) {
  const auto plan = read("").values.plans.of("whatever");
  EXPECT_EQ(plan.name, "");
  EXPECT_EQ(plan.limits, plan_limits{});
}

TEST(plans, a_business_has_its_own_or_the_default) {
  const auto outcome = read(R"(
    [plans]
    default = "free"
    [plans.free]
    ai_replies_per_month = 200
    products = 0
    [plans.shop]
    members = 5)");
  EXPECT_THAT(lines_of(outcome), IsEmpty());
  const auto& plans = outcome.values.plans;
  EXPECT_EQ(plans.of("").name, "free");
  EXPECT_EQ(plans.of("gone").limits.ai_replies_per_month, 200);
  EXPECT_EQ(plans.of("gone").limits.products, 0);
  EXPECT_EQ(plans.of("gone").limits.members, std::nullopt);
  EXPECT_EQ(plans.of("shop").limits.members, 5);
  EXPECT_EQ(plans.of("shop").limits.ai_replies_per_month, std::nullopt);
}

TEST(plans, all_problems_are_listed_at_once) {
  const auto lines = lines_of(read(R"(
    [plans]
    default = "large"
    [plans.free]
    ai_replies_per_month = -1
    conversations = 3
    [plans."no spaces"]
    products = 1)"));
  EXPECT_THAT(lines, Contains(HasSubstr("plans.default: names \"large\", which is not a plan")));
  EXPECT_THAT(lines, Contains(HasSubstr("plans.free.ai_replies_per_month")));
  EXPECT_THAT(lines, Contains(HasSubstr("plans.free.conversations")));
  EXPECT_THAT(lines, Contains(HasSubstr("is not a name of a plan")));
}

TEST(plans, come_from_the_environment_too) {
  const auto outcome = read("", {{"SELLAVIE_PLANS_FREE_PRODUCTS", "7"}, {"SELLAVIE_PLANS_DEFAULT", "free"}});
  EXPECT_THAT(lines_of(outcome), IsEmpty());
  EXPECT_EQ(outcome.values.plans.of("").limits.products, 7);
}

}  // namespace
}  // namespace sellavie::config
