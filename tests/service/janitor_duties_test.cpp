#include "janitor_duties.hpp"

#include "storage/housekeeping.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie {
namespace {

using namespace std::chrono_literals;
using testing::UnorderedElementsAre;

class janitor_duties_test : public storage::spine_test {
 protected:
  janitor_hands hands() {
    janitor_hands given;
    given.connect = [this] {
      ++connections;
      return storage::open_pqxx(database.access().engine, storage::test_application);
    };
    given.incarnation = incarnation;
    given.on_heartbeat = [this](const result<void>& beat) { beats.push_back(beat); };
    given.on_answer = [this] { ++answers; };
    given.watch_database = given.watch_directory = given.wake_senders =
        given.end_reservations = [](instant) -> result<void> { return {}; };
    return given;
  }
  result<void> run(const std::string& name, instant now = storage::noon) {
    for (const auto& one : duties)
      if (one.name == name) return one.run(now);
    return make_failure(errc::not_found, name);
  }
  void add_results(int how_many, instant at) {
    sql("INSERT INTO action_results SELECT " + quote(ada) + ", 'k' || g, '{}', " +
        std::to_string(to_unix_ms(at)) + " FROM generate_series(1, " + std::to_string(how_many) + ") g");
  }

  int connections = 0;
  int answers = 0;
  std::vector<result<void>> beats;
  std::vector<actors::duty> duties = janitor_duties(hands());
};

TEST_F(janitor_duties_test, the_server_has_each_of_them) {
  std::vector<std::string> names;
  for (const auto& one : duties) names.push_back(one.name);
  EXPECT_THAT(names, UnorderedElementsAre("heartbeat", "database", "directory", "reservations", "inbox_keys",
                                          "quarantine", "turns", "action_results", "sessions", "sign_ups",
                                          "password_resets", "connect_flows", "invitations", "mails",
                                          "recorded", "parked", "done_tasks", "senders", "activity",
                                          "plan_usage", "attachments", "webhook_deliveries", "webhook_events",
                                          "dead_jobs", "payment_events", "notifications"));
}

TEST_F(janitor_duties_test, each_runs_on_a_fresh_database_and_they_share_a_connection) {
  for (const auto& one : duties) {
    const auto done = one.run(storage::noon);
    EXPECT_TRUE(done) << one.name << ": " << test::why(done);
  }
  EXPECT_EQ(connections, 1);
  EXPECT_EQ(beats.size(), 1U);
}

TEST_F(janitor_duties_test, one_run_removes_several_batches_of_the_minutes_stretch) {
  // A table of less than 720 pages has its page p looked at in minute p.
  add_results(6'000, storage::noon - std::chrono::days{91});
  const auto half_day = storage::noon - std::chrono::minutes{storage::stretch_at(storage::noon).part};
  const auto pages = number("SELECT pg_relation_size('action_results') / 8192");
  for (std::int64_t i = 0; i < pages; ++i)
    ASSERT_TRUE(run("action_results", half_day + std::chrono::minutes{i}));
  EXPECT_EQ(count("action_results"), 0);
}

TEST_F(janitor_duties_test, full_batches_are_followed_by_more_up_to_a_bound) {
  sql("INSERT INTO quarantined_events SELECT g, 'stranger', 'messenger', 0, '' FROM generate_series(1, 60000) g");
  ASSERT_TRUE(run("quarantine"));
  EXPECT_EQ(count("quarantined_events"), 60'000 - most_batches * 5'000);
  EXPECT_EQ(answers, most_batches) << "meanwhile no heartbeat is due, and the database is not away";
  ASSERT_TRUE(run("quarantine"));
  EXPECT_EQ(count("quarantined_events"), 0);
}

TEST_F(janitor_duties_test, a_lost_connection_is_told_and_opened_anew) {
  ASSERT_TRUE(run("heartbeat"));
  sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sellavie/test'");
  EXPECT_FALSE(run("heartbeat"));
  EXPECT_EQ(beats.back().error().code, errc::unavailable);
  EXPECT_TRUE(run("heartbeat"));
  EXPECT_EQ(connections, 2);
}

TEST_F(janitor_duties_test, a_fenced_incarnation_hears_so_from_its_heartbeat) {
  sql("UPDATE nodes SET alive = false");
  EXPECT_FALSE(run("heartbeat"));
  EXPECT_EQ(beats.back().error().code, errc::fenced);
}

}  // namespace
}  // namespace sellavie
