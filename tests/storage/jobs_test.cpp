// Background jobs on a real database: queued with other rows, claimed by turns, ended once.

#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "storage/api/api_work.hpp"
#include "storage/incarnation.hpp"
#include "storage/job_work.hpp"
#include "tests/storage/unit_of_work_fixture.hpp"

namespace sellavie::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class jobs_test : public unit_of_work_test {
 protected:
  static inline const business_id bola = id_of<business_id>(100);
  static constexpr auto lease = 3min;

  postgres_reads claims = reader();

  void SetUp() override {
    spine_test::SetUp();
    add_business(bola, "bola");
  }
  void add_business(const business_id& id, const std::string& key) const {
    sql("INSERT INTO businesses (id, key, name, currency, timezone, created_at) VALUES (" + quote(id) +
        ", '" + key + "', 'n', 'NGN', 'UTC', 0)");
  }
  static job_id id(std::uint32_t n) { return id_of<job_id>(0x1000 + n); }

  job_row a_job(std::uint32_t n, business_id of = ada) const {
    job_row row;
    row.id = id(n);
    row.business = of;
    row.kind = "test.kind";
    row.due_at = row.created_at = noon;
    return row;
  }
  job_row keyed(std::uint32_t n, const std::string& key) const {
    auto row = a_job(n);
    row.unique_key = key;
    return row;
  }
  job_row at(job_row row, instant due) const {
    row.due_at = due;
    return row;
  }
  job_row with(job_row row, job_priority priority) const {
    row.priority = priority;
    return row;
  }
  void queue(std::initializer_list<job_row> rows) {
    change_set set;
    set.jobs = rows;
    ASSERT_EQ(apply(set).outcome, commit_outcome::committed);
  }
  job_claim a_claim(instant now = noon, int most = 10) const {
    job_claim wanted;
    wanted.now = now;
    wanted.until = now + lease;
    wanted.most = most;
    wanted.per_business = most;
    wanted.rescue = wanted.promote = true;
    return wanted;
  }
  std::vector<claimed_job> claim(instant now = noon, int most = 10) {
    return claims.claim_jobs(a_claim(now, most)).value().jobs;
  }
  static std::vector<job_id> ids_of(const std::vector<claimed_job>& jobs) {
    std::vector<job_id> all;
    for (const auto& one : jobs) all.push_back(one.hold.id);
    return all;
  }
  commit_outcome finish(const job_hold& hold) {
    change_set set;
    set.jobs_done = {{hold}};
    return apply(set).outcome;
  }
  void put_off(const claimed_job& job, instant due, std::int32_t attempts, std::string code,
               instant now = noon) {
    change_set set;
    set.jobs_put_off = {{job.hold, due, attempts, std::move(code), now}};
    ASSERT_EQ(apply(set).outcome, commit_outcome::committed);
  }
  /// A second server beside the first, or the next one of the same node.
  std::int64_t another_incarnation(bool first_is_dead) const {
    if (first_is_dead) sql("UPDATE nodes SET alive = false");
    return number(
        "INSERT INTO nodes (node_id, started_at, heartbeat_at) VALUES ('next', 0, 0) RETURNING incarnation");
  }
  postgres_reads claims_of(std::int64_t who) const {
    return {[role = database.access().engine] { return open_pqxx(role, test_application); }, who};
  }
  postgres_unit_of_work writer_of(std::int64_t who) const {
    return {[role = database.access().engine] { return open_pq(role, std::string{test_application}); }, who};
  }
  void queue_many(const business_id& of, int count, int kind = 9) const {
    sql("INSERT INTO jobs (id, business_id, kind, priority, state, due_at, created_at, payload) "
        "SELECT (lpad(to_hex(" +
        std::to_string(kind) + "), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, " +
        quote(of) + ", 'bulk', 1, 1, " + std::to_string(to_unix_ms(noon)) +
        ", 0, '{}' FROM generate_series(1, " + std::to_string(count) + ") n");
  }
};

// --- queueing --------------------------------------------------------------------------------------

TEST_F(jobs_test, a_job_comes_back_as_it_was_queued) {
  auto row = with(a_job(1), job_priority::urgent);
  row.payload = R"({"order":"a \"quoted\" \\ word"})";
  queue({row});
  const auto jobs = claim(noon + 1s);
  ASSERT_THAT(jobs, SizeIs(1));
  EXPECT_EQ(jobs[0].hold, (job_hold{id(1), ada, 1}));
  EXPECT_EQ(jobs[0].kind, "test.kind");
  EXPECT_EQ(jobs[0].payload, row.payload);
  EXPECT_EQ(jobs[0].priority, job_priority::urgent);
  EXPECT_EQ(jobs[0].due_at, noon);
  EXPECT_EQ(jobs[0].created_at, noon);
  EXPECT_EQ(jobs[0].attempts, 1);
}

TEST_F(jobs_test, a_job_and_what_it_is_about_are_committed_together_or_not_at_all) {
  change_set set;
  set.jobs = {a_job(1)};
  set.outbox_done = {id_of<message_id>(77)};  // is not there
  EXPECT_EQ(apply(set).outcome, commit_outcome::refused);
  EXPECT_EQ(count("jobs"), 0);
  set.outbox_done.clear();
  set.messages = {a_message(1, true, "paid")};
  EXPECT_EQ(apply(set).outcome, commit_outcome::committed);
  EXPECT_EQ(count("jobs"), 1);
}

TEST_F(jobs_test, what_is_not_due_is_not_claimed_before) {
  queue({at(a_job(1), noon + 1h)});
  EXPECT_THAT(claim(noon + 59min), IsEmpty());
  EXPECT_THAT(ids_of(claim(noon + 1h)), ElementsAre(id(1)));
}

TEST_F(jobs_test, a_payload_or_kind_without_bounds_is_refused) {
  change_set set;
  set.jobs = {a_job(1)};
  set.jobs[0].payload = std::string(largest_job_payload + 1, 'x');
  EXPECT_EQ(apply(set).outcome, commit_outcome::refused);
  set.jobs[0] = a_job(1);
  set.jobs[0].kind = std::string(longest_job_kind + 1, 'x');
  EXPECT_EQ(apply(set).outcome, commit_outcome::refused);
  set.jobs[0] = keyed(1, std::string(longest_job_key + 1, 'x'));
  EXPECT_EQ(apply(set).outcome, commit_outcome::refused);
  EXPECT_EQ(count("jobs"), 0);
}

// --- one open job a key ------------------------------------------------------------------------------

TEST_F(jobs_test, a_second_wish_under_a_key_adds_none) {
  queue({keyed(1, "order-7")});
  queue({keyed(2, "order-7")});
  queue({keyed(3, "order-8")});
  EXPECT_THAT(ids_of(claim()), UnorderedElementsAre(id(1), id(3)));
}

TEST_F(jobs_test, two_wishes_in_one_commit_are_one) {
  queue({at(keyed(1, "k"), noon + 2h), at(keyed(2, "k"), noon + 1h), a_job(3), a_job(4)});
  EXPECT_EQ(count("jobs"), 3);
  EXPECT_EQ(number("SELECT due_at FROM jobs WHERE unique_key = 'k'"), to_unix_ms(noon + 1h));
}

TEST_F(jobs_test, another_business_or_kind_has_keys_of_its_own) {
  auto other_kind = keyed(2, "k");
  other_kind.kind = "other.kind";
  auto other_business = keyed(3, "k");
  other_business.business = bola;
  queue({keyed(1, "k"), other_kind, other_business});
  EXPECT_EQ(count("jobs"), 3);
}

TEST_F(jobs_test, an_earlier_wish_pulls_the_open_job_forward_and_a_later_one_does_not_push_it_back) {
  queue({at(keyed(1, "k"), noon + 1h)});
  queue({at(keyed(2, "k"), noon + 2h)});
  EXPECT_THAT(claim(noon + 59min), IsEmpty());
  queue({with(keyed(3, "k"), job_priority::urgent)});
  const auto jobs = claim(noon);
  ASSERT_THAT(ids_of(jobs), ElementsAre(id(1)));
  EXPECT_EQ(jobs[0].priority, job_priority::urgent);
}

TEST_F(jobs_test, a_wish_does_not_cut_the_wait_after_a_failure_short) {
  queue({keyed(1, "k")});
  put_off(claim().at(0), noon + 1h, 1, "no_answer");
  queue({keyed(2, "k")});
  EXPECT_THAT(claim(noon + 59min), IsEmpty());
  EXPECT_THAT(ids_of(claim(noon + 1h)), ElementsAre(id(1)));
}

TEST_F(jobs_test, a_wish_for_a_job_that_runs_runs_it_once_more_afterwards) {
  queue({keyed(1, "k")});
  const auto first = claim().at(0);
  queue({keyed(2, "k")});
  queue({keyed(3, "k")});
  EXPECT_THAT(claim(), IsEmpty()) << "never two at once";
  EXPECT_EQ(finish(first.hold), commit_outcome::committed);
  const auto second = claim();
  ASSERT_THAT(ids_of(second), ElementsAre(id(1)));
  EXPECT_EQ(second[0].attempts, 1) << "a fresh start";
  EXPECT_EQ(finish(second[0].hold), commit_outcome::committed);
  EXPECT_EQ(count("jobs"), 0);
}

TEST_F(jobs_test, a_job_that_ends_leaves_its_key_to_the_next_one_of_the_same_commit) {
  queue({keyed(1, "k")});
  change_set set;
  set.jobs_done = {{claim().at(0).hold}};
  set.jobs = {at(keyed(2, "k"), noon + 1h)};
  EXPECT_EQ(apply(set).outcome, commit_outcome::committed);
  EXPECT_THAT(ids_of(claim(noon + 1h)), ElementsAre(id(2)));
}

// Each wish is committed with a fact. Whoever is run after the last one must have seen them all.
TEST_F(jobs_test, wishes_and_ends_at_once_lose_no_wish_and_never_run_a_key_twice_at_a_time) {
  constexpr int wishes = 300;
  std::atomic<bool> is_over{false};
  std::atomic<std::int64_t> last_seen{0};
  std::thread wisher{[&] {
    auto own = writer();
    for (int i = 0; i < wishes; ++i) {
      change_set set;
      set.action_results = {{ada, "fact-" + std::to_string(i), "{}", noon}};
      set.jobs = {keyed(static_cast<std::uint32_t>(1000 + i), "k")};
      while (commit(own, {set}).outcome != commit_outcome::committed) {
      }
    }
    is_over = true;
  }};
  std::atomic<int> running{0};
  const auto work = [&] {
    auto own_claims = reader();
    auto own = writer();
    for (bool last = false;;) {
      const auto jobs = own_claims.claim_jobs(a_claim(noon + 1h)).value().jobs;
      for (const auto& job : jobs) {
        EXPECT_EQ(++running, 1);
        last_seen = count("action_results");
        --running;
        change_set set;
        set.jobs_done = {{job.hold}};
        EXPECT_EQ(commit(own, {set}).outcome, commit_outcome::committed);
      }
      if (last && jobs.empty()) return;
      last = is_over;
    }
  };
  std::thread one{work};
  std::thread two{work};
  wisher.join();
  one.join();
  two.join();
  EXPECT_EQ(last_seen, wishes);
  EXPECT_EQ(count("jobs"), 0);
}

// --- ending ------------------------------------------------------------------------------------------

TEST_F(jobs_test, a_finished_job_is_gone_and_its_end_may_be_written_twice) {
  queue({a_job(1)});
  const auto hold = claim().at(0).hold;
  EXPECT_EQ(finish(hold), commit_outcome::committed);
  EXPECT_EQ(count("jobs"), 0);
  EXPECT_EQ(finish(hold), commit_outcome::committed);
}

TEST_F(jobs_test, two_commits_of_one_batch_may_finish_the_same_job) {
  queue({a_job(1)});
  change_set set;
  set.jobs_done = {{claim().at(0).hold}};
  EXPECT_EQ(commit(store, {set, set}).outcome, commit_outcome::committed);
  EXPECT_EQ(count("jobs"), 0);
}

TEST_F(jobs_test, who_lost_its_claim_ends_nothing_with_its_commit) {
  queue({a_job(1)});
  const auto slow = claim(noon).at(0);
  const auto next = claim(noon + lease);
  ASSERT_THAT(ids_of(next), ElementsAre(id(1)));
  EXPECT_EQ(next[0].attempts, 2);
  change_set set;
  set.jobs_done = {{slow.hold}};
  set.messages = {a_message(1, true, "receipt")};
  EXPECT_EQ(apply(set).outcome, commit_outcome::committed);
  EXPECT_EQ(count("messages"), 1);
  EXPECT_EQ(count("jobs"), 1);
  EXPECT_EQ(finish(next[0].hold), commit_outcome::committed);
  EXPECT_EQ(count("jobs"), 0);
}

TEST_F(jobs_test, a_job_that_waits_again_is_nobodys_to_finish) {
  queue({a_job(1)});
  const auto job = claim().at(0);
  put_off(job, noon + 1s, 1, "no_answer");
  EXPECT_EQ(finish(job.hold), commit_outcome::committed);
  EXPECT_EQ(count("jobs"), 1);
}

TEST_F(jobs_test, a_claim_of_another_business_or_server_finishes_nothing) {
  queue({a_job(1)});
  auto hold = claim().at(0).hold;
  auto other = writer_of(another_incarnation(false));
  change_set set;
  set.jobs_done = {{hold}};
  EXPECT_EQ(commit(other, {set}).outcome, commit_outcome::committed);
  hold.business = bola;
  EXPECT_EQ(finish(hold), commit_outcome::committed);
  EXPECT_EQ(count("jobs"), 1);
}

TEST_F(jobs_test, what_failed_keeps_its_errors_until_it_goes_well) {
  queue({a_job(1)});
  put_off(claim().at(0), noon + 1s, 1, "no_answer");
  put_off(claim(noon + 1s).at(0), noon + 2s, 2, "refused", noon + 1s);
  EXPECT_EQ(text("SELECT error_codes::text || error_times::text FROM jobs"),
            "{no_answer,refused}{" + std::to_string(to_unix_ms(noon)) + "," +
                std::to_string(to_unix_ms(noon + 1s)) + "}");
  const auto third = claim(noon + 2s).at(0);
  EXPECT_EQ(third.attempts, 3);
  put_off(third, noon + 3s, 0, "", noon + 2s);
  EXPECT_EQ(text("SELECT error_codes::text FROM jobs"), "{}");
  EXPECT_EQ(claim(noon + 3s).at(0).attempts, 1);
}

TEST_F(jobs_test, what_asks_to_be_called_later_comes_earlier_when_somebody_wants_it) {
  queue({keyed(1, "k")});
  const auto job = claim().at(0);
  queue({at(keyed(2, "k"), noon + 1min)});
  put_off(job, noon + 1h, 0, "");
  EXPECT_THAT(ids_of(claim(noon + 1min)), ElementsAre(id(1)));
}

TEST_F(jobs_test, the_dead_keep_all_that_went_wrong) {
  queue({keyed(1, "k")});
  put_off(claim().at(0), noon + 1s, 1, "no_answer");
  change_set set;
  set.jobs_dead = {{claim(noon + 1s).at(0).hold, "gone", noon + 1s}};
  ASSERT_EQ(apply(set).outcome, commit_outcome::committed);
  EXPECT_EQ(count("jobs"), 0);
  EXPECT_EQ(
      text(
          "SELECT kind || ' ' || unique_key || ' ' || attempts || ' ' || claims || ' ' || error_codes::text || ' ' || "
          "cardinality(error_times) || ' ' || died_at || payload FROM dead_jobs WHERE business_id = " +
          quote(ada)),
      "test.kind k 2 2 {no_answer,gone} 2 " + std::to_string(to_unix_ms(noon + 1s)) + "{}");
  ASSERT_EQ(apply(set).outcome, commit_outcome::committed) << "said twice, it is dead once";
  EXPECT_EQ(count("dead_jobs"), 1);
}

// --- claims ------------------------------------------------------------------------------------------

TEST_F(jobs_test, a_killed_servers_jobs_are_claimed_again_at_once_and_their_attempt_counts) {
  queue({a_job(1)});
  ASSERT_THAT(claim(), SizeIs(1));
  auto next = claims_of(another_incarnation(true));
  const auto jobs = next.claim_jobs(a_claim(noon + 1s)).value().jobs;
  ASSERT_THAT(ids_of(jobs), ElementsAre(id(1)));
  EXPECT_EQ(jobs[0].attempts, 2);
  EXPECT_EQ(text("SELECT error_codes::text FROM jobs"), "{lost}");
}

TEST_F(jobs_test, nobody_takes_what_a_living_server_runs) {
  queue({a_job(1)});
  ASSERT_THAT(claim(), SizeIs(1));
  auto other = claims_of(another_incarnation(false));
  EXPECT_THAT(other.claim_jobs(a_claim(noon + 1s)).value().jobs, IsEmpty());
  EXPECT_THAT(other.claim_jobs(a_claim(noon + lease)).value().jobs, SizeIs(1)) << "its claim ended";
}

TEST_F(jobs_test, a_server_that_was_taken_over_claims_nothing) {
  queue({a_job(1)});
  ASSERT_GT(another_incarnation(true), incarnation);
  const auto refused = claims.claim_jobs(a_claim());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::fenced);
}

TEST_F(jobs_test, two_servers_that_claim_at_once_never_get_the_same_job) {
  queue_many(ada, 2'000);
  queue_many(bola, 2'000, 8);
  const auto second = another_incarnation(false);
  std::vector<job_id> got[2];
  const auto work = [&](int which) {
    auto own = claims_of(which == 0 ? incarnation : second);
    for (;;) {
      auto wanted = a_claim(noon, 50);
      wanted.rescue = false;
      const auto jobs = own.claim_jobs(wanted).value().jobs;
      if (jobs.empty()) return;
      for (const auto& one : jobs) got[which].push_back(one.hold.id);
    }
  };
  std::thread one{work, 0};
  std::thread two{work, 1};
  one.join();
  two.join();
  std::set<job_id> all(got[0].begin(), got[0].end());
  all.insert(got[1].begin(), got[1].end());
  EXPECT_EQ(got[0].size() + got[1].size(), all.size());
  EXPECT_EQ(count("jobs WHERE state = 1"), 0) << "the last of them may have found everything locked";
}

TEST_F(jobs_test, the_urgent_come_first_and_then_the_ones_due_earlier) {
  queue({with(at(a_job(1), noon - 1h), job_priority::bulk), at(a_job(2), noon - 1s), at(a_job(3), noon - 2s),
         with(a_job(4), job_priority::urgent)});
  std::vector<job_id> order;
  for (int i = 0; i < 4; ++i) order.push_back(claim(noon, 1).at(0).hold.id);
  EXPECT_THAT(order, ElementsAre(id(4), id(3), id(2), id(1)));
}

TEST_F(jobs_test, a_business_with_50000_jobs_delays_nobody_with_one) {
  queue_many(ada, 50'000);
  queue({a_job(1, bola)});
  const auto jobs = claim(noon, 64);
  std::map<business_id, int> shares;
  for (const auto& one : jobs) ++shares[one.hold.business];
  EXPECT_EQ(shares[bola], 1);
  EXPECT_EQ(shares[ada], 32) << "its share of this round";
}

TEST_F(jobs_test, those_who_are_many_take_turns) {
  std::vector<business_id> all{ada};
  for (std::uint32_t n = 0; n < 5; ++n) {
    all.push_back(id_of<business_id>(200 + n));
    add_business(all.back(), "b" + std::to_string(n));
  }
  for (std::uint32_t n = 0; n < all.size(); ++n) queue_many(all[n], 10, static_cast<int>(20 + n));
  std::vector<business_id> turns;
  auto wanted = a_claim(noon, 2);
  for (int round = 0; round < 3; ++round) {
    for (const auto& one : claims.claim_jobs(wanted).value().jobs) {
      turns.push_back(one.hold.business);
      wanted.after = std::max(wanted.after, one.hold.business);
    }
  }
  std::sort(turns.begin(), turns.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(turns, all);
}

TEST_F(jobs_test, a_business_gets_no_more_than_its_room) {
  queue_many(ada, 100);
  queue_many(bola, 100, 8);
  auto wanted = a_claim(noon, 40);
  wanted.per_business = 8;
  wanted.on_the_way = {{ada, 8}, {bola, 5}};
  const auto jobs = claims.claim_jobs(wanted).value().jobs;
  EXPECT_THAT(jobs, SizeIs(3));
  for (const auto& one : jobs) EXPECT_EQ(one.hold.business, bola);
}

TEST_F(jobs_test, more_than_one_look_takes_may_become_due_at_once) {
  queue_many(ada, 2'500);
  sql("UPDATE jobs SET state = 0");
  auto wanted = a_claim(noon, 0);
  EXPECT_TRUE(claims.claim_jobs(wanted).value().more_due);
  EXPECT_FALSE(claims.claim_jobs(wanted).value().more_due);
  EXPECT_EQ(count("jobs WHERE state = 1"), 2'500);
}

// 100,000 ready ones of one business, and the far polls of a thousand others: a claim reads a handful of pages.
TEST_F(jobs_test, a_claim_reads_as_much_of_100000_jobs_as_of_few) {
  queue_many(ada, 100'000);
  queue({a_job(1, bola)});
  sql("INSERT INTO businesses (id, key, name, currency, timezone, created_at) SELECT ('00000300-0000-7000-8000-' || lpad(to_hex(n), 12, "
      "'0'))::uuid, 'far' || n, 'n', 'NGN', 'UTC', 0 FROM generate_series(1, 1000) n");
  sql("INSERT INTO jobs (id, business_id, kind, priority, state, due_at, created_at, payload) SELECT gen_random_uuid(), id, 'poll', 1, 0, " +
      std::to_string(to_unix_ms(noon + 24h)) +
      ", 0, '{}' FROM businesses, generate_series(1, 20) WHERE key LIKE 'far%'");
  sql("ANALYZE jobs");
  const auto session = open_pq(database.access().engine, "plans").value();
  (void)execute(*session,
                "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
                "SET plan_cache_mode = force_generic_plan; SET jit = off")
      .value();
  const auto pages = [&](std::string_view name, const std::string& values) {
    for (const auto& one : read_statements())
      if (one.name == name) (void)pg_result{PQprepare(session.get(), one.name, one.sql, 0, nullptr)};
    const auto rows = execute(*session, "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF) EXECUTE " +
                                            std::string{name} + values)
                          .value();
    const std::string line{field(rows, 1, 0)};  // of the whole statement
    const auto number_behind = [&](const std::string& word) {
      const auto found = line.find(word);
      return found == std::string::npos ? 0 : std::stoi(line.substr(found + word.size()));
    };
    EXPECT_NE(line.find("Buffers: shared"), std::string::npos) << line;
    return number_behind("hit=") + number_behind("read=");
  };
  const auto now = std::to_string(to_unix_ms(noon));
  const auto claimed =
      pages("claim_jobs", "(1, " + now + ", 8, 8, '00000000-0000-0000-0000-000000000000', '{}', '{}')");
  EXPECT_LT(claimed, 400);
  EXPECT_EQ(count("jobs WHERE state = 2"), 5) << "a share of four, and one";
  EXPECT_LT(pages("promote_jobs", "(1, " + now + ", 2000)"), 40);
}

// --- what operators see --------------------------------------------------------------------------------

TEST_F(jobs_test, the_state_names_the_oldest_that_is_due_of_all_businesses) {
  EXPECT_EQ(claims.load_job_state(noon).value().oldest_due, std::nullopt);
  queue({with(at(a_job(1), noon - 1min), job_priority::urgent),
         with(at(a_job(2), noon - 1h), job_priority::bulk), at(a_job(3, bola), noon - 2min),
         at(a_job(4), noon + 1h)});
  auto state = claims.load_job_state(noon).value();
  EXPECT_EQ(state.open, 4);
  EXPECT_EQ(state.dead, 0);
  EXPECT_EQ(state.oldest_due, noon - 1h);
  queue_many(ada, static_cast<int>(counted_jobs));
  EXPECT_EQ(claims.load_job_state(noon).value().open, counted_jobs);
}

// --- the bridge ----------------------------------------------------------------------------------------

TEST_F(jobs_test, the_bridge_queues_jobs_of_its_business_only_and_under_the_same_rules) {
  api_session bridge{database.access(), "jobs_test"};
  auto row = keyed(1, R"(a "key" with \ and ,)");
  row.payload = R"({"text":"{a,b} \"c\" \\ ' ẹ"})";
  ASSERT_TRUE(for_business(bridge, ada, [&](pqxx::work& work) { queue_job(work, row); }));
  auto again = row;
  again.id = id(2);
  ASSERT_TRUE(for_business(bridge, ada, [&](pqxx::work& work) { queue_job(work, again); }));
  ASSERT_TRUE(for_business(bridge, ada, [&](pqxx::work& work) { queue_job(work, a_job(3)); }));
  const auto foreign = for_business(bridge, ada, [&](pqxx::work& work) { queue_job(work, a_job(4, bola)); });
  EXPECT_FALSE(foreign);
  const auto jobs = claim();
  EXPECT_THAT(ids_of(jobs), ElementsAre(id(1), id(3)));
  EXPECT_EQ(jobs.at(0).payload, row.payload);
  EXPECT_EQ(text("SELECT unique_key FROM jobs WHERE unique_key IS NOT NULL"), *row.unique_key);
}

}  // namespace
}  // namespace sellavie::storage
