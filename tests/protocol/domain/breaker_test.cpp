#include "protocol/domain/breaker.hpp"

#include <gtest/gtest.h>

namespace sellavie {
namespace {

using namespace std::chrono_literals;

constexpr instant start = instant_from_ms(1'000'000);

void fail_times(breaker& subject, int times, instant now) {
  for (int i = 0; i < times; ++i) {
    const auto permit = subject.try_acquire(now);
    ASSERT_TRUE(permit);
    subject.on_failure(*permit, now);
  }
}

TEST(breaker, stays_closed_below_the_threshold_and_opens_at_it) {
  breaker subject;
  fail_times(subject, 2, start);
  EXPECT_EQ(subject.state(start), breaker_state::closed);
  fail_times(subject, 1, start);
  EXPECT_EQ(subject.state(start), breaker_state::open);
  EXPECT_FALSE(subject.try_acquire(start + 4999ms));
  EXPECT_EQ(subject.ready_at(start), start + 5s);
}

TEST(breaker, a_success_forgets_earlier_failures) {
  breaker subject;
  fail_times(subject, 2, start);
  subject.on_success(*subject.try_acquire(start), start);
  fail_times(subject, 2, start);
  EXPECT_EQ(subject.state(start), breaker_state::closed);
}

TEST(breaker, lets_exactly_one_probe_through) {
  breaker subject;
  fail_times(subject, 3, start);
  const auto probe = subject.try_acquire(start + 5s);
  ASSERT_TRUE(probe);
  EXPECT_TRUE(probe->probe);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(subject.try_acquire(start + 5s + milliseconds{i}));
  subject.on_success(*probe, start + 6s);
  EXPECT_EQ(subject.state(start + 6s), breaker_state::closed);
  EXPECT_TRUE(subject.try_acquire(start + 6s));
}

TEST(breaker, a_failed_probe_opens_again_for_twice_as_long_up_to_the_maximum) {
  breaker subject{{.cool_down = 5s, .max_cool_down = 15s}};
  fail_times(subject, 3, start);
  auto now = start;
  for (const auto pause : {5s, 10s, 15s, 15s}) {
    EXPECT_EQ(subject.ready_at(now), now + pause);
    now += pause;
    const auto probe = subject.try_acquire(now);
    ASSERT_TRUE(probe);
    subject.on_failure(*probe, now);
  }
}

TEST(breaker, success_resets_the_growth) {
  breaker subject;
  fail_times(subject, 3, start);
  subject.on_failure(*subject.try_acquire(start + 5s), start + 5s);
  const auto later = start + 15s;
  subject.on_success(*subject.try_acquire(later), later);
  fail_times(subject, 3, later);
  EXPECT_EQ(subject.ready_at(later), later + 5s);
}

TEST(breaker, retry_after_sets_the_cool_down_within_its_cap) {
  breaker subject;
  subject.on_failure(*subject.try_acquire(start), start, 700ms);
  EXPECT_EQ(subject.ready_at(start), start + 700ms);
  breaker capped;
  capped.on_failure(*capped.try_acquire(start), start, 48h);
  EXPECT_EQ(capped.ready_at(start), start + 1h);
}

TEST(breaker, retry_after_never_shortens_a_running_cool_down) {
  breaker subject;
  const auto late = subject.try_acquire(start);
  fail_times(subject, 3, start);
  subject.on_failure(*late, start, 1s);
  EXPECT_EQ(subject.ready_at(start), start + 5s);
  subject.on_failure(*late, start, 60s);
  EXPECT_EQ(subject.ready_at(start), start + 60s);
}

TEST(breaker, a_lost_probe_counts_as_failed_after_its_timeout) {
  breaker subject;
  fail_times(subject, 3, start);
  const auto lost = subject.try_acquire(start + 5s);
  EXPECT_FALSE(subject.try_acquire(start + 34999ms));
  EXPECT_EQ(subject.state(start + 35s), breaker_state::open);
  const auto next = subject.try_acquire(start + 45s);
  ASSERT_TRUE(next);
  subject.on_success(*lost, start + 45s);
  EXPECT_EQ(subject.state(start + 45s), breaker_state::half_open) << "the lost probe speaks for nobody";
  EXPECT_FALSE(subject.try_acquire(start + 45s));
}

TEST(breaker, late_results_of_older_calls_change_nothing) {
  breaker subject;
  const auto old_call = subject.try_acquire(start);
  fail_times(subject, 3, start);
  subject.on_success(*old_call, start + 1s);
  EXPECT_EQ(subject.state(start + 1s), breaker_state::open);
  const auto probe = subject.try_acquire(start + 5s);
  subject.on_failure(*old_call, start + 5s);
  subject.on_success(*old_call, start + 5s);
  EXPECT_EQ(subject.state(start + 5s), breaker_state::half_open);
  subject.on_success(*probe, start + 5s);
  EXPECT_EQ(subject.state(start + 5s), breaker_state::closed);
}

TEST(breaker, an_abandoned_probe_frees_the_place_for_another) {
  breaker subject;
  fail_times(subject, 3, start);
  subject.on_abandoned(*subject.try_acquire(start + 5s), start + 5s);
  EXPECT_TRUE(subject.try_acquire(start + 5s));
}

TEST(breaker, a_fatal_failure_opens_at_once) {
  breaker subject;
  subject.on_fatal(*subject.try_acquire(start), start);
  EXPECT_EQ(subject.state(start), breaker_state::open);
  EXPECT_EQ(subject.ready_at(start), start + 5s);
}

}  // namespace
}  // namespace sellavie
