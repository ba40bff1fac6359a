// When the server says that it is not ready, and why.

#include "health.hpp"

#include <gmock/gmock.h>

namespace sellavie {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class health_of_a_running_server : public testing::Test {
 protected:
  health_of_a_running_server() {
    state.started = true;
    state.database_answered(start);
  }
  [[nodiscard]] auto reasons(health::time now) const { return state.report(now).reasons; }

  health::time start{1h};
  health state;
};

TEST_F(health_of_a_running_server, is_good_while_the_database_answers) {
  EXPECT_TRUE(state.report(start + health::longest_silence).ready);
  EXPECT_THAT(reasons(start), IsEmpty());
}

TEST_F(health_of_a_running_server, suffers_from_a_database_that_hangs_as_from_one_that_refuses) {
  EXPECT_FALSE(state.report(start + health::longest_silence + 1ms).ready);
  EXPECT_THAT(reasons(start + 1min), ElementsAre("the database is away"));
  state.database_answered(start + 1min);
  EXPECT_THAT(reasons(start + 1min), IsEmpty());
  state.database_away = true;
  EXPECT_THAT(reasons(start + 1min), ElementsAre("the database is away"));
}

TEST_F(health_of_a_running_server, names_every_reason) {
  state.draining = state.fenced = state.broken = state.reviving = true;
  EXPECT_THAT(reasons(start), ElementsAre("the database is being started again", "draining",
                                          "another process took over", "a part of the server died"));
}

TEST(health_of_a_starting_server, does_not_miss_a_database_that_was_not_asked_yet) {
  EXPECT_THAT(health{}.report(health::time{1h}).reasons, ElementsAre("starting"));
}

}  // namespace
}  // namespace sellavie
