#include "storage/incarnation.hpp"

#include <future>
#include <thread>

#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using namespace std::chrono_literals;

class incarnation_test : public spine_test {
 protected:
  takeover of(std::string node) const {
    return {.node_id = std::move(node), .now = noon, .evidence_until = noon + 30s, .patience = 5s};
  }
  started start(std::string node = "n1") {
    const auto connection = engine(application_name_of(node));
    return begin_incarnation(*connection, of(node), ids).value();
  }
  void accept(std::initializer_list<inbox_id> events) {
    change_set set;
    for (const auto id : events) set.inbound.push_back(an_event(id, "event-" + std::to_string(id)));
    auto store = writer();
    ASSERT_EQ(commit(store, {set}).outcome, commit_outcome::committed);
  }
  postgres_unit_of_work store_of(std::int64_t of_incarnation, std::string name) const {
    return {[role = database.access().engine, name = std::move(name)] { return open_pq(role, name); },
            of_incarnation};
  }
  /// Makes commits with quarantined rows wait for advisory lock 777.
  pg_connection close_gate() const {
    sql("CREATE FUNCTION wait_in_commit() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN PERFORM pg_advisory_xact_lock(777); RETURN NULL; END $$;"
        "CREATE CONSTRAINT TRIGGER wait_in_commit AFTER INSERT ON messages DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION wait_in_commit()");
    auto gate = open_pq(database.superuser(), "gate").value();
    (void)execute(*gate, "SELECT pg_advisory_lock(777)").value();
    return gate;
  }
  void wait_for_waiters(int wanted) const {
    for (int i = 0; i < 500 && count("pg_locks WHERE NOT granted") != wanted; ++i)
      std::this_thread::sleep_for(10ms);
    ASSERT_EQ(count("pg_locks WHERE NOT granted"), wanted);
  }
};

TEST_F(incarnation_test, the_first_start_of_a_node_has_nothing_to_take_over) {
  accept({1});
  const auto first = start();
  EXPECT_TRUE(first.previous_stopped_cleanly);
  EXPECT_GT(first.incarnation, incarnation);
  EXPECT_EQ(count("nodes WHERE alive"), 2) << "another node's stays";
}

TEST_F(incarnation_test, a_commit_of_the_old_incarnation_after_the_takeover_is_fenced) {
  const auto first = start();
  auto old = store_of(first.incarnation, "elsewhere");
  ASSERT_EQ(commit(old, {{.messages = {a_message(20, false, "x")}}}).outcome, commit_outcome::committed);
  const auto second = start();
  EXPECT_GT(second.incarnation, first.incarnation);
  EXPECT_EQ(commit(old, {{.messages = {a_message(21, false, "y")}}}).outcome, commit_outcome::fenced);
  EXPECT_EQ(count("messages"), 1);
}

TEST_F(incarnation_test, former_sessions_of_the_node_are_ended_and_others_are_not) {
  const auto first = start();
  auto own = store_of(first.incarnation, application_name_of("n1"));
  auto neighbour = store_of(incarnation, application_name_of("n10"));
  ASSERT_EQ(commit(own, {{.read_marks = {{page, "psid-1", noon}}}}).outcome, commit_outcome::committed);
  ASSERT_EQ(commit(neighbour, {{.read_marks = {{page, "psid-1", noon}}}}).outcome, commit_outcome::committed);
  const auto former =
      text("SELECT string_agg(pid::text, ',') FROM pg_stat_activity WHERE application_name = 'sellavie/n1'");
  start();
  EXPECT_EQ(count("pg_stat_activity WHERE pid IN (" + former + ")"), 0);
  EXPECT_EQ(count("pg_stat_activity WHERE application_name = 'sellavie/n10'"), 1);
}

TEST_F(incarnation_test, a_commit_under_way_makes_the_takeover_wait) {
  const auto first = start();
  const auto gate = close_gate();
  auto old = store_of(first.incarnation, "elsewhere");
  auto committing = std::async(
      std::launch::async, [&] { return commit(old, {{.messages = {a_message(20, false, "x")}}}).outcome; });
  wait_for_waiters(1);
  auto starting = std::async(std::launch::async, [&] { return start(); });
  wait_for_waiters(2);
  EXPECT_EQ(starting.wait_for(200ms), std::future_status::timeout);
  (void)execute(*gate, "SELECT pg_advisory_unlock(777)").value();
  EXPECT_EQ(committing.get(), commit_outcome::committed);
  EXPECT_GT(starting.get().incarnation, first.incarnation);
  EXPECT_EQ(count("messages"), 1);
}

TEST_F(incarnation_test, of_two_starts_at_once_one_is_alive_and_the_other_is_fenced) {
  const auto former = start();
  const auto gate = close_gate();
  auto old = store_of(former.incarnation, "elsewhere");
  auto committing = std::async(
      std::launch::async, [&] { return commit(old, {{.messages = {a_message(20, false, "x")}}}).outcome; });
  wait_for_waiters(1);
  // Sessions of the node's own name would end each other: here only the rows decide.
  const auto begin = [&](const std::string& name) {
    return std::async(std::launch::async, [this, name] {
      counting_ids own_ids;
      const auto connection = engine(name);
      return begin_incarnation(*connection, of("n1"), own_ids).value().incarnation;
    });
  };
  auto one = begin("one");
  auto two = begin("two");
  wait_for_waiters(3);
  (void)execute(*gate, "SELECT pg_advisory_unlock(777)").value();
  EXPECT_EQ(committing.get(), commit_outcome::committed);
  const auto first = one.get(), second = two.get();
  EXPECT_EQ(number("SELECT incarnation FROM nodes WHERE node_id = 'n1' AND alive"), std::max(first, second));
  EXPECT_EQ(count("nodes WHERE node_id = 'n1' AND alive"), 1);
  const auto connection = engine("elsewhere");
  EXPECT_EQ(heartbeat(*connection, std::min(first, second), noon).error().code, errc::fenced);
}

TEST_F(incarnation_test, a_session_of_the_node_that_hangs_in_its_commit_is_ended) {
  const auto first = start();
  const auto gate = close_gate();
  auto old = store_of(first.incarnation, application_name_of("n1"));
  auto committing = std::async(
      std::launch::async, [&] { return commit(old, {{.messages = {a_message(20, false, "x")}}}).outcome; });
  wait_for_waiters(1);
  start();
  EXPECT_EQ(committing.get(), commit_outcome::in_doubt);
  EXPECT_EQ(count("messages"), 0);
}

TEST_F(incarnation_test, waiting_is_bounded_and_changes_nothing) {
  const auto first = start();
  const auto gate = close_gate();
  auto old = store_of(first.incarnation, "elsewhere");
  auto committing = std::async(
      std::launch::async, [&] { return commit(old, {{.messages = {a_message(20, false, "x")}}}).outcome; });
  wait_for_waiters(1);
  auto impatient = of("n1");
  impatient.patience = 100ms;
  const auto connection = engine(application_name_of("n1"));
  const auto refused = begin_incarnation(*connection, impatient, ids);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::timed_out);
  (void)execute(*gate, "SELECT pg_advisory_unlock(777)").value();
  EXPECT_EQ(committing.get(), commit_outcome::committed);
  EXPECT_TRUE(heartbeat(*connection, first.incarnation, noon));
}

TEST_F(incarnation_test, a_crash_keeps_what_was_counted_of_the_deliveries_that_were_begun) {
  accept({1, 2, 3});
  start();
  auto store = writer();
  ASSERT_EQ(commit(store, {{.inbox_begun = {1, 3}}}).outcome, commit_outcome::committed);
  EXPECT_FALSE(start().previous_stopped_cleanly);
  EXPECT_EQ(text("SELECT string_agg(deaths::text, ',' ORDER BY id) FROM inbound_events"), "1,0,1");
}

TEST_F(incarnation_test, a_delivery_that_ran_alone_in_a_crash_is_parked_and_a_person_is_told) {
  accept({1, 2});
  start();
  sql("UPDATE inbound_events SET alone = true, deaths = 3 WHERE id = 1");
  const auto second = start();
  EXPECT_EQ(second.parked, 1);
  EXPECT_EQ(text("SELECT string_agg(id::text, ',') FROM inbound_events"), "2");
  EXPECT_EQ(text("SELECT id || ' ' || encode(payload, 'hex') FROM parked_events"),
            "1 7365616c6564200120626f6479");
  EXPECT_EQ(count("person_tasks WHERE kind = 'parked' AND business_id = " + quote(ada)), 1);
}

TEST_F(incarnation_test, after_a_clean_stop_nothing_is_suspect) {
  accept({1});
  const auto first = start();
  sql("UPDATE inbound_events SET alone = true, deaths = 2");
  const auto connection = engine();
  ASSERT_TRUE(end_incarnation(*connection, first.incarnation, noon));
  const auto second = start();
  EXPECT_TRUE(second.previous_stopped_cleanly);
  EXPECT_EQ(text("SELECT deaths || ' ' || alone FROM inbound_events"), "0 false");
  EXPECT_FALSE(start().previous_stopped_cleanly);
}

TEST_F(incarnation_test, sends_without_an_answer_are_unknown) {
  auto sending = a_send(21);
  sending.state = send_state::sending;
  auto store = writer();
  ASSERT_EQ(commit(store, {{.messages = {a_message(21, true, "a"), a_message(22, true, "b")},
                            .outbox = {sending, a_send(22)}}})
                .outcome,
            commit_outcome::committed);
  EXPECT_EQ(start().unknown_sends, 1);
  EXPECT_EQ(text("SELECT string_agg(state || ':' || (due_at - " + std::to_string(to_unix_ms(noon)) +
                 "), ',' ORDER BY id) FROM outbox"),
            "4:30000,1:0");
  EXPECT_EQ(text("SELECT string_agg(state::text, ',' ORDER BY id) FROM messages"), "4,1");
}

TEST_F(incarnation_test, a_heartbeat_of_a_dead_incarnation_is_fenced) {
  const auto first = start();
  const auto connection = engine("elsewhere");
  ASSERT_TRUE(heartbeat(*connection, first.incarnation, noon + 5s));
  EXPECT_EQ(number("SELECT heartbeat_at FROM nodes WHERE node_id = 'n1'"), to_unix_ms(noon + 5s));
  start();
  EXPECT_EQ(heartbeat(*connection, first.incarnation, noon).error().code, errc::fenced);
  EXPECT_EQ(end_incarnation(*connection, first.incarnation, noon).error().code, errc::fenced);
  EXPECT_EQ(heartbeat(*connection, 4711, noon).error().code, errc::fenced);
}

TEST_F(incarnation_test, works_for_an_engine_that_is_reached_by_set_role) {
  // As with database.url alone: the owner logs in; the engine itself may not end the owner's sessions.
  // All tests of the program share the cluster's roles: as they were, they have to be left.
  const bool was_member =
      number("SELECT pg_has_role('sellavie_owner', 'sellavie_engine', 'MEMBER')::int") == 1;
  if (!was_member) sql("GRANT sellavie_engine TO sellavie_owner");
  const database_role by_owner{database.access().owner.conninfo, "sellavie_engine"};
  const auto begin = [&] {
    const auto connection = open_pqxx(by_owner, application_name_of("n1")).value();
    return begin_incarnation(*connection, of("n1"), ids);
  };
  const auto first = begin().value();
  postgres_unit_of_work old{[&] { return open_pq(by_owner, application_name_of("n1")); }, first.incarnation};
  ASSERT_EQ(commit(old, {{.read_marks = {{page, "psid-1", noon}}}}).outcome, commit_outcome::committed);
  const auto second = begin();
  EXPECT_TRUE(second) << test::why(second);
  EXPECT_EQ(commit(old, {{.read_marks = {{page, "psid-1", noon}}}}).outcome, commit_outcome::fenced);
  if (!was_member) sql("REVOKE sellavie_engine FROM sellavie_owner");
}

TEST_F(incarnation_test, a_node_id_that_postgres_would_change_is_refused) {
  const auto connection = engine();
  for (const auto* bad : {"", "nöde", "a b", "123456789012345678901234567890123456789012345678x"})
    EXPECT_EQ(begin_incarnation(*connection, of(bad), ids).error().code, errc::invalid_value) << bad;
}

}  // namespace
}  // namespace sellavie::storage
