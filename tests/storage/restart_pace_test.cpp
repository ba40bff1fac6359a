#include "storage/restart_pace.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace sellavie::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const instant start = instant_from_ms(1'760'000'000'000);

/// The seconds at which a database that dies at once is started again, asked every second.
std::vector<int> tries_within(restart_pace& pace, int seconds) {
  std::vector<int> made;
  for (int i = 0; i < seconds; ++i)
    if (pace.may_try(start + std::chrono::seconds{i})) made.push_back(i);
  return made;
}

TEST(restart_pace_test, is_at_once_first_and_then_ever_rarer) {
  restart_pace pace;
  EXPECT_THAT(tries_within(pace, 130), ElementsAre(0, 1, 3, 7, 15, 31, 61, 91, 121));
}

TEST(restart_pace_test, is_at_once_again_after_five_calm_minutes) {
  restart_pace pace;
  (void)tries_within(pace, 32);
  EXPECT_FALSE(pace.may_try(start + 40s));
  EXPECT_TRUE(pace.may_try(start + 31s + 5min));
  EXPECT_TRUE(pace.may_try(start + 32s + 5min));
}

TEST(restart_pace_test, a_clock_that_was_set_back_does_not_hold_it_up) {
  restart_pace pace;
  ASSERT_TRUE(pace.may_try(start));
  EXPECT_TRUE(pace.may_try(start - 1h));
}

}  // namespace
}  // namespace sellavie::storage
