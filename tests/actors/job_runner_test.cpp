// Jobs on their way: claimed, begun once, ended once, whatever the store and the handlers do.

#include "actors/job_runner.hpp"

#include <gmock/gmock.h>

#include "tests/actors/support/stage.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using actors::job_answer;
using monitoring::job_result;
using storage::commit_outcome;
using storage::job_id;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

namespace job_ends = actors::job_ends;

const business_id ada{make_uuid_v7(instant_from_ms(1), std::array<std::uint8_t, 10>{})};
const business_id bola{make_uuid_v7(instant_from_ms(2), std::array<std::uint8_t, 10>{})};

class job_runner : public stage {
 protected:
  struct call {
    storage::claimed_job job;
    job_answer answer;
  };

  job_runner() {
    (*kinds)["ask"] = {[this](const storage::claimed_job& job, job_answer answer) {
                         calls.push_back({job, std::move(answer)});
                       },
                       {.pauses = {.first = 10s, .longest = 1h}, .max_attempts = 3, .limit = 1min}};
    (*kinds)["easy"] = {[this](const storage::claimed_job&, const job_answer& answer) {
                          ++easy;
                          answer(job_ends::done{});
                        },
                        {}};
    (*kinds)["throws"] = {
        [](const storage::claimed_job&, const job_answer&) { throw std::runtime_error{"secret"}; },
        {.max_attempts = 1}};
  }
  void begin() {
    runner = keep(system().spawn(
        actors::job_runner, actors::job_runner_dependencies{node, node->readers.front(), kinds, limits}));
    run();
  }
  job_id queue(const std::string& kind, const business_id& of = ada, instant due = {},
               std::optional<std::string> key = {}) {
    auto changes = std::make_shared<storage::change_set>();
    storage::job_row row;
    row.id = ids->next_as<job_id>();
    row.business = of;
    row.kind = kind;
    row.unique_key = std::move(key);
    row.created_at = clock->now();
    row.due_at = std::max(due, clock->now());
    changes->jobs.push_back(row);
    EXPECT_EQ(commit(changes), commit_outcome::committed);
    return row.id;
  }
  commit_outcome commit(std::shared_ptr<const storage::change_set> changes) {
    const std::vector<const storage::change_set*> sets{changes.get()};
    return store->commit(sets).outcome;
  }
  void answer(std::size_t index, actors::job_end end) {
    calls.at(index).answer(std::move(end));
    run();
  }
  double counted(const std::string& kind, job_result result) const {
    return node->metrics->jobs(kind, result).value();
  }
  std::vector<job_id> begun() const {
    std::vector<job_id> all;
    for (const auto& one : calls) all.push_back(one.job.hold.id);
    return all;
  }

  std::shared_ptr<actors::job_kinds> kinds = std::make_shared<actors::job_kinds>();
  actors::job_limits limits{};
  actors::job_runner_actor runner;
  std::vector<call> calls;
  int easy = 0;
};

TEST_F(job_runner, runs_what_is_due_and_removes_it) {
  queue("easy");
  begin();
  EXPECT_EQ(easy, 1);
  EXPECT_THAT(store->rows.jobs, IsEmpty());
  EXPECT_EQ(counted("easy", job_result::done), 1);
}

TEST_F(job_runner, begins_a_job_when_it_is_due_and_not_before) {
  begin();
  queue("ask", ada, clock->now() + 10s);
  pass(9s);
  EXPECT_THAT(calls, IsEmpty());
  pass(1s + limits.pause);
  EXPECT_THAT(calls, SizeIs(1));
}

TEST_F(job_runner, hears_of_a_job_without_waiting_for_its_round) {
  begin();
  const auto job = queue("ask");
  caf::anon_send(runner, actors::jobs_queued_atom::value);
  run();
  EXPECT_THAT(begun(), ElementsAre(job));
}

TEST_F(job_runner, a_failure_comes_back_later_and_the_last_one_is_its_death) {
  const auto job = queue("ask");
  begin();
  answer(0, job_ends::failed{"no_answer"});
  EXPECT_EQ(store->rows.jobs.at(job).row.due_at, clock->now() + 10s);
  pass(9s);
  EXPECT_THAT(calls, SizeIs(1));
  pass(2s);
  ASSERT_THAT(calls, SizeIs(2));
  answer(1, job_ends::failed{"no_answer"});
  pass(21s);
  ASSERT_THAT(calls, SizeIs(3));
  EXPECT_EQ(calls[2].job.attempts, 3);
  answer(2, job_ends::failed{"refused"});
  EXPECT_THAT(store->rows.jobs, IsEmpty());
  EXPECT_THAT(store->rows.dead_jobs.at(job).errors, ElementsAre("no_answer", "no_answer", "refused"));
  EXPECT_EQ(counted("ask", job_result::retried), 2);
  EXPECT_EQ(counted("ask", job_result::dead), 1);
}

TEST_F(job_runner, what_is_hopeless_is_dead_at_once) {
  const auto job = queue("ask");
  begin();
  answer(0, job_ends::hopeless{"address_unknown"});
  EXPECT_TRUE(store->rows.dead_jobs.contains(job));
}

TEST_F(job_runner, who_wants_to_be_called_later_is_called_again_and_again) {
  queue("ask");
  begin();
  for (std::size_t round = 0; round < 8; ++round) {
    ASSERT_THAT(calls, SizeIs(round + 1)) << "more often than failures are allowed";
    answer(round, job_ends::again_at{clock->now() + 1min});
    pass(1min + limits.pause);
  }
  EXPECT_EQ(counted("ask", job_result::again), 8);
}

TEST_F(job_runner,
       a_handler_that_never_answers_has_failed_after_its_limit_and_its_late_answer_counts_for_nothing) {
  const auto job = queue("ask");
  begin();
  pass(1min + limits.pause);
  EXPECT_THAT(store->rows.jobs.at(job).errors, ElementsAre("timed_out"));
  EXPECT_EQ(counted("ask", job_result::timed_out), 1);
  answer(0, job_ends::done{});
  EXPECT_TRUE(store->rows.jobs.contains(job));
  pass(11s);
  ASSERT_THAT(calls, SizeIs(2));
  answer(0, job_ends::done{});
  EXPECT_TRUE(store->rows.jobs.contains(job)) << "the first one's answer is none of the second's";
  answer(1, job_ends::done{});
  EXPECT_THAT(store->rows.jobs, IsEmpty());
}

TEST_F(job_runner, only_the_first_answer_counts) {
  const auto job = queue("ask");
  begin();
  calls.at(0).answer(job_ends::again_at{clock->now() + 1h});
  calls.at(0).answer(job_ends::done{});
  run();
  EXPECT_TRUE(store->rows.jobs.contains(job));
}

TEST_F(job_runner, a_handler_that_throws_fails_and_hurts_nobody_else) {
  const auto bad = queue("throws");
  queue("easy");
  begin();
  EXPECT_THAT(store->rows.dead_jobs.at(bad).errors, ElementsAre("handler_threw"));
  EXPECT_EQ(easy, 1);
}

TEST_F(job_runner, a_handlers_own_commit_ends_the_job_with_what_it_did) {
  queue("ask");
  begin();
  auto changes = std::make_shared<storage::change_set>();
  changes->jobs_done.push_back({calls.at(0).job.hold});
  changes->action_results.push_back({ada, "receipt", "{}", clock->now()});
  EXPECT_EQ(commit(changes), commit_outcome::committed);
  EXPECT_THAT(store->rows.jobs, IsEmpty());
  answer(0, job_ends::done{});
  EXPECT_THAT(store->rows.jobs, IsEmpty());
  EXPECT_EQ(node->metrics->queue_depth(monitoring::queue::jobs).value(), 0);
}

TEST_F(job_runner, a_handler_that_was_too_slow_ends_nothing_with_its_commit) {
  queue("ask");
  begin();
  pass(1min + limits.pause);
  auto changes = std::make_shared<storage::change_set>();
  changes->jobs_done.push_back({calls.at(0).job.hold});
  changes->action_results.push_back({ada, "receipt", "{}", clock->now()});
  EXPECT_EQ(commit(changes), commit_outcome::committed);
  EXPECT_THAT(store->rows.jobs, SizeIs(1)) << "it is run again";
}

TEST_F(job_runner, a_kind_that_nobody_here_runs_stays_and_costs_no_attempt) {
  const auto job = queue("newer.kind");
  begin();
  pass(20min);
  EXPECT_GE(counted("newer.kind", job_result::unknown), 3);
  EXPECT_LE(counted("newer.kind", job_result::unknown), 5);
  EXPECT_EQ(store->rows.jobs.at(job).attempts, 0);
  EXPECT_THAT(store->rows.jobs.at(job).errors, IsEmpty());
}

TEST_F(job_runner, never_has_more_on_the_way_than_it_may) {
  limits = {.at_once = 8, .per_business = 3};
  for (int i = 0; i < 20; ++i) queue("ask", ada);
  for (int i = 0; i < 2; ++i) queue("ask", bola);
  begin();
  pass(2s);
  int of_ada = 0;
  for (const auto& one : calls) of_ada += one.job.hold.business == ada;
  EXPECT_EQ(of_ada, 3);
  EXPECT_THAT(calls, SizeIs(5));
  for (std::size_t i = 0; i < 22; ++i) {
    ASSERT_GT(calls.size(), i);
    EXPECT_LE(calls.size(), i + 8);
    answer(i, job_ends::done{});
  }
  EXPECT_THAT(store->rows.jobs, IsEmpty());
}

TEST_F(job_runner, works_off_one_business_without_waiting_for_rounds) {
  limits = {.at_once = 8, .per_business = 2};
  for (int i = 0; i < 200; ++i) queue("easy");
  begin();
  EXPECT_EQ(easy, 200) << "no time has passed";
  EXPECT_THAT(store->rows.jobs, IsEmpty());
}

TEST_F(job_runner, one_job_is_not_delayed_by_a_crowd_of_another_business) {
  limits = {.at_once = 8, .per_business = 4};
  for (int i = 0; i < 500; ++i) queue("ask", ada);
  begin();
  const auto single = queue("ask", bola);
  pass(limits.pause);
  EXPECT_EQ(calls.back().job.hold.id, single) << "although nothing of the crowd has ended";
}

TEST_F(job_runner, what_ended_in_one_moment_is_one_commit) {
  for (int i = 0; i < 50; ++i) queue("ask", i % 2 == 0 ? ada : bola);
  begin();
  ASSERT_THAT(calls, SizeIs(50));
  const auto commits = store->commits;
  for (auto& one : calls) one.answer(job_ends::done{});
  run();
  EXPECT_LE(store->commits, commits + 2);
  EXPECT_THAT(store->rows.jobs, IsEmpty());
}

TEST_F(job_runner, an_end_is_written_until_the_store_has_it) {
  queue("ask");
  begin();
  store->away = true;
  answer(0, job_ends::done{});
  pass(30s);
  EXPECT_THAT(store->rows.jobs, SizeIs(1));
  EXPECT_EQ(node->metrics->queue_depth(monitoring::queue::jobs).value(), 1);
  store->away = false;
  pass(2s);
  EXPECT_THAT(store->rows.jobs, IsEmpty());
  EXPECT_THAT(calls, SizeIs(1)) << "and it was run once";
}

class job_runner_in_doubt : public job_runner, public testing::WithParamInterface<bool> {};

INSTANTIATE_TEST_SUITE_P(, job_runner_in_doubt, testing::Bool());

TEST_P(job_runner_in_doubt, writes_the_end_again_and_does_no_harm) {
  queue("ask", ada, {}, "key");
  begin();
  ASSERT_THAT(calls, SizeIs(1));
  store->before_commit = [this](memory_store::batch) -> std::optional<memory_store::fate> {
    store->before_commit = nullptr;
    return memory_store::fate{commit_outcome::in_doubt, GetParam()};
  };
  answer(0, job_ends::done{});
  pass(3s);
  EXPECT_THAT(store->rows.jobs, IsEmpty());
  EXPECT_THAT(calls, SizeIs(1));
}

TEST_F(job_runner, a_claim_that_cannot_be_asked_for_is_asked_for_again) {
  store->away = true;
  begin();
  store->away = false;
  queue("easy");
  store->away = true;
  pass(1s);
  store->away = false;
  pass(limits.pause);
  EXPECT_EQ(easy, 1);
}

TEST_F(job_runner, one_that_was_lost_too_often_is_buried_and_not_begun) {
  const auto job = queue("ask");
  store->rows.jobs.at(job).attempts = 3;
  begin();
  EXPECT_THAT(calls, IsEmpty());
  EXPECT_THAT(store->rows.dead_jobs.at(job).errors, ElementsAre("given_up"));
}

TEST_F(job_runner, after_drain_nothing_is_begun_and_what_runs_may_end) {
  const auto first = queue("ask");
  begin();
  caf::anon_send(runner, actors::drain_atom::value);
  const auto second = queue("ask");
  pass(2s);
  EXPECT_THAT(begun(), ElementsAre(first));
  EXPECT_EQ(node->metrics->queue_depth(monitoring::queue::jobs).value(), 1);
  answer(0, job_ends::done{});
  EXPECT_EQ(node->metrics->queue_depth(monitoring::queue::jobs).value(), 0);
  EXPECT_FALSE(store->rows.jobs.contains(first));
  EXPECT_EQ(store->rows.jobs.at(second).claims, 0);
}

TEST_F(job_runner, what_was_claimed_while_it_was_told_to_stop_is_given_back_as_it_was) {
  begin();
  const auto job = queue("ask");
  caf::anon_send(runner, actors::jobs_queued_atom::value);
  caf::anon_send(runner, actors::drain_atom::value);
  run();
  EXPECT_THAT(calls, IsEmpty());
  EXPECT_EQ(store->rows.jobs.at(job).state, 0);
  EXPECT_EQ(store->rows.jobs.at(job).attempts, 0);
  EXPECT_EQ(counted("ask", job_result::given_back), 1);
}

TEST_F(job_runner, shows_what_is_open_dead_and_overdue) {
  limits = {.at_once = 1, .per_business = 1};
  queue("ask");
  const auto waits = queue("ask");
  begin();
  store->rows.dead_jobs[waits] = {};
  pass(31s);
  EXPECT_EQ(node->metrics->jobs_open().value(), 2);
  EXPECT_EQ(node->metrics->jobs_dead().value(), 1);
  EXPECT_GE(node->metrics->jobs_oldest_due_age_seconds().value(), 15);
}

TEST_F(job_runner, asks_rarely_while_there_is_nothing_to_do) {
  begin();
  const auto before = store->job_claims;
  pass(10s);
  EXPECT_LE(store->job_claims - before, 41U);
}

}  // namespace
}  // namespace sellavie::test
