// Events of payment providers, as the journal writes them: once, each with the job that asks the provider.

#include "storage/journal_statements.hpp"
#include "tests/storage/unit_of_work_fixture.hpp"

namespace sellavie::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class journal_payment_events_test : public unit_of_work_test {
 protected:
  static inline const payment_connection_id paystack = id_of<payment_connection_id>(70);

  payment_event_row an_event(std::uint32_t n, std::string key) const {
    payment_event_row row;
    row.id = plain_id(n);
    row.business = ada;
    row.connection = paystack;
    row.dedupe_key = std::move(key);
    row.kind = "payment";
    row.reference = "ord-1";
    row.object = "5099";
    row.transaction = "5099";
    row.mode = "test";
    row.occurred_at = noon - std::chrono::seconds{2};
    row.received_at = noon;
    row.question = R"({"kind":"payment"})";
    return row;
  }
  /// One change_set with these events.
  static change_set told(std::vector<payment_event_row> events) {
    change_set set;
    set.payment_events = std::move(events);
    return set;
  }
};

TEST_F(journal_payment_events_test, one_event_is_one_row_and_one_job_that_is_ready) {
  const auto report = apply(told({an_event(11, "charge.success:5099")}));
  ASSERT_EQ(report.outcome, commit_outcome::committed) << report.failure;
  EXPECT_THAT(report.fresh_events, ElementsAre(true));
  EXPECT_EQ(
      text(
          "SELECT concat_ws(' ', connection_id, dedupe_key, business_id, id, kind, reference, object, transaction, mode, "
          "occurred_at, received_at) FROM payment_events"),
      to_string(paystack) + " charge.success:5099 " + to_string(ada) + " " + to_string(plain_id(11)) +
          " payment ord-1 5099 5099 test " + std::to_string(to_unix_ms(noon) - 2000) + " " +
          std::to_string(to_unix_ms(noon)));
  EXPECT_EQ(
      text(
          "SELECT concat_ws(' ', id, business_id, kind, unique_key, priority, state, due_at, attempts, payload) FROM jobs"),
      to_string(plain_id(11)) + " " + to_string(ada) + " payment.check 0 1 " +
          std::to_string(to_unix_ms(noon)) + R"( 0 {"kind":"payment"})");
}

TEST_F(journal_payment_events_test, what_an_event_does_not_say_is_null) {
  auto silent = an_event(11, "k1");
  silent.mode = std::nullopt;
  silent.occurred_at = std::nullopt;
  ASSERT_EQ(apply(told({silent})).outcome, commit_outcome::committed);
  EXPECT_EQ(count("payment_events WHERE mode IS NULL AND occurred_at IS NULL"), 1);
}

TEST_F(journal_payment_events_test, the_same_event_again_changes_nothing_and_asks_nothing) {
  ASSERT_EQ(apply(told({an_event(11, "k1")})).outcome, commit_outcome::committed);
  sql("DELETE FROM jobs");  // it was worked off
  auto again = an_event(12, "k1");
  again.reference = "ord-2";
  const auto report = apply(told({again, an_event(13, "k2")}));
  ASSERT_EQ(report.outcome, commit_outcome::committed);
  EXPECT_THAT(report.fresh_events, ElementsAre(false, true));
  EXPECT_EQ(text("SELECT string_agg(reference || ' ' || id, ',' ORDER BY dedupe_key) FROM payment_events"),
            "ord-1 " + to_string(plain_id(11)) + ",ord-1 " + to_string(plain_id(13)));
  EXPECT_EQ(text("SELECT string_agg(id::text, ',') FROM jobs"), to_string(plain_id(13)));
}

TEST_F(journal_payment_events_test, an_event_that_comes_twice_in_one_commit_is_stored_and_asked_about_once) {
  const auto report =
      commit(store, {told({an_event(12, "k1"), an_event(11, "k1")}), told({an_event(13, "k1")})});
  ASSERT_EQ(report.outcome, commit_outcome::committed);
  ASSERT_EQ(report.fresh_events.size(), 3U);
  EXPECT_EQ(std::count(report.fresh_events.begin(), report.fresh_events.end(), true), 1);
  EXPECT_EQ(count("payment_events"), 1);
  EXPECT_EQ(text("SELECT id FROM jobs"), text("SELECT id FROM payment_events"));
}

TEST_F(journal_payment_events_test, the_same_key_at_another_connection_is_another_event) {
  auto elsewhere = an_event(12, "k1");
  elsewhere.connection = id_of<payment_connection_id>(71);
  EXPECT_THAT(apply(told({an_event(11, "k1"), elsewhere})).fresh_events, ElementsAre(true, true));
  EXPECT_EQ(count("jobs"), 2);
}

TEST_F(journal_payment_events_test, an_event_that_asks_nothing_is_kept_without_a_job) {
  auto other = an_event(11, "k1");
  other.kind = "unknown";
  other.question.clear();
  EXPECT_THAT(apply(told({other})).fresh_events, ElementsAre(true));
  EXPECT_EQ(count("payment_events WHERE kind = 'unknown'"), 1);
  EXPECT_EQ(count("jobs"), 0);
}

TEST_F(journal_payment_events_test, a_bad_row_leaves_neither_event_nor_job_of_its_commit) {
  auto bad = an_event(12, "k2");
  bad.kind = "gift";
  expect_refused(told({an_event(11, "k1"), bad}), "payment_events_kind_check");
  bad = an_event(12, "k2");
  bad.business = id_of<business_id>(99);
  expect_refused(told({an_event(11, "k1"), bad}), "jobs_business_id_fkey");
  EXPECT_EQ(count("payment_events"), 0);
  EXPECT_EQ(count("jobs"), 0);
}

TEST_F(journal_payment_events_test, the_answers_are_told_apart_from_those_of_the_inbox) {
  ASSERT_EQ(apply(told({an_event(11, "k1")})).outcome, commit_outcome::committed);
  auto both = told({an_event(12, "k1"), an_event(13, "k2")});
  both.inbound.push_back(spine_test::an_event(1, "message"));
  const auto report = apply(both);
  ASSERT_EQ(report.outcome, commit_outcome::committed);
  EXPECT_THAT(report.fresh, ElementsAre(true));
  EXPECT_THAT(report.fresh_events, ElementsAre(false, true));
}

TEST_F(journal_payment_events_test, a_fenced_writer_stores_nothing) {
  sql("UPDATE nodes SET alive = false");
  EXPECT_EQ(apply(told({an_event(11, "k1")})).outcome, commit_outcome::fenced);
  EXPECT_EQ(count("payment_events"), 0);
  EXPECT_EQ(count("jobs"), 0);
}

TEST_F(journal_payment_events_test, the_tenant_reads_its_own_and_writes_nothing) {
  ASSERT_EQ(apply(told({an_event(11, "k1")})).outcome, commit_outcome::committed);
  const auto& tenant = database.access().tenant;
  const auto seen = [&](const business_id& by) {
    return std::string{field(
        sql("SET app.business_id = " + quote(by) + "; SELECT count(*) FROM payment_events", tenant), 0, 0)};
  };
  EXPECT_EQ(seen(ada), "1");
  EXPECT_EQ(seen(id_of<business_id>(99)), "0");
  const auto session = open_pq(tenant, "test").value();
  for (const std::string& wish :
       {std::string{"DELETE FROM payment_events"}, std::string{"UPDATE payment_events SET kind = kind"}}) {
    const auto refused = execute(*session, "SET app.business_id = " + quote(ada) + "; " + wish);
    ASSERT_FALSE(refused) << wish;
    EXPECT_THAT(refused.error().detail, HasSubstr("permission denied"));
  }
}

TEST_F(journal_payment_events_test, the_statement_scans_no_table_however_full) {
  sql("SET session_replication_role = replica; INSERT INTO payment_events SELECT gen_random_uuid(), 'k' || g, gen_random_uuid(), "
      "gen_random_uuid(), 'payment', '', '', '', NULL, NULL, g FROM generate_series(1, 20000) g; ANALYZE payment_events");
  const auto session = open_pq(database.access().engine, "plans").value();
  std::string statement;
  for (const auto& one : journal_statements())
    if (one.name == std::string_view{"insert_payment_events"}) statement = one.sql;
  ASSERT_FALSE(statement.empty());
  ASSERT_TRUE(execute(*session, "SET plan_cache_mode = force_generic_plan; PREPARE asked AS " + statement));
  const auto rows = execute(
      *session,
      "EXPLAIN EXECUTE asked(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)");
  ASSERT_TRUE(rows) << test::why(rows);
  std::string plan;
  for (int i = 0; i < PQntuples(rows->get()); ++i) plan += std::string{field(*rows, i, 0)} + "\n";
  EXPECT_THAT(plan, HasSubstr("Insert on jobs"));
  EXPECT_THAT(plan, Not(HasSubstr("Seq Scan on"))) << plan;
}

}  // namespace
}  // namespace sellavie::storage
