// Duties at their intervals.

#include "actors/janitor.hpp"

#include <gmock/gmock.h>

#include "tests/actors/support/shop_world.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;

struct janitor : testing::Test {
  shop_world world;
  int often = 0;
  int rarely = 0;
  bool fails = false;

  janitor() {
    const auto count = [this](int& runs) {
      return [this, &runs](instant) -> result<void> {
        ++runs;
        if (fails) return make_failure(errc::unavailable);
        return {};
      };
    };
    world.keep(world.system->spawn(
        actors::janitor,
        actors::janitor_dependencies{
            world.time, world.node->log, {{"often", 1s, count(often)}, {"rarely", 10s, count(rarely)}}}));
    world.run();
  }
};

TEST_F(janitor, runs_each_duty_at_once_and_then_at_its_interval) {
  EXPECT_EQ(often, 1);
  EXPECT_EQ(rarely, 1);
  world.advance(10s, 50ms);
  EXPECT_GE(often, 9);
  EXPECT_LE(often, 11);
  EXPECT_EQ(rarely, 2);
}

TEST_F(janitor, tries_a_failing_duty_again_and_goes_on_with_the_others) {
  fails = true;
  world.advance(5s, 50ms);
  EXPECT_GE(often, 4);
  fails = false;
  world.advance(6s, 50ms);
  EXPECT_EQ(rarely, 2);
}

TEST_F(janitor, does_not_catch_up_on_rounds_that_a_pause_swallowed) {
  world.jump(1h);
  world.advance(300ms, 50ms);
  EXPECT_EQ(often, 2);
}

}  // namespace
}  // namespace sellavie::test
