// Proves the tenant boundary for every table of the migrated schema, also for those that a later
// migration adds. Catalogue first, then rows of two businesses seen through each role.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "storage/roles.hpp"
#include "tests/support/test_cluster.hpp"

namespace sellavie::storage {
namespace {

using testing::IsEmpty;
using names = std::vector<std::string>;

/// Tables without business_id. Whoever adds one says here why the tenant role must not be kept apart.
const std::set<std::string> global_tables{
    "accounts",            // people, of several businesses (0002)
    "businesses",          // the tenant itself: its own policy on id
    "directory_version",   // one counter for all servers
    "key_fingerprints",    // the server's own keys
    "mails",               // to people (0005)
    "nodes",               // server processes
    "password_resets",     // of accounts (0005)
    "push_subscriptions",  // browsers of people (0019)
    "quarantined_events",  // of no known business
    "recovery_codes",      // of accounts (0005)
    "refresh_tokens",      // of sessions (0002)
    "schema_migrations",   // the owner's
    "second_factors",      // of accounts (0005)
    "sessions",            // of people (0002)
    "sign_ups",            // of people (0005)
};

constexpr const char* one_business = "00000000-0000-7000-8000-00000000000a";
constexpr const char* other_business = "00000000-0000-7000-8000-00000000000b";

// Tables and partitions, each with its column that names the business.
constexpr const char* tenant_tables_sql = R"(
  SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'business_id' AND NOT a.attisdropped
   ORDER BY 1)";

// What keeps a row of no sense out would keep our generic rows out too.
constexpr const char* drop_constraints_sql = R"(
  DO $$ DECLARE found record; BEGIN
    FOR found IN SELECT conrelid::regclass AS "table", conname FROM pg_constraint
                  WHERE connamespace = 'public'::regnamespace AND conislocal AND conrelid <> 0 AND contype <> 't'
                  ORDER BY contype <> 'f' LOOP
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', found."table", found.conname);
    END LOOP;
    FOR found IN SELECT attrelid::regclass AS "table", attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
                  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                    AND attnum > 0 AND attnotnull AND attidentity = '' AND NOT attisdropped LOOP
      EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', found."table", found.attname);
    END LOOP;
  END $$)";

class row_security_test : public testing::Test {
 protected:
  void SetUp() override {
    test::run_sql(database.access().engine, "SELECT roll_inbound_keys(20000)");  // partitions of every day
  }

  names list(const std::string& sql) const {
    const auto rows = test::run_sql(database.superuser(), sql);
    names found;
    for (int i = 0; i < PQntuples(rows.get()); ++i) found.emplace_back(field(rows, i, 0));
    return found;
  }
  names tenant_tables() const { return list(tenant_tables_sql); }
  static std::string key_of(const std::string& table) { return table == "businesses" ? "id" : "business_id"; }

  test::test_database database = test::fresh_database();
};

TEST_F(row_security_test, is_enabled_and_forced_on_every_tenant_table) {
  ASSERT_THAT(tenant_tables(), testing::Not(IsEmpty()));
  EXPECT_THAT(list(R"(
    SELECT relname FROM pg_class c
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity)
       AND (relname = 'businesses' OR EXISTS (SELECT FROM pg_attribute
            WHERE attrelid = c.oid AND attname = 'business_id' AND NOT attisdropped)))"),
              IsEmpty());
}

TEST_F(row_security_test, every_tenant_table_has_a_policy_for_engine_and_tenant_and_none_for_all) {
  auto tables = tenant_tables();
  tables.emplace_back("businesses");
  for (const auto& table : tables)
    for (const auto* role : {"sellavie_engine", "sellavie_tenant"})
      EXPECT_THAT(
          list(
              "SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND cmd = 'ALL' AND tablename = '" +
              table + "' AND '" + role + "' = ANY (roles)"),
          testing::SizeIs(1))
          << table << " for " << role;
  EXPECT_THAT(list("SELECT tablename FROM pg_policies WHERE 'public' = ANY (roles)"), IsEmpty());
}

TEST_F(row_security_test, the_tables_without_a_business_are_the_listed_ones) {
  const auto found = list(R"(
    SELECT relname FROM pg_class c
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
       AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'business_id' AND NOT attisdropped))");
  EXPECT_EQ(std::set<std::string>(found.begin(), found.end()), global_tables);
}

TEST_F(row_security_test, no_view_reads_past_the_policies) {
  EXPECT_THAT(list(R"(
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
       AND (relkind = 'm' OR relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)))"),
              IsEmpty());
}

TEST_F(row_security_test,
       functions_that_run_as_their_owner_are_closed_to_the_public_and_fix_their_search_path) {
  EXPECT_THAT(list(R"(
    SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
       AND (proconfig IS NULL OR NOT proconfig::text LIKE '%search_path=%'
            OR EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0)))"),
              IsEmpty());
}

TEST_F(row_security_test, the_tenant_has_no_right_on_other_global_tables) {
  for (const auto& table : global_tables) {
    if (table == "businesses") continue;
    for (const auto* right : {"SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"})
      EXPECT_THAT(list("SELECT 1 WHERE has_table_privilege('sellavie_tenant', 'public." + table + "', '" +
                       right + "')"),
                  IsEmpty())
          << table << " " << right;
  }
}

TEST_F(row_security_test, nobody_but_the_owner_may_truncate_or_touch_the_migrations) {
  EXPECT_THAT(list(R"(
    SELECT relname FROM pg_class, aclexplode(relacl) WHERE relnamespace = 'public'::regnamespace AND grantee <> relowner
       AND (privilege_type IN ('TRUNCATE', 'TRIGGER', 'REFERENCES') OR relname = 'schema_migrations'))"),
              IsEmpty());
}

TEST_F(row_security_test, references_between_tenant_rows_include_the_business) {
  // Both tables have business_id: it is a column of the key, and refers to business_id.
  EXPECT_THAT(list(R"(
    SELECT format('%s.%s', conrelid::regclass, conname) FROM pg_constraint f
      JOIN pg_attribute mine ON mine.attrelid = conrelid AND mine.attname = 'business_id'
      JOIN pg_attribute theirs ON theirs.attrelid = confrelid AND theirs.attname = 'business_id'
     WHERE contype = 'f' AND connamespace = 'public'::regnamespace
       AND NOT EXISTS (SELECT FROM unnest(conkey, confkey) AS pair (here, there)
                        WHERE here = mine.attnum AND there = theirs.attnum))"),
              IsEmpty());
}

TEST_F(row_security_test, references_to_the_business_start_at_business_id) {
  EXPECT_THAT(list(R"(
    SELECT format('%s.%s', conrelid::regclass, conname) FROM pg_constraint
      JOIN pg_attribute mine ON mine.attrelid = conrelid AND mine.attnum = conkey[1]
     WHERE contype = 'f' AND confrelid = 'businesses'::regclass AND (mine.attname <> 'business_id' OR cardinality(conkey) <> 1))"),
              IsEmpty());
}

// raise_directory takes nothing from its caller: it counts two versions up, one of them of the caller's own business.
TEST_F(row_security_test, the_tenant_runs_no_function_that_runs_as_its_owner_but_the_one_that_was_reviewed) {
  EXPECT_THAT(list(R"(
    SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
       AND has_function_privilege('sellavie_tenant', oid, 'EXECUTE'))"),
              testing::ElementsAre("raise_directory"));
}

TEST_F(row_security_test, the_tenant_writes_only_to_tables_that_are_its_own) {
  EXPECT_THAT(list(R"(
    SELECT format('%s %s', relname, privilege_type) FROM pg_class c, aclexplode(relacl)
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND grantee = 'sellavie_tenant'::regrole
       AND privilege_type <> 'SELECT' AND NOT EXISTS (SELECT FROM pg_attribute
           WHERE attrelid = c.oid AND attname = 'business_id' AND NOT attisdropped))"),
              IsEmpty());
}

TEST_F(row_security_test, no_role_is_superuser_or_passes_row_security) {
  EXPECT_THAT(
      list(
          "SELECT rolname FROM pg_roles WHERE rolname IN ('sellavie_owner', 'sellavie_engine', 'sellavie_tenant') "
          "AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)"),
      IsEmpty());
  const auto checked = check_roles(database.access());
  EXPECT_TRUE(checked) << test::why(checked);
}

/// One row of each business in every tenant table; the tenant may do everything that policies allow.
class two_businesses_test : public row_security_test {
 protected:
  void SetUp() override {
    row_security_test::SetUp();
    tables = tenant_tables();
    tables.emplace_back("businesses");
    std::string setup = "SET session_replication_role = replica;";
    setup += drop_constraints_sql +
             std::string{
                 ";GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO sellavie_tenant;"};
    for (const auto& table : tables)
      if (!is_partition(table))
        for (const auto* business : {one_business, other_business}) setup += insertion(table, business) + ";";
    test::run_sql(database.superuser(), setup);
  }

  bool is_partition(const std::string& table) const {
    return !list("SELECT 1 FROM pg_class WHERE oid = 'public." + table + "'::regclass AND relispartition")
                .empty();
  }
  static std::string insertion(const std::string& table, const std::string& business) {
    return "INSERT INTO " + table + " (" + key_of(table) + ") VALUES ('" + business + "')";
  }
  static std::string businesses_in(const std::string& table) {
    return "SELECT coalesce(string_agg(" + key_of(table) + "::text, ',' ORDER BY " + key_of(table) +
           "), 'none') FROM " + table;
  }
  static std::string as_business(const std::string& business) {
    return "SET app.business_id = '" + business + "';";
  }
  std::string seen(const database_role& role, const std::string& sql) const {
    return std::string{field(test::run_sql(role, sql), 0, 0)};
  }

  names tables;
};

TEST_F(two_businesses_test, the_tenant_without_a_business_sees_nothing) {
  for (const auto& table : tables) {
    EXPECT_EQ(seen(database.access().tenant, businesses_in(table)), "none") << table;
    EXPECT_EQ(
        seen(database.access().tenant, "BEGIN; SET LOCAL app.business_id = '" + std::string{one_business} +
                                           "'; COMMIT;" + businesses_in(table)),
        "none")
        << table << " after SET LOCAL";
  }
}

TEST_F(two_businesses_test, the_tenant_sees_its_own_rows_only_and_the_engine_all) {
  const auto both = std::string{one_business} + "," + other_business;
  for (const auto& table : tables) {
    if (is_partition(table)) continue;
    EXPECT_EQ(seen(database.access().tenant, as_business(other_business) + businesses_in(table)),
              other_business)
        << table;
    EXPECT_EQ(seen(database.access().engine, businesses_in(table)), both) << table;
  }
}

TEST_F(two_businesses_test, the_tenant_reaches_no_row_of_another_business_whatever_it_asks) {
  const auto tenant = open_pq(database.access().tenant, "test").value();
  ASSERT_TRUE(execute(*tenant, as_business(one_business)));
  const auto touched = [&](const std::string& sql) {
    const auto done = execute(*tenant, sql);
    EXPECT_TRUE(done) << sql << ": " << test::why(done);
    return done ? std::string{PQcmdTuples(done->get())} : "an error";
  };
  for (const auto& table : tables) {
    if (is_partition(table)) continue;
    const auto of_bola = table + " WHERE " + key_of(table) + " = '" + other_business + "'";
    EXPECT_EQ(touched("SELECT FROM " + of_bola), "0") << table;
    EXPECT_EQ(touched("SELECT FROM " + of_bola + " FOR UPDATE"), "0") << table;
    EXPECT_EQ(touched("UPDATE " + table + " SET " + key_of(table) + " = " + key_of(table) + " WHERE " +
                      key_of(table) + " = '" + other_business + "'"),
              "0")
        << table;
    EXPECT_EQ(touched("DELETE FROM " + of_bola), "0") << table;
    EXPECT_EQ(touched("SELECT FROM " + table), "1") << table;
  }
}

TEST_F(two_businesses_test, partitions_are_closed_too) {
  for (const auto& table : tables) {
    if (!is_partition(table)) continue;
    EXPECT_EQ(seen(database.access().tenant, as_business(one_business) + "SELECT count(*) FROM " + table +
                                                 " WHERE " + key_of(table) + " <> '" + one_business + "'"),
              "0")
        << table;
  }
}

TEST_F(two_businesses_test, the_tenant_cannot_write_or_move_rows_into_another_business) {
  const auto tenant = open_pq(database.access().tenant, "test").value();
  ASSERT_TRUE(execute(*tenant, as_business(one_business)));
  for (const auto& table : tables) {
    if (is_partition(table)) continue;
    const auto inserted = execute(*tenant, insertion(table, other_business));
    ASSERT_TRUE(inserted.has_error()) << table;
    EXPECT_THAT(inserted.error().detail, testing::HasSubstr("row-level security")) << table;
    const auto moved =
        execute(*tenant, "UPDATE " + table + " SET " + key_of(table) + " = '" + other_business + "'");
    ASSERT_TRUE(moved.has_error()) << table;
    EXPECT_THAT(moved.error().detail, testing::HasSubstr("row-level security")) << table;
    EXPECT_TRUE(execute(*tenant, "DELETE FROM " + table)) << table;
    EXPECT_EQ(seen(database.access().engine, businesses_in(table)), other_business) << table;
  }
}

}  // namespace
}  // namespace sellavie::storage
