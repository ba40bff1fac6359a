#include "protocol/domain/quota.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace sellavie {
namespace {

constexpr auto none = purchase::none;

TEST(quota_r1, without_a_limit_everything_is_granted) {
  EXPECT_EQ(permit_reply(std::nullopt, {std::numeric_limits<std::int64_t>::max(), 5}, none),
            reply_permit::granted);
  EXPECT_EQ(level_reached(std::nullopt, 1'000'000), quota_level::none);
  EXPECT_EQ(percent_used(std::nullopt, 1'000'000), 0);
}

TEST(quota_r2, those_under_way_count_as_used) {
  EXPECT_EQ(permit_reply(10, {8, 1}, none), reply_permit::granted);
  EXPECT_EQ(permit_reply(10, {8, 2}, none), reply_permit::wait);
}

TEST(quota_r3, a_purchase_under_way_goes_on_beyond_the_limit) {
  EXPECT_EQ(permit_reply(10, {10, 0}, purchase::under_way), reply_permit::granted);
  EXPECT_EQ(permit_reply(10, {17, 3}, purchase::under_way), reply_permit::granted);
  EXPECT_EQ(permit_reply(0, {0, 0}, purchase::under_way), reply_permit::granted);
}

TEST(quota_r4, the_ai_pauses_when_all_are_used) {
  EXPECT_EQ(permit_reply(10, {10, 0}, none), reply_permit::paused);
  EXPECT_EQ(permit_reply(10, {11, 5}, none), reply_permit::paused);
  EXPECT_EQ(permit_reply(0, {0, 0}, none), reply_permit::paused);
}

TEST(quota_r5, nobody_is_paused_below_the_limit_and_nothing_granted_beyond_it) {
  for (std::int64_t used = 0; used <= 12; ++used)
    for (std::int64_t under_way = 0; under_way <= 12; ++under_way) {
      const auto permit = permit_reply(10, {used, under_way}, none);
      EXPECT_EQ(permit == reply_permit::paused, used >= 10) << used << ' ' << under_way;
      EXPECT_EQ(permit == reply_permit::granted, used + under_way < 10) << used << ' ' << under_way;
    }
}

TEST(quota_r6, each_level_is_due_once_and_only_the_highest) {
  EXPECT_EQ(warning_due(10, 7, quota_level::none), quota_level::none);
  EXPECT_EQ(warning_due(10, 8, quota_level::none), quota_level::most);
  EXPECT_EQ(warning_due(10, 9, quota_level::most), quota_level::none);
  EXPECT_EQ(warning_due(10, 10, quota_level::most), quota_level::all);
  EXPECT_EQ(warning_due(10, 10, quota_level::none), quota_level::all);
  EXPECT_EQ(warning_due(10, 12, quota_level::all), quota_level::none);
  EXPECT_EQ(warning_due(1, 1, quota_level::none), quota_level::all);
}

TEST(quota_r6, percents_are_rounded_down_and_do_not_overflow) {
  EXPECT_EQ(percent_used(3, 2), 66);
  EXPECT_EQ(percent_used(1'000'000'000, 799'999'999), 79);
  EXPECT_EQ(percent_used(7, 7), 100);
  EXPECT_EQ(percent_used(0, 0), 100);
  EXPECT_EQ(percent_used(1, std::numeric_limits<std::int64_t>::max()), 999);
  EXPECT_EQ(percent_used(std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::max()),
            100);
}

}  // namespace
}  // namespace sellavie
