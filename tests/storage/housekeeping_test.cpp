#include "storage/housekeeping.hpp"

#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using std::chrono::days;

class housekeeping_test : public spine_test {
 protected:
  std::unique_ptr<pqxx::connection> connection = engine();

  housekeeping at(instant now, int batch = 5'000) { return {*connection, incarnation, now, batch}; }
  static std::string ms(instant at) { return std::to_string(to_unix_ms(at)); }
  static instant day(std::int32_t number) { return instant{days{number}}; }
  std::int64_t partitions() const { return count("pg_inherits WHERE inhparent = 'inbound_keys'::regclass"); }
  void accept_on(std::int32_t number) {
    auto row = an_event(number, "key-" + std::to_string(number));
    row.day = number;
    auto store = writer();
    ASSERT_EQ(commit(store, {{.inbound = {row}}}).outcome, commit_outcome::committed);
  }
};

TEST_F(housekeeping_test, rolling_again_changes_nothing) {
  const auto before = partitions();
  EXPECT_EQ(roll_inbound_keys(at(day(today))).value(), 0);
  EXPECT_EQ(partitions(), before);
  EXPECT_EQ(before, 13);
}

TEST_F(housekeeping_test, a_new_day_makes_a_partition_and_takes_its_strays) {
  accept_on(today + 3);
  EXPECT_EQ(count("inbound_keys_other"), 1);
  EXPECT_EQ(roll_inbound_keys(at(day(today + 1))).value(), 0);
  EXPECT_EQ(count("inbound_keys_other"), 0);
  EXPECT_EQ(count("inbound_keys_" + std::to_string(today + 3)), 1);
  accept_on(today + 3);
  EXPECT_EQ(count("inbound_events"), 1) << "still known after it moved";
}

TEST_F(housekeeping_test, partitions_older_than_thirty_days_are_dropped) {
  EXPECT_EQ(roll_inbound_keys(at(day(today + 30))).value(), 9);
  EXPECT_EQ(count("pg_class WHERE relname = 'inbound_keys_" + std::to_string(today - 1) + "'"), 0);
  EXPECT_EQ(count("pg_class WHERE relname = 'inbound_keys_" + std::to_string(today) + "'"), 1);
}

TEST_F(housekeeping_test, strays_more_than_thirty_days_off_are_pruned) {
  for (const auto off : {-31, -30, 30, 31}) accept_on(today + off);
  EXPECT_EQ(prune_stray_keys(at(day(today))).value(), 2);
  EXPECT_EQ(text("SELECT string_agg(day::text, ',' ORDER BY day) FROM inbound_keys_other"),
            std::to_string(today - 30) + "," + std::to_string(today + 30));
}

TEST_F(housekeeping_test, quarantine_lasts_seven_days) {
  sql("INSERT INTO quarantined_events SELECT g, 'stranger', 'messenger', " + ms(noon) +
      " + g, '' FROM generate_series(0, 9) g");
  EXPECT_EQ(purge_quarantine(at(noon + days{7})).value(), 0);
  EXPECT_EQ(purge_quarantine(at(noon + days{7} + milliseconds{5})).value(), 5);
  EXPECT_EQ(count("quarantined_events"), 5);
}

TEST_F(housekeeping_test, a_batch_is_bounded) {
  sql("INSERT INTO quarantined_events SELECT g, 'stranger', 'messenger', 0, '' FROM generate_series(0, 9) g");
  EXPECT_EQ(purge_quarantine(at(noon, 6)).value(), 6);
  EXPECT_EQ(purge_quarantine(at(noon, 6)).value(), 4);
}

TEST_F(housekeeping_test, finished_things_go_by_age_and_open_ones_stay) {
  const auto old = ms(noon - days{31});
  sql("INSERT INTO parked_events VALUES (1," + quote(ada) + "," + quote(page) + ",'x',0," + old +
      ",''), (2," + quote(ada) + "," + quote(page) + ",'x',0," + ms(noon) +
      ",'');"
      "INSERT INTO turns (conversation_id, turn_id, business_id, state, deliveries, started_at, ended_at) VALUES"
      " (" +
      quote(chat) + ", gen_random_uuid(), " + quote(ada) + ", 1, 1, 0, " + old + "), (" + quote(chat) +
      ", gen_random_uuid(), " + quote(ada) +
      ", 0, 1, 0, 0);"
      "INSERT INTO action_results VALUES (" +
      quote(ada) + ",'a','{}'," + old + "), (" + quote(ada) + ",'b','{}'," + ms(noon) +
      ");"
      "INSERT INTO person_tasks (id, business_id, kind, reason, created_at, done_at) VALUES (gen_random_uuid()," +
      quote(ada) + ",'parked','x',0," + old + "), (gen_random_uuid()," + quote(ada) +
      ",'parked','x',0,NULL)");
  EXPECT_EQ(purge_parked(at(noon), days{30}).value(), 1);
  EXPECT_EQ(purge_turns(at(noon), days{30}).value(), 1);
  EXPECT_EQ(purge_action_results(at(noon), days{30}).value(), 1);
  EXPECT_EQ(purge_done_tasks(at(noon), days{30}).value(), 1);
  EXPECT_EQ(text("SELECT state FROM turns"), "0");
  EXPECT_EQ(text("SELECT action_key FROM action_results"), "b");
  EXPECT_EQ(count("person_tasks WHERE done_at IS NULL"), 1);
}

TEST_F(housekeeping_test, a_fenced_incarnation_removes_nothing) {
  sql("INSERT INTO quarantined_events VALUES (1, 'stranger', 'messenger', 0, ''); UPDATE nodes SET alive = false");
  EXPECT_EQ(purge_quarantine(at(noon)).error().code, errc::fenced);
  EXPECT_EQ(count("quarantined_events"), 1);
}

}  // namespace
}  // namespace sellavie::storage
