#include "storage/roles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pqxx/nontransaction>

#include "tests/support/test_cluster.hpp"

namespace sellavie::storage {
namespace {

using testing::HasSubstr;

/// A cluster whose further logins each test makes and drops: roles are shared by its databases.
embedded_postgres& cluster() {
  static test::temporary_folder folder;
  static embedded_postgres server = [] {
    embedded_options options;
    options.data_dir = folder.path();
    options.dies_with_us = true;
    options.settings = {{"fsync", "off"}};
    options.further_roles = {"shop_owner", "shop_engine", "shop_tenant"};
    return embedded_postgres::start(std::move(options)).value();
  }();
  return server;
}

/// As on somebody else's server: none of our roles, a login that owns the database.
class roles_test : public testing::Test {
 protected:
  void SetUp() override {
    super("CREATE ROLE shop_owner LOGIN CREATEROLE");
    super("CREATE ROLE shop_engine LOGIN");
    super("CREATE ROLE shop_tenant LOGIN");
    super("CREATE DATABASE shop OWNER shop_owner");
    super("ALTER ROLE sellavie_engine RENAME TO hidden_engine");
    super("ALTER ROLE sellavie_tenant RENAME TO hidden_tenant");
  }
  void TearDown() override {
    super("DROP DATABASE shop WITH (FORCE)");
    super("DROP ROLE IF EXISTS sellavie_engine, sellavie_tenant, shop_owner, shop_engine, shop_tenant");
    super("ALTER ROLE hidden_engine RENAME TO sellavie_engine");
    super("ALTER ROLE hidden_tenant RENAME TO sellavie_tenant");
  }

  static void super(const std::string& sql) { test::run_sql(cluster().bootstrap(), sql); }
  static std::string url(std::string_view user) { return cluster().role(user, "shop").conninfo; }
  static std::string user_of(const database_role& role) {
    return std::string{field(test::run_sql(role, "SELECT current_user"), 0, 0)};
  }
};

TEST_F(roles_test, makes_both_roles_below_the_url_and_reaches_them_by_set_role) {
  const auto access = prepare_roles({url("shop_owner"), {}, {}});
  ASSERT_TRUE(access) << test::why(access);
  EXPECT_EQ(user_of(access->owner), "shop_owner");
  EXPECT_EQ(user_of(access->engine), "sellavie_engine");
  EXPECT_EQ(user_of(access->tenant), "sellavie_tenant");
  EXPECT_TRUE(check_roles(*access));
  EXPECT_TRUE(prepare_roles({url("shop_owner"), {}, {}})) << "again";
}

TEST_F(roles_test, uses_logins_of_their_own_as_they_are) {
  const auto access = prepare_roles({url("shop_owner"), url("shop_engine"), url("shop_tenant")});
  ASSERT_TRUE(access) << test::why(access);
  EXPECT_EQ(user_of(access->engine), "shop_engine");
  EXPECT_EQ(user_of(access->tenant), "shop_tenant");
  const auto checked = check_roles(*access);
  EXPECT_TRUE(checked) << test::why(checked);
}

TEST_F(roles_test, says_what_a_superuser_has_to_run) {
  super("ALTER ROLE shop_owner NOCREATEROLE");
  const auto access = prepare_roles({url("shop_owner"), {}, {}});
  ASSERT_TRUE(access.has_error());
  EXPECT_EQ(access.error().code, errc::forbidden);
  EXPECT_THAT(access.error().detail,
              HasSubstr("a superuser has to run once: CREATE ROLE \"sellavie_engine\" NOLOGIN"));
}

TEST_F(roles_test, refuses_a_superuser_and_makes_nothing) {
  super("ALTER ROLE shop_owner SUPERUSER");
  const auto access = prepare_roles({url("shop_owner"), {}, {}});
  ASSERT_TRUE(access.has_error());
  EXPECT_THAT(access.error().detail, HasSubstr("\"shop_owner\" is or can become shop_owner (SUPERUSER)"));
  EXPECT_EQ(
      PQntuples(test::run_sql(cluster().bootstrap(), "SELECT FROM pg_roles WHERE rolname = 'sellavie_engine'")
                    .get()),
      0);
}

TEST_F(roles_test, refuses_what_could_pass_row_security) {
  const auto access = prepare_roles({url("shop_owner"), url("shop_engine"), url("shop_tenant")});
  ASSERT_TRUE(access) << test::why(access);

  super("ALTER ROLE shop_tenant BYPASSRLS");
  auto checked = check_roles(*access);
  ASSERT_TRUE(checked.has_error());
  EXPECT_THAT(checked.error().detail,
              HasSubstr("the tenant role \"shop_tenant\" is or can become shop_tenant (BYPASSRLS)"));

  super("ALTER ROLE shop_tenant NOBYPASSRLS");
  super("GRANT sellavie_engine TO shop_tenant");
  checked = check_roles(*access);
  ASSERT_TRUE(checked.has_error());
  EXPECT_THAT(checked.error().detail, HasSubstr("can become \"sellavie_engine\""));

  super("REVOKE sellavie_engine FROM shop_tenant");
  super("GRANT shop_owner TO shop_engine");
  checked = check_roles(*access);
  ASSERT_TRUE(checked.has_error());
  EXPECT_THAT(checked.error().detail, HasSubstr("the engine role \"shop_engine\" can become \"shop_owner\""));
}

TEST_F(roles_test, refuses_one_login_for_two_roles) {
  const auto access = prepare_roles({url("shop_owner"), url("shop_engine"), url("shop_engine")});
  ASSERT_TRUE(access) << test::why(access);
  const auto checked = check_roles(*access);
  ASSERT_TRUE(checked.has_error());
  EXPECT_EQ(checked.error().code, errc::forbidden);
}

TEST_F(roles_test, refuses_a_database_that_is_not_utf8) {
  super(
      "CREATE DATABASE latin OWNER shop_owner TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
  const auto access = prepare_roles({cluster().role("shop_owner", "latin").conninfo, {}, {}});
  super("DROP DATABASE latin WITH (FORCE)");
  ASSERT_TRUE(access.has_error());
  EXPECT_THAT(access.error().detail, HasSubstr("UTF8 is needed"));
}

TEST(connect_test, libpqxx_and_libpq_get_the_same_role_and_name) {
  auto role = cluster().access().owner;
  role.set_role = "sellavie_tenant";
  constexpr const char* who =
      "SELECT current_user || ' ' || current_setting('application_name') || ' ' || current_setting('client_encoding')";

  const auto by_pq = open_pq(role, "node 'a\\1'");
  ASSERT_TRUE(by_pq) << test::why(by_pq);
  EXPECT_EQ(field(*execute(**by_pq, who), 0, 0), "sellavie_tenant node 'a\\1' UTF8");

  const auto by_pqxx = open_pqxx(role, "node 'a\\1'");
  ASSERT_TRUE(by_pqxx) << test::why(by_pqxx);
  EXPECT_EQ(pqxx::nontransaction{**by_pqxx}.exec(who)[0][0].as<std::string>(),
            "sellavie_tenant node 'a\\1' UTF8");
}

TEST(connect_test, a_lost_libpqxx_connection_does_not_come_back_as_somebody_else) {
  auto role = cluster().access().owner;
  role.set_role = "sellavie_tenant";
  const auto connection = open_pqxx(role, "lost");
  ASSERT_TRUE(connection);
  test::run_sql(cluster().bootstrap(),
                "SELECT pg_terminate_backend(" + std::to_string((*connection)->backendpid()) + ", 5000)");
  const auto ask = [&] { return pqxx::nontransaction{**connection}.exec("SELECT current_user"); };
  EXPECT_ANY_THROW(ask());
  EXPECT_ANY_THROW(ask());
}

TEST(connect_test, a_bad_url_is_refused_without_quoting_it) {
  const auto opened = open_pq({"passwordsecret", {}}, "test");
  ASSERT_TRUE(opened.has_error());
  EXPECT_EQ(opened.error().detail, "not a PostgreSQL connection string or URL");
}

TEST(connect_test, an_absent_server_is_unavailable) {
  const auto opened = open_pqxx({"host=/nonexistent dbname=x", {}}, "test");
  ASSERT_TRUE(opened.has_error());
  EXPECT_EQ(opened.error().code, errc::unavailable);
  EXPECT_EQ(open_pq({"host=/nonexistent dbname=x", {}}, "test").error().code, errc::unavailable);
}

TEST(connect_test, an_unknown_role_is_forbidden_or_invalid_and_no_exception_escapes) {
  auto role = cluster().access().owner;
  role.set_role = "no_such_role";
  EXPECT_TRUE(open_pq(role, "test").has_error());
  EXPECT_TRUE(open_pqxx(role, "test").has_error());
}

TEST(embedded_roles_test, the_embedded_cluster_passes_its_own_check) {
  const auto checked = check_roles(cluster().access());
  EXPECT_TRUE(checked) << test::why(checked);
  EXPECT_TRUE(check_roles(test::fresh_database().access()));
}

}  // namespace
}  // namespace sellavie::storage
