#include "protocol/domain/failover.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sellavie {
namespace {

using namespace std::chrono_literals;

constexpr instant now = instant_from_ms(1'000'000);
constexpr auto transient = failure_class::retry_same_then_failover;

struct scene {
  std::vector<provider_candidate> providers = std::vector<provider_candidate>(3);
  std::vector<failed_attempt> failed;
  failover_request request{now + 20s, 0, 0};
  failover_settings settings;

  [[nodiscard]] failover_step plan(instant at = now) const {
    return plan_attempt(request, providers, failed, settings, at);
  }
};

failover_step ask(std::size_t provider, instant deadline = now + 12s, bool trimmed = false) {
  return ask_provider{provider, deadline, trimmed};
}
failover_step stop(give_up_reason reason) { return give_up{reason}; }
failover_step wait(instant until) { return wait_until{until}; }

TEST(failover, asks_the_preferred_provider_within_the_attempt_limit) { EXPECT_EQ(scene{}.plan(), ask(0)); }

TEST(failover, never_gives_an_attempt_more_than_the_rest_of_the_deadline) {
  EXPECT_EQ(scene{}.plan(now + 15s), ask(0, now + 20s));
  EXPECT_EQ(scene{}.plan(now + 19500ms), stop(give_up_reason::deadline));
}

TEST(failover, retries_the_same_provider_once_then_the_next) {
  scene s;
  s.failed = {{0, transient, now, false}};
  EXPECT_EQ(s.plan(), ask(0));
  s.failed.push_back({0, transient, now, false});
  EXPECT_EQ(s.plan(), ask(1));
}

TEST(failover, waits_for_a_short_pause_before_the_retry) {
  scene s;
  s.failed = {{0, transient, now + 500ms, false}};
  EXPECT_EQ(s.plan(), wait(now + 500ms));
  EXPECT_EQ(s.plan(now + 500ms), ask(0, now + 12500ms));
}

TEST(failover, goes_to_the_next_when_retry_after_is_long) {
  scene s;
  s.failed = {{0, transient, now + 60s, false}};
  EXPECT_EQ(s.plan(), ask(1));
}

TEST(failover, waits_out_a_long_pause_when_there_is_nobody_else) {
  scene s;
  s.providers.resize(1);
  s.failed = {{0, transient, now + 9s, false}};
  EXPECT_EQ(s.plan(), wait(now + 9s));
  s.failed = {{0, transient, now + 60s, false}};
  EXPECT_EQ(s.plan(), stop(give_up_reason::nobody_left));
}

TEST(failover, garbage_is_tried_once_more) {
  scene s;
  s.failed = {{0, failure_class::garbage, now, false}};
  EXPECT_EQ(s.plan(), ask(0));
}

TEST(failover, key_and_quota_failures_go_to_the_next_at_once) {
  scene s;
  s.failed = {{0, failure_class::failover_now, now, false}};
  EXPECT_EQ(s.plan(), ask(1));
}

TEST(failover, a_bug_of_ours_gives_up_without_failover) {
  scene s;
  s.failed = {{0, failure_class::caller_bug, now, false}};
  EXPECT_EQ(s.plan(), stop(give_up_reason::caller_bug));
}

TEST(failover, a_refusal_is_not_shopped_around) {
  scene s;
  s.failed = {{0, failure_class::refusal, now, false}};
  EXPECT_EQ(s.plan(), stop(give_up_reason::refusal));
}

TEST(failover, an_overflow_looks_for_a_larger_context) {
  scene s;
  s.providers[0].context_tokens = 8'000;
  s.providers[1].context_tokens = 8'000;
  s.providers[2].context_tokens = 32'000;
  s.failed = {{0, failure_class::context_overflow, now, false}};
  EXPECT_EQ(s.plan(), ask(2));
}

TEST(failover, an_overflow_without_a_larger_context_is_trimmed_once) {
  scene s;
  for (auto& provider : s.providers) provider.context_tokens = 8'000;
  s.request.trimmed_tokens = 3'000;
  s.failed = {{0, failure_class::context_overflow, now, false}};
  EXPECT_EQ(s.plan(), ask(0, now + 12s, true));
  s.failed.push_back({0, failure_class::context_overflow, now, true});
  EXPECT_EQ(s.plan(), ask(1, now + 12s, true));
  s.request.trimmed_tokens = 0;
  EXPECT_EQ(s.plan(), stop(give_up_reason::context_overflow));
}

TEST(failover, skips_a_context_that_is_known_to_be_too_small) {
  scene s;
  s.providers[0].context_tokens = 4'000;
  s.request.needed_tokens = 6'000;
  EXPECT_EQ(s.plan(), ask(1));
}

TEST(failover, skips_open_breakers_and_full_queues) {
  scene s;
  s.providers[0].ready_at = now + 60s;
  s.providers[1].has_free_slot = false;
  EXPECT_EQ(s.plan(), ask(2));
}

TEST(failover, waits_for_the_earliest_that_can_still_answer) {
  scene s;
  s.providers[0].ready_at = now + 60s;
  s.providers[1].ready_at = now + 8s;
  s.providers[2].ready_at = now + 5s;
  EXPECT_EQ(s.plan(), wait(now + 5s));
  for (auto& provider : s.providers) provider.ready_at = now + 60s;
  EXPECT_EQ(s.plan(), stop(give_up_reason::nobody_left));
}

TEST(failover, waits_for_a_slot_until_an_attempt_would_be_too_short) {
  scene s;
  for (auto& provider : s.providers) provider.has_free_slot = false;
  EXPECT_EQ(s.plan(), wait(now + 19s));
}

TEST(failover, stops_at_the_attempt_cap) {
  scene s;
  s.providers.resize(5);
  s.failed = {{0, transient, now, false},
              {0, transient, now, false},
              {1, transient, now, false},
              {1, transient, now, false}};
  EXPECT_EQ(s.plan(), stop(give_up_reason::attempts));
}

TEST(failover, without_providers_there_is_nobody_left) {
  scene s;
  s.providers.clear();
  EXPECT_EQ(s.plan(), stop(give_up_reason::nobody_left));
}

TEST(failover, always_ends) {
  scene s;
  s.settings.max_attempts = 100;
  s.request.trimmed_tokens = 1;
  std::size_t steps = 0;
  for (; steps < 100; ++steps) {
    const auto step = s.plan();
    if (std::holds_alternative<give_up>(step)) break;
    const auto& asked = std::get<ask_provider>(step);
    s.failed.push_back(
        {asked.provider, steps % 2 ? transient : failure_class::context_overflow, now, asked.trimmed});
  }
  EXPECT_LT(steps, 12U);
}

}  // namespace
}  // namespace sellavie
