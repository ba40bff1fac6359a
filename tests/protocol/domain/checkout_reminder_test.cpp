#include "protocol/domain/checkout_reminder.hpp"

#include <gtest/gtest.h>

#include "tests/protocol/domain/a_shop.hpp"

namespace sellavie {
namespace {

using namespace std::chrono_literals;
using test::numbered;

const instant made = instant_from_ms(1'700'000'000'000);
const reminded_link link{made, made + 30min};

std::optional<long> minutes_of(const std::optional<instant>& at) {
  if (!at) return std::nullopt;
  return static_cast<long>((*at - made) / 1min);
}

TEST(checkout_reminder_r1, comes_once_after_half_of_the_hold_unless_the_business_says_otherwise) {
  EXPECT_EQ(minutes_of(next_reminder({}, link, {}, made).again_at), 15);
  EXPECT_FALSE(next_reminder({}, link, {}, made + 14min).is_due);
  EXPECT_TRUE(next_reminder({}, link, {}, made + 15min).is_due);
  EXPECT_EQ(next_reminder({}, link, {}, made + 15min).again_at, std::nullopt);
  EXPECT_EQ(minutes_of(next_reminder({2, {}}, link, {}, made).again_at), 10);
  EXPECT_EQ(minutes_of(next_reminder({3, 7}, link, {}, made).again_at), 7);
  EXPECT_EQ(minutes_of(next_reminder({3, 7}, link, {}, made + 7min).again_at), 14);
}

TEST(checkout_reminder_r1, never_comes_when_it_is_switched_off) {
  for (const auto after : {0min, 15min, 29min}) {
    const auto step = next_reminder({0, {}}, link, {}, made + after);
    EXPECT_FALSE(step.is_due);
    EXPECT_EQ(step.again_at, std::nullopt);
  }
}

TEST(checkout_reminder_r2, comes_no_more_often_than_allowed_whatever_link_it_is_about) {
  const reminders_told once{1, made - 1h};
  EXPECT_FALSE(next_reminder({}, link, once, made + 20min).is_due);
  EXPECT_TRUE(next_reminder({2, 10}, link, once, made + 12min).is_due);
  EXPECT_FALSE(next_reminder({2, 10}, link, {2, made - 1h}, made + 12min).is_due);
  EXPECT_FALSE(next_reminder({99, 5}, link, {3, made - 1h}, made + 12min).is_due) << "never more than three";
}

TEST(checkout_reminder_r3, gives_one_at_each_time_and_makes_up_for_none) {
  const reminder_settings thrice{3, 5};
  const auto late = next_reminder(thrice, link, {}, made + 11min);
  EXPECT_TRUE(late.is_due) << "the first was missed: this is the second's time";
  EXPECT_EQ(minutes_of(late.again_at), 15);
  const reminders_told just_now{1, made + 11min};
  EXPECT_FALSE(next_reminder(thrice, link, just_now, made + 12min).is_due) << "asked again after it was told";
  EXPECT_TRUE(next_reminder(thrice, link, just_now, made + 15min).is_due);
}

TEST(checkout_reminder_r4, comes_only_while_the_stock_is_held) {
  EXPECT_FALSE(next_reminder({1, 20}, {made, made + 15min}, {}, made + 20min).is_due);
  EXPECT_EQ(next_reminder({1, 20}, {made, made + 15min}, {}, made).again_at, std::nullopt);
  EXPECT_EQ(next_reminder({}, {made, made - 1h}, {}, made).again_at, std::nullopt);
}

TEST(checkout_reminder_key, names_the_order_and_which_one_it_is) {
  EXPECT_EQ(reminder_key(numbered<order_id>(1), 2), "remind." + to_string(numbered<order_id>(1)) + ".2");
}

}  // namespace
}  // namespace sellavie
