#include "storage/migrations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <mutex>

#include "tests/support/test_cluster.hpp"

namespace sellavie::storage {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using migrations = std::vector<migration>;

constexpr auto now = instant_from_ms(1'700'000'000'000);

const migration first{1, "shops", "CREATE TABLE shops (id int PRIMARY KEY); INSERT INTO shops VALUES (7);"};
const migration second{2, "names", "ALTER TABLE shops ADD name text;"};
const migration third{3, "index", "CREATE INDEX ON shops (name);"};

class migrations_test : public testing::Test {
 protected:
  result<int> run(const migrations& given) { return migrate(owner(), given, now); }
  database_role owner() const { return database.access().owner; }
  std::string value(const std::string& sql) {
    return std::string{field(test::run_sql(database.superuser(), sql), 0, 0)};
  }

  test::test_database database = test::empty_database();
};

TEST_F(migrations_test, applies_what_is_missing_in_order) {
  EXPECT_EQ(run({first}), 1);
  EXPECT_EQ(run({first, second, third}), 2);
  EXPECT_EQ(run({first, second, third}), 0);
  EXPECT_EQ(value("SELECT id FROM shops WHERE name IS NULL"), "7");
  EXPECT_EQ(value("SELECT tableowner FROM pg_tables WHERE tablename = 'shops'"), "sellavie_owner");
  EXPECT_EQ(value("SELECT string_agg(name || applied_at, ',' ORDER BY version) FROM schema_migrations"),
            "shops1700000000000,names1700000000000,index1700000000000");
}

TEST_F(migrations_test, analyses_the_tables_afterwards) {
  ASSERT_EQ(run({first}), 1);
  EXPECT_EQ(value("SELECT reltuples FROM pg_class WHERE relname = 'shops'"), "1");
}

TEST_F(migrations_test, a_failing_migration_leaves_the_version_before_it) {
  const migration bad{2, "bad", "CREATE TABLE half (id int); INSERT INTO missing VALUES (1);"};
  const auto outcome = run({first, bad, third});
  ASSERT_TRUE(outcome.has_error());
  EXPECT_THAT(outcome.error().detail,
              StartsWith("migration 0002_bad failed, the database stays at version 1: 42P01"));
  EXPECT_EQ(value("SELECT max(version) FROM schema_migrations"), "1");
  EXPECT_EQ(value("SELECT to_regclass('half') IS NULL"), "t");
  EXPECT_EQ(run({first, second}), 1);
}

TEST_F(migrations_test, refuses_a_migration_that_commits_by_itself) {
  const auto outcome = run({first, {2, "sly", "CREATE TABLE half (id int); COMMIT; BEGIN;"}});
  ASSERT_TRUE(outcome.has_error());
  EXPECT_THAT(outcome.error().detail, HasSubstr("remove COMMIT"));
  EXPECT_EQ(value("SELECT max(version) FROM schema_migrations"), "1");
}

TEST_F(migrations_test, refuses_a_database_of_a_newer_program) {
  ASSERT_EQ(run({first, second}), 2);
  const auto outcome = run({first});
  ASSERT_TRUE(outcome.has_error());
  EXPECT_EQ(outcome.error().code, errc::conflict);
  EXPECT_THAT(outcome.error().detail,
              HasSubstr("0002_names, which this program does not know: a newer sellavie"));
}

TEST_F(migrations_test, refuses_a_changed_migration) {
  ASSERT_EQ(run({first}), 1);
  const auto outcome =
      run({{1, "shops", "CREATE TABLE shops (id int PRIMARY KEY); INSERT INTO shops VALUES (7); "}, second});
  ASSERT_TRUE(outcome.has_error());
  EXPECT_EQ(outcome.error().code, errc::conflict);
  EXPECT_THAT(outcome.error().detail,
              AllOf(HasSubstr("0001_shops is not the one that was applied"),
                    HasSubstr("another checksum): this database was made by another state of the program")));
}

TEST_F(migrations_test, refuses_a_gap_and_a_duplicate_in_the_program) {
  const auto gap = run({first, third});
  ASSERT_TRUE(gap.has_error());
  EXPECT_EQ(gap.error().code, errc::invalid_value);
  EXPECT_THAT(gap.error().detail, HasSubstr("number 2 is missing before 0003_index"));

  const auto duplicate = run({first, second, {2, "other", "SELECT 1"}});
  ASSERT_TRUE(duplicate.has_error());
  EXPECT_THAT(duplicate.error().detail,
              HasSubstr("two migrations have one number: 0002_names and 0002_other"));
}

TEST_F(migrations_test, refuses_a_gap_in_the_database) {
  ASSERT_EQ(run({first, second, third}), 3);
  test::run_sql(owner(), "DELETE FROM schema_migrations WHERE version = 2");
  const auto outcome = run({first, second, third});
  ASSERT_TRUE(outcome.has_error());
  EXPECT_THAT(outcome.error().detail,
              HasSubstr("gap in the database: it has migration 0003_index but not 2"));
}

TEST_F(migrations_test, the_second_of_two_servers_waits_and_finds_nothing_to_do) {
  const migrations slow{{1, "slow", "SELECT pg_sleep(0.5); CREATE TABLE slow (id int);"},
                        {2, "more", "CREATE TABLE more (id int);"}};
  std::mutex guard;
  std::vector<std::string> said;
  const auto start = [&] {
    return migrate(owner(), slow, now, [&](std::string_view line) {
      const std::lock_guard held{guard};
      said.emplace_back(line);
    });
  };
  auto one = std::async(std::launch::async, start);
  auto other = std::async(std::launch::async, start);
  const auto left = one.get();
  const auto right = other.get();
  ASSERT_TRUE(left && right) << test::why(left) << test::why(right);
  EXPECT_EQ(*left + *right, 2);
  EXPECT_EQ(*left * *right, 0);
  EXPECT_THAT(said, testing::Contains("another server is migrating this database: waiting for it"));
}

TEST_F(migrations_test, a_server_that_waits_for_another_ones_migrations_can_be_asked_to_stop) {
  const auto another = open_pq(owner(), "another").value();
  ASSERT_TRUE(try_lock_schema(*another).value());
  std::stop_source asked;
  const migrations given{first};
  const auto outcome = migrate(
      owner(), given, now, [&](std::string_view) { asked.request_stop(); }, asked.get_token());
  ASSERT_TRUE(outcome.has_error());
  EXPECT_EQ(outcome.error().code, errc::unavailable);
  EXPECT_EQ(value("SELECT to_regclass('schema_migrations') IS NULL"), "t");
}

TEST_F(migrations_test, one_that_is_asked_to_stop_ends_between_two_migrations) {
  std::stop_source asked;
  const migrations given{first, second, third};
  const auto stop_at_second = [&](std::string_view line) {
    if (line == "migration 0002_names") asked.request_stop();
  };
  ASSERT_TRUE(migrate(owner(), given, now, stop_at_second, asked.get_token()).has_error());
  EXPECT_EQ(run(given), 1) << "the third is what was left";
}

TEST_F(migrations_test, status_lists_all_and_tells_what_is_missing) {
  ASSERT_EQ(run({first}), 1);
  const migrations given{first, second};
  const auto states = migration_status(owner(), given);
  ASSERT_TRUE(states) << test::why(states);
  ASSERT_EQ(states->size(), 2U);
  EXPECT_TRUE((*states)[0].applied);
  EXPECT_EQ((*states)[0].applied_at, now);
  EXPECT_FALSE((*states)[1].applied);
}

TEST_F(migrations_test, keeps_every_byte_of_a_migration) {
  const migration odd{1, "odd", "CREATE TABLE odd (t text);\r\nINSERT INTO odd VALUES ('₦;[[x]]\\');\t"};
  ASSERT_EQ(run({odd}), 1);
  EXPECT_EQ(value("SELECT t FROM odd"), "₦;[[x]]\\");
  EXPECT_EQ(
      value(
          "SELECT checksum = encode(sha256(convert_to(E'CREATE TABLE odd (t text);\\r\\nINSERT INTO odd VALUES "
          "(''₦;[[x]]\\\\'');\\t', 'UTF8')), 'hex') FROM schema_migrations"),
      "t");
}

TEST(embedded_migrations_test, are_numbered_from_one_without_a_gap) {
  int expected = 0;
  for (const auto& one : embedded_migrations()) EXPECT_EQ(one.version, ++expected);
  EXPECT_GT(expected, 0);
}

TEST(embedded_migrations_test, apply_to_an_empty_database) {
  const auto database = test::fresh_database();
  const auto states = migration_status(database.access().owner, embedded_migrations());
  ASSERT_TRUE(states) << test::why(states);
  for (const auto& one : *states) EXPECT_TRUE(one.applied) << one.name;
}

}  // namespace
}  // namespace sellavie::storage
