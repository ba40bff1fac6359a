#include "storage/durability.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <pqxx/nontransaction>

#include "tests/support/test_cluster.hpp"

namespace sellavie::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// As an operator may have, for all that connect to it.
void set_commit_of(const test::test_database& database, const std::string& how) {
  test::run_sql(database.superuser(),
                "ALTER DATABASE " + database.name() + " SET synchronous_commit = " + how);
}

TEST(durability_test, says_which_settings_of_the_server_cost_a_commit_its_safety) {
  if (std::getenv("SELLAVIE_TEST_FSYNC") != nullptr) GTEST_SKIP() << "nothing of this cluster is unsafe";
  const auto warnings = durability_warnings(test::empty_database().access().owner);
  ASSERT_TRUE(warnings) << test::why(warnings);
  EXPECT_THAT(*warnings, ElementsAre(HasSubstr("fsync = off"), HasSubstr("full_page_writes = off")));
}

TEST(durability_test, every_session_waits_for_its_commits_whatever_the_server_says) {
  const auto database = test::empty_database();
  set_commit_of(database, "off");
  for (const auto& role : {database.access().owner, database.access().engine, database.access().tenant}) {
    const auto direct = open_pq(role, "test");
    ASSERT_TRUE(direct) << test::why(direct);
    EXPECT_EQ(field(*execute(**direct, "SHOW synchronous_commit"), 0, 0), "on");
    const auto other = open_pqxx(role, "test");
    ASSERT_TRUE(other) << test::why(other);
    EXPECT_EQ(pqxx::nontransaction{**other}.exec1("SHOW synchronous_commit")[0].as<std::string>(), "on");
  }
}

TEST(durability_test, what_is_stricter_stays_as_it_is) {
  const auto database = test::empty_database();
  set_commit_of(database, "remote_apply");
  const auto session = open_pq(database.access().engine, "test");
  ASSERT_TRUE(session) << test::why(session);
  EXPECT_EQ(field(*execute(**session, "SHOW synchronous_commit"), 0, 0), "remote_apply");
}

}  // namespace
}  // namespace sellavie::storage
