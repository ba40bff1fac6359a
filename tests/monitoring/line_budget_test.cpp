#include "monitoring/line_budget.hpp"

#include <gtest/gtest.h>

namespace sellavie::monitoring {
namespace {

using namespace std::chrono_literals;

const instant begin = instant_from_ms(1'767'225'599'000);

TEST(line_budget, lets_so_many_lines_through_in_a_second_and_counts_the_rest) {
  line_budget budget{3};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(budget.take(begin + 10ms * i), 0U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(budget.take(begin + 999ms), std::nullopt);
  EXPECT_EQ(budget.take(begin + 1000ms), 100U);
  EXPECT_EQ(budget.take(begin + 1000ms), 0U) << "told once";
}

TEST(line_budget, is_not_stopped_by_a_clock_that_is_set_back) {
  line_budget budget{1};
  EXPECT_TRUE(budget.take(begin));
  EXPECT_FALSE(budget.take(begin));
  EXPECT_TRUE(budget.take(begin - 1h));
}

}  // namespace
}  // namespace sellavie::monitoring
