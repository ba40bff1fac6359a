#include "protocol/channel/pacing.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using namespace sellavie;
using namespace sellavie::channel;
using namespace std::chrono_literals;

namespace {

constexpr instant start = instant_from_ms(1'700'000'000'000);

TEST(pacing, a_burst_goes_at_once_and_then_the_pace_holds) {
  send_pacing pacing{pace::per_second(80, 10)};
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(pacing.ready_at(start), start) << i;
    pacing.take(start);
  }
  EXPECT_EQ(pacing.ready_at(start), start + 13ms);  // 12.5 ms, rounded up
}

TEST(pacing, a_pair_may_take_45_and_then_one_every_six_seconds) {
  send_pacing pacing{pace::per_second(1000, 1000)};
  token_bucket pair;
  for (int i = 0; i < 45; ++i) {
    EXPECT_EQ(pacing.ready_at(start, &pair), start);
    pacing.take(start, &pair);
  }
  EXPECT_EQ(pacing.ready_at(start, &pair), start + 6s);
  pacing.take(start + 6s, &pair);
  EXPECT_EQ(pacing.ready_at(start + 6s, &pair), start + 12s);
  EXPECT_EQ(pacing.ready_at(start + 6s), start + 6s) << "other customers do not wait";
}

TEST(pacing, a_pause_holds_everything_and_never_gets_shorter) {
  send_pacing pacing{pace::per_second(80, 10)};
  pacing.pause_until(start + 1min);
  pacing.pause_until(start + 1s);
  EXPECT_EQ(pacing.ready_at(start), start + 1min);
  EXPECT_EQ(pacing.ready_at(start + 1min), start + 1min);
}

TEST(pacing, odd_limits_are_bounded) {
  EXPECT_EQ(pace::per_second(0, 0).interval, 1s);
  EXPECT_EQ(pace::per_second(0, 0).burst, 1);
}

RC_GTEST_PROP(pacing, no_window_ever_holds_more_than_the_burst_and_the_pace, ()) {
  const auto rate = *rc::gen::inRange<std::int64_t>(1, 400);
  const auto burst = *rc::gen::inRange<std::int64_t>(1, 50);
  send_pacing pacing{pace::per_second(rate, burst)};
  instant now = start;
  int sent = 0;
  for (int i = 0; i < 300; ++i) {
    now = pacing.ready_at(now + milliseconds{*rc::gen::inRange(0, 3)});
    pacing.take(now);
    ++sent;
  }
  const double seconds = std::chrono::duration<double>(now - start).count();
  RC_ASSERT(sent <= static_cast<double>(burst) + 1 + seconds * static_cast<double>(rate) * 1.01);
}

}  // namespace
