// AI replies are counted from the turns, by months of the business's zone; sums change nothing but the work.

#include "storage/api/plan_usage.hpp"
#include "storage/api/trial_shop.hpp"
#include "storage/housekeeping.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class plan_usage_test : public spine_test {
 protected:
  void SetUp() override {
    spine_test::SetUp();
    connection = engine();
  }
  std::int64_t ms(const std::string& text) const {
    return number("SELECT (extract(epoch FROM timestamptz '" + text + "') * 1000)::bigint");
  }
  /// A completed turn that began a second before it ended.
  void add_turn(const std::string& ended, int outcome = 1) {
    const auto at = ms(ended);
    sql("INSERT INTO turns (conversation_id, turn_id, business_id, state, outcome, deliveries, started_at, ended_at) "
        "VALUES (" +
        quote(chat) + ", (substr(least_id_at(" + std::to_string(at - 1000) + ")::text, 1, 24) || '" +
        number_text(++turns) + "')::uuid, " + quote(ada) + ", 1, " + std::to_string(outcome) + ", 1, " +
        std::to_string(at - 1000) + ", " + std::to_string(at) + ")");
    sql("UPDATE conversations SET last_message_at = greatest(last_message_at, " + std::to_string(at) + ")");
  }
  static std::string number_text(int n) {
    auto text = std::to_string(n);
    return std::string(12 - text.size(), '0') + text;
  }
  quota_record quota_at(const std::string& text) {
    auto reads = reader();
    return reads.load_quota(ada, instant_from_ms(ms(text))).value();
  }
  void roll(const std::string& text) {
    const auto rolled = roll_plan_usage({*connection, incarnation, instant_from_ms(ms(text))});
    ASSERT_TRUE(rolled) << test::why(rolled);
  }
  void zone(const std::string& name) { sql("UPDATE businesses SET timezone = '" + name + "'"); }

  std::unique_ptr<pqxx::connection> connection;
  int turns = 0;
};

TEST_F(plan_usage_test, months_begin_and_end_where_the_business_is) {
  zone("Africa/Lagos");
  auto quota = quota_at("2026-11-30 22:59:59.999Z");
  EXPECT_EQ(quota.month, "2026-11");
  EXPECT_EQ(to_unix_ms(quota.begins), ms("2026-10-31 23:00Z"));
  EXPECT_EQ(to_unix_ms(quota.ends), ms("2026-11-30 23:00Z"));
  EXPECT_EQ(quota_at("2026-11-30 23:00Z").month, "2026-12");
  zone("America/New_York");  // with summer time in between
  quota = quota_at("2026-11-15 12:00Z");
  EXPECT_EQ(to_unix_ms(quota.begins), ms("2026-11-01 04:00Z"));
  EXPECT_EQ(to_unix_ms(quota.ends), ms("2026-12-01 05:00Z"));
}

TEST_F(plan_usage_test, answers_of_the_ai_count_in_the_month_in_which_they_ended) {
  zone("Africa/Lagos");
  add_turn("2026-10-31 22:59:59.999Z");
  add_turn("2026-10-31 23:00Z");
  add_turn("2026-11-10 12:00Z");
  for (const int outcome : {2, 3, 4, 5, 6}) add_turn("2026-11-10 13:00Z", outcome);
  add_turn("2026-11-30 22:59:59.999Z");
  add_turn("2026-11-30 23:00Z");
  EXPECT_EQ(quota_at("2026-11-20 12:00Z").ai_replies, 3);
  EXPECT_EQ(quota_at("2026-10-20 12:00Z").ai_replies, 1);
  EXPECT_EQ(quota_at("2026-12-20 12:00Z").ai_replies, 1);
}

TEST_F(plan_usage_test, sums_are_the_same_count_with_less_work) {
  zone("Africa/Lagos");
  add_turn("2026-10-05 12:00Z");
  add_turn("2026-11-10 12:00Z");
  roll("2026-11-10 13:00Z");
  EXPECT_EQ(number("SELECT sum(ai_replies) FROM plan_usage"), 2);
  EXPECT_EQ(quota_at("2026-11-10 13:00Z").ai_replies, 1);
  add_turn("2026-11-10 13:30Z");
  EXPECT_EQ(quota_at("2026-11-10 13:30Z").ai_replies, 2) << "turns since then are seen at once";
  roll("2026-11-10 13:40Z");
  EXPECT_EQ(number("SELECT sum(ai_replies) FROM plan_usage"), 2) << "sums of this hour are left alone";
  add_turn("2026-11-30 22:59:59.999Z");
  add_turn("2026-11-30 23:00Z");
  roll("2026-11-30 23:04Z");  // five minutes behind: still November
  EXPECT_EQ(number("SELECT count(*) FROM plan_usage WHERE month = '2026-12-01'"), 0);
  roll("2026-12-01 02:00Z");
  EXPECT_EQ(number("SELECT ai_replies FROM plan_usage WHERE month = '2026-11-01'"), 3);
  EXPECT_EQ(number("SELECT ai_replies FROM plan_usage WHERE month = '2026-12-01'"), 1);
  roll("2026-12-01 04:00Z");
  roll("2026-12-03 04:00Z");
  EXPECT_EQ(number("SELECT ai_replies FROM plan_usage WHERE month = '2026-11-01'"), 3);
  EXPECT_EQ(quota_at("2026-11-15 12:00Z").ai_replies, 3);
  sql("DELETE FROM turns");
  EXPECT_EQ(quota_at("2026-11-15 12:00Z").ai_replies, 3) << "they outlive the turns";
  EXPECT_EQ(quota_at("2026-10-15 12:00Z").ai_replies, 1);
}

TEST_F(plan_usage_test, trials_count_in_the_month_in_which_they_were_answered_and_outlive_its_turns) {
  zone("Africa/Lagos");
  api_session store{database.access(), "plan_usage"};
  const auto tried = [&](const std::string& text) {
    ASSERT_TRUE(count_trial(store, ada, instant_from_ms(ms(text))));
  };
  add_turn("2026-11-10 12:00Z");
  tried("2026-09-10 12:00Z");
  tried("2026-11-30 22:59:59.999Z");
  tried("2026-11-30 22:59:59.999Z");
  tried("2026-11-30 23:00Z");
  EXPECT_EQ(quota_at("2026-11-20 12:00Z").ai_replies, 3);
  EXPECT_EQ(quota_at("2026-12-20 12:00Z").ai_replies, 1);
  roll("2026-11-20 12:00Z");
  sql("DELETE FROM turns");
  const instant now = instant_from_ms(ms("2027-01-20 12:00Z"));
  EXPECT_EQ(show_plan(store, ada, now).value().ai_replies, 0);
  list_wish wish;
  wish.limit = 10;
  wish.is_newest_first = true;
  std::vector<std::string> months;
  for (const auto& one : list_months(store, ada, {.now = now}, wish).value())
    months.push_back(one.month + " " + std::to_string(one.ai_replies));
  EXPECT_THAT(months, testing::ElementsAre("2027-01 0", "2026-12 1", "2026-11 3", "2026-10 0", "2026-09 1"));
}

TEST_F(plan_usage_test, a_turn_that_began_long_before_its_end_is_counted) {
  zone("UTC");
  roll("2026-11-10 13:00Z");
  const auto end = ms("2026-11-10 14:00Z");
  sql("INSERT INTO turns (conversation_id, turn_id, business_id, state, outcome, deliveries, started_at, ended_at) VALUES (" +
      quote(chat) + ", least_id_at(" + std::to_string(end - 20 * 3'600'000) + "), " + quote(ada) +
      ", 1, 1, 1, 0, " + std::to_string(end) + ")");
  sql("UPDATE conversations SET last_message_at = " + std::to_string(end));
  EXPECT_EQ(quota_at("2026-11-10 15:00Z").ai_replies, 1);
}

TEST_F(plan_usage_test, chats_whose_plan_still_runs_are_named) {
  auto planned = a_turn(1, {1});
  planned.completed = false;
  planned.epoch = 1;
  planned.plan = "{}";
  change_set set;
  set.turns = {planned};
  auto store = writer();
  ASSERT_EQ(commit(store, {set}).outcome, commit_outcome::committed);
  const auto quota = quota_at("2026-11-10 12:00Z");
  ASSERT_EQ(quota.answering.size(), 1U);
  EXPECT_EQ(quota.answering.front().first, page);
  EXPECT_EQ(quota.answering.front().second, "psid-1");
}

TEST_F(plan_usage_test, a_warning_is_written_once_with_its_task) {
  auto store = writer();
  const auto warning = [&](std::uint32_t n, std::int64_t allowed) {
    change_set set;
    set.plan_warnings = {{ada, "2026-11", 80, allowed, noon}};
    set.tasks = {{ada, std::nullopt, id_of<message_id>(n).value, "plan", "80 %", noon}};
    return set;
  };
  EXPECT_EQ(commit(store, {warning(1, 10)}).outcome, commit_outcome::committed);
  EXPECT_EQ(commit(store, {warning(2, 10)}).outcome, commit_outcome::refused);
  EXPECT_EQ(commit(store, {warning(3, 20)}).outcome, commit_outcome::committed);
  EXPECT_EQ(number("SELECT count(*) FROM person_tasks WHERE kind = 'plan'"), 2);
  EXPECT_EQ(quota_at("2026-11-10 12:00Z").warned.size(), 2U);
}

TEST_F(plan_usage_test, other_kinds_of_tasks_are_as_they_were) {
  const auto task = [&](const char* kind) {
    return "INSERT INTO person_tasks (id, business_id, kind, reason, created_at) VALUES (gen_random_uuid(), " +
           quote(ada) + ", '" + kind + "', 'r', 0)";
  };
  for (const char* kind :
       {"handover", "parked", "unconfirmed", "send_failed", "payment_review", "connection",
        "payment_connection", "plan", "dispute", "refund_failed", "webhook", "customer_not_told"})
    sql(task(kind));
  EXPECT_ANY_THROW(sql(task("else")));
}

// Plans of a function's body are not shown: what counts is what it reads.
TEST_F(plan_usage_test, the_count_reads_the_chats_since_the_sum_and_no_others) {
  sql(R"(
    CREATE FUNCTION u(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
      $$ SELECT (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
    SET session_replication_role = replica;
    INSERT INTO contacts (id, business_id, connection_id, scoped_id, created_at) SELECT u(3,n), )" +
      quote(ada) + ", " + quote(page) + R"(, 's'||n, 0 FROM generate_series(0,19999) n;
    INSERT INTO conversations (id, business_id, connection_id, contact_id, last_message_at, created_at) SELECT u(4,n), )" +
      quote(ada) + ", " + quote(page) + R"(, u(3,n), 1000000000 + n, 0 FROM generate_series(0,19999) n;
    INSERT INTO turns (conversation_id, turn_id, business_id, state, outcome, deliveries, started_at, ended_at)
      SELECT u(4,n%20000), least_id_at(1000000000 + n%20000 - n/20000), )" +
      quote(ada) + R"(, 1, 1, 1, 0, 1000000000 + n%20000 FROM generate_series(0,59999) n;
    SET session_replication_role = origin;
    ANALYZE)");
  EXPECT_EQ(number("SELECT count_ai_replies(" + quote(ada) + ", 1000000000 + 19900, 2000000000)"), 300);
  const auto session = open_pq(database.access().engine, "plans").value();
  (void)execute(*session, "SET enable_seqscan = off; SET jit = off").value();
  const auto rows =
      execute(*session,
              "EXPLAIN (ANALYZE, BUFFERS, COSTS off, TIMING off, SUMMARY off) SELECT count_ai_replies(" +
                  quote(ada) + ", 1000000000 + 19900, 2000000000)")
          .value();
  std::string plan;
  for (int i = 0; i < PQntuples(rows.get()); ++i) plan += std::string{field(rows, i, 0)} + "\n";
  const auto at = plan.find("hit=");
  ASSERT_NE(at, std::string::npos) << plan;
  EXPECT_LT(std::stol(plan.substr(at + 4)), 2'000) << plan;
}

}  // namespace
}  // namespace sellavie::storage
