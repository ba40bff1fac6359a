#include "actors/job_rules.hpp"

#include <gtest/gtest.h>

namespace sellavie::actors {
namespace {

using namespace std::chrono_literals;
using monitoring::job_result;

const instant now = instant_from_ms(1'790'000'000'000);
constexpr job_policy policy{
    .pauses = {.first = 10s, .longest = 15min, .jitter_percent = 25}, .max_attempts = 3, .limit = 1min};

storage::claimed_job a_job(std::int32_t attempts = 1) {
  storage::claimed_job job;
  job.hold.claim = 7;
  job.due_at = now - 1s;
  job.attempts = attempts;
  return job;
}
template <class Row>
Row row_of(const job_verdict& verdict) {
  return std::get<Row>(verdict.row);
}
storage::job_put_off after_failure(std::int32_t attempts, job_ends::failed failure = {"no_answer"},
                                   std::uint32_t jitter = 0) {
  return row_of<storage::job_put_off>(end_job(a_job(attempts), policy, failure, {now, jitter}));
}

TEST(job_rules, done_is_done) {
  const auto verdict = end_job(a_job(), policy, job_ends::done{}, {now});
  EXPECT_EQ(row_of<storage::job_done>(verdict).job, a_job().hold);
  EXPECT_EQ(verdict.result, job_result::done);
}

TEST(job_rules, who_asks_to_be_called_later_begins_anew) {
  const auto verdict = end_job(a_job(3), policy, job_ends::again_at{now + 1h}, {now});
  const auto row = row_of<storage::job_put_off>(verdict);
  EXPECT_EQ(row.due_at, now + 1h);
  EXPECT_EQ(row.attempts, 0);
  EXPECT_EQ(row.error_code, "");
  EXPECT_EQ(verdict.result, job_result::again);
}

TEST(job_rules, a_failure_waits_twice_as_long_as_the_one_before_less_jitter) {
  EXPECT_EQ(after_failure(1).due_at, now + 10s);
  EXPECT_EQ(after_failure(2).due_at, now + 20s);
  EXPECT_EQ(after_failure(1, {"no_answer"}, ~0U).due_at, now + 7500ms + 1ms);
  EXPECT_EQ(after_failure(2).attempts, 2);
  EXPECT_EQ(after_failure(2).error_code, "no_answer");
}

TEST(job_rules, a_failure_waits_as_long_as_it_asks_for_but_no_week) {
  EXPECT_EQ(after_failure(1, {"busy", now + 5min}).due_at, now + 5min);
  EXPECT_EQ(after_failure(1, {"busy", now + 1s}).due_at, now + 10s);
  EXPECT_EQ(after_failure(1, {"busy", now + 200h}).due_at, now + 24h);
}

TEST(job_rules, the_last_failure_is_its_death) {
  const auto verdict = end_job(a_job(3), policy, job_ends::failed{"no_answer"}, {now});
  EXPECT_EQ(row_of<storage::job_death>(verdict).error_code, "no_answer");
  EXPECT_EQ(row_of<storage::job_death>(verdict).at, now);
  EXPECT_EQ(verdict.result, job_result::dead);
}

TEST(job_rules, what_is_hopeless_is_dead_at_once) {
  const auto verdict = end_job(a_job(1), policy, job_ends::hopeless{"address_unknown"}, {now});
  EXPECT_EQ(row_of<storage::job_death>(verdict).error_code, "address_unknown");
}

TEST(job_rules, one_that_was_lost_too_often_is_not_begun) {
  EXPECT_EQ(refuse_job(a_job(3), policy, {now}), std::nullopt);
  const auto verdict = refuse_job(a_job(4), policy, {now});
  ASSERT_TRUE(verdict);
  EXPECT_EQ(row_of<storage::job_death>(*verdict).error_code, "given_up");
}

TEST(job_rules, no_answer_in_time_is_a_failure) {
  const auto verdict = time_out_job(a_job(2), policy, {now});
  EXPECT_EQ(row_of<storage::job_put_off>(verdict).error_code, "timed_out");
  EXPECT_EQ(verdict.result, job_result::timed_out);
  EXPECT_EQ(time_out_job(a_job(3), policy, {now}).result, job_result::dead);
}

TEST(job_rules, an_unknown_kind_and_one_given_back_are_as_if_never_claimed) {
  const auto left = row_of<storage::job_put_off>(leave_job(a_job(3), {now}));
  EXPECT_EQ(left.attempts, 2);
  EXPECT_EQ(left.due_at, now + 5min);
  EXPECT_EQ(left.error_code, "");
  const auto back = row_of<storage::job_put_off>(give_job_back(a_job(3), {now}));
  EXPECT_EQ(back.attempts, 2);
  EXPECT_EQ(back.due_at, now - 1s);
}

TEST(job_rules, a_code_is_a_word_whatever_a_handler_says) {
  EXPECT_EQ(after_failure(1, {"Ada's card 4111 <b>"}).error_code, "Ada_s_card_4111__b_");
  EXPECT_EQ(after_failure(1, {std::string(500, 'x')}).error_code, std::string(80, 'x'));
  EXPECT_EQ(after_failure(1, {""}).error_code, "failed");
}

}  // namespace
}  // namespace sellavie::actors
