// Backups: everything comes back as it was, in a database like a new one, with nothing left to be done twice.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "storage/backup/dump.hpp"
#include "storage/backup/postgres_programs.hpp"
#include "storage/backup/restore.hpp"
#include "storage/housekeeping.hpp"
#include "storage/incarnation.hpp"
#include "storage/process.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class backup_test : public spine_test {
 protected:
  result<backup_made> take(std::span<const migration> migrations = embedded_migrations()) {
    return take_backup(database.access().owner, migrations, {file, "1", noon});
  }
  restore_wish wish() {
    restore_wish wanted;
    wanted.file = file;
    wanted.label = read_backup_label(file).value();
    wanted.now = noon + 1h;
    return wanted;
  }
  result<restored> put_back(const restore_wish& wanted) {
    return restore_backup(target.access().owner, embedded_migrations(), wanted, ids);
  }
  restored came_back() {
    const auto done = put_back(wish());
    EXPECT_TRUE(done) << test::why(done);
    return done ? *done : restored{};
  }
  std::string there(const std::string& query) const {
    return std::string{field(test::run_sql(target.superuser(), query), 0, 0)};
  }
  void arrange(const std::string& statements) const { test::run_sql(database.superuser(), statements); }
  /// Without partitions of days, and without what differs from run to run.
  static std::vector<std::string> schema_of(const test::test_database& of) {
    const auto connection = open_pq(of.superuser(), "test").value();
    const auto programs = find_backup_programs(PQserverVersion(connection.get())).value();
    command dump{{(programs / "pg_dump").string(), "--schema-only", "--exclude-table=inbound_keys_2*"},
                 {},
                 true,
                 environment_of(*connection)};
    const auto said = run(dump, 60s).value();
    EXPECT_EQ(said.status, 0) << said.output;
    std::istringstream in{said.output};
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);)
      if (!line.starts_with("--") && !line.starts_with("\\") && !line.empty()) lines.push_back(line);
    return lines;
  }

  test::temporary_folder folder;
  fs::path file = folder.path() / "shop.backup";
  test::test_database target = test::empty_database();
  counting_ids ids;
};

TEST_F(backup_test, a_restored_schema_is_a_new_databases_to_the_letter) {
  ASSERT_TRUE(take());
  came_back();
  EXPECT_EQ(schema_of(target), schema_of(test::fresh_database()));
}

TEST_F(backup_test, rows_of_every_spelling_come_back) {
  const std::string strange =
      R"('a' || chr(9) || 'b' || chr(10) || E'\\.' || chr(10) || E'\\restrict x' || chr(10) || 'COPY x FROM stdin;' || chr(13) || 'ọjà ₦ 🧵' || repeat('x', 3000000))";
  arrange(
      "INSERT INTO messages (conversation_id, id, business_id, direction, origin, state, body, provider_time, created_at) "
      "VALUES (" +
      quote(chat) + ", gen_random_uuid(), " + quote(ada) + ", 0, 0, 0, " + strange + ", 0, 0), (" +
      quote(chat) + ", gen_random_uuid(), " + quote(ada) + ", 0, 0, 0, '', 0, 0)");
  const std::string digest = "SELECT string_agg(md5(body), ',' ORDER BY length(body)) FROM messages";
  const auto before = std::string{field(test::run_sql(database.superuser(), digest), 0, 0)};
  ASSERT_TRUE(take());
  came_back();
  EXPECT_EQ(there(digest), before);
}

TEST_F(backup_test, the_tenant_role_sees_its_own_rows_only) {
  arrange(
      "INSERT INTO businesses (id, key, name, currency, timezone, created_at) VALUES "
      "('00000000-0000-7000-8000-0000000000ff', 'other', 'Other', 'NGN', 'Africa/Lagos', 0)");
  ASSERT_TRUE(take());
  came_back();
  const auto seen = test::run_sql(target.access().tenant, "SET app.business_id = " + quote(ada) +
                                                              "; SELECT count(*), min(key) FROM businesses");
  EXPECT_EQ(field(seen, 0, 0), "1");
  EXPECT_EQ(field(seen, 0, 1), "ada");
  EXPECT_EQ(field(test::run_sql(target.access().tenant, "SELECT count(*) FROM businesses"), 0, 0), "0");
  EXPECT_EQ(field(test::run_sql(target.access().owner, "SELECT count(*) FROM businesses"), 0, 0), "2");
}

TEST_F(backup_test, an_older_schema_is_migrated_forward) {
  const auto all = embedded_migrations();
  const auto former = all.first(all.size() - 1);
  const auto old = test::empty_database();
  ASSERT_TRUE(migrate(old.access().owner, former, noon));
  const auto made = take_backup(old.access().owner, former, {file, "1", noon});
  ASSERT_TRUE(made) << test::why(made);
  EXPECT_EQ(made->label.schema_version, static_cast<int>(former.size()));
  const auto outcome = came_back();
  EXPECT_EQ(outcome.migrated, 1);
  EXPECT_EQ(schema_of(target), schema_of(test::fresh_database()));
}

TEST_F(backup_test, a_newer_schema_is_refused_by_backup_and_restore) {
  ASSERT_TRUE(take());
  auto wanted = wish();
  const auto older = embedded_migrations().first(2);
  const auto done = restore_backup(target.access().owner, older, wanted, ids);
  ASSERT_TRUE(done.has_error());
  EXPECT_EQ(done.error().code, errc::invalid_value);
  EXPECT_THAT(done.error().detail, HasSubstr("made by a newer sellavie"));
  fs::remove(file);
  EXPECT_EQ(take(older).error().code, errc::conflict);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST_F(backup_test, what_was_open_is_settled_and_told_once_a_chat_and_business) {
  arrange(
      "INSERT INTO outbox (id, business_id, connection_id, conversation_id, recipient, origin, epoch, state, due_at, created_at, body) "
      "SELECT ('00000000-0000-7000-8000-00000000aa0' || s)::uuid, " +
      quote(ada) + "," + quote(page) + "," + quote(chat) +
      ", 'psid-1', 1, 1, s, 0, 0, '{}' FROM generate_series(1, 4) s;"
      "INSERT INTO messages (conversation_id, id, business_id, direction, origin, state, body, provider_time, created_at) "
      "SELECT conversation_id, id, business_id, 1, 1, state, 'x', 0, 0 FROM outbox;"
      "INSERT INTO turns (conversation_id, turn_id, business_id, state, deliveries, epoch, inbox_ids, plan, started_at) VALUES (" +
      quote(chat) + ", gen_random_uuid(), " + quote(ada) +
      ", 0, 1, 1, '{1}', '{}', 0);"
      "INSERT INTO inbound_events (id, business_id, connection_id, accepted_at, lane, payload) VALUES "
      "(1," +
      quote(ada) + "," + quote(page) + ", 0, 1, 'sealed'), (2," + quote(ada) + "," + quote(page) +
      ", 0, 1, 'sealed');"
      "INSERT INTO accounts (id, email, password_hash, created_at) VALUES (" +
      quote(ada) +
      ", 'a@example.com', 'x', 0);"
      "INSERT INTO sessions (id, account_id, created_at, last_used_at, expires_at) VALUES (gen_random_uuid(), " +
      quote(ada) +
      ", 0, 0, 99);"
      "INSERT INTO password_resets VALUES ('x', " +
      quote(ada) +
      ", 0, 99);"
      "INSERT INTO mails (id, recipient, kind, letter, created_at, expires_at, due_at, claimed_by) VALUES "
      "(gen_random_uuid(), 'a@example.com', 'welcome', 'sealed', 0, 99, 0, 1);"
      "INSERT INTO jobs (id, business_id, kind, priority, state, due_at, claimed_by, claimed_until, created_at, payload, error_codes, "
      "error_times) VALUES (gen_random_uuid(), " +
      quote(ada) + ", 'invoice.mail', 1, 2, 0, 1, 0, 0, '{}', '{no_answer}', '{5}'), (gen_random_uuid(), " +
      quote(ada) + ", 'invoice.mail', 1, 0, 0, NULL, NULL, 0, '{}', '{}', '{}')");
  const auto epoch = std::stoll(
      std::string{field(test::run_sql(database.superuser(), "SELECT epoch FROM conversations"), 0, 0)});
  ASSERT_TRUE(take());
  const auto settled = came_back().settled;
  EXPECT_EQ(settled.replies, 4);
  EXPECT_EQ(settled.plans, 1);
  EXPECT_EQ(settled.deliveries, 2);
  EXPECT_EQ(settled.mails, 1);
  EXPECT_EQ(settled.jobs, 2);
  EXPECT_EQ(settled.sessions, 1);
  EXPECT_EQ(settled.tasks, 2);
  EXPECT_EQ(there("SELECT count(*) FROM outbox"), "0");
  EXPECT_EQ(there("SELECT count(*) FROM inbound_events"), "0");
  EXPECT_EQ(there("SELECT count(*) FROM parked_events WHERE payload = 'sealed'"), "2");
  EXPECT_EQ(there("SELECT string_agg(state::text, '') FROM messages WHERE direction = 1"), "8888");
  EXPECT_EQ(there("SELECT state || ' ' || outcome || ' ' || (plan IS NULL) FROM turns"), "1 4 true");
  EXPECT_EQ(there("SELECT epoch FROM conversations"), std::to_string(epoch + 1));
  EXPECT_EQ(there("SELECT count(*) FROM password_resets"), "0");
  EXPECT_EQ(there("SELECT letter || '|' || (dead_at IS NOT NULL) FROM mails"), "|true");
  EXPECT_EQ(there("SELECT count(*) FROM jobs"), "0");
  EXPECT_EQ(
      there("SELECT string_agg(error_codes::text, ' ' ORDER BY cardinality(error_codes)) FROM dead_jobs"),
      "{restored} {no_answer,restored}");
  EXPECT_EQ(there("SELECT revoked_why FROM sessions"), "restored");
  EXPECT_EQ(
      there(
          "SELECT string_agg(kind || ':' || (conversation_id IS NOT NULL), ',' ORDER BY kind) FROM person_tasks"),
      "parked:false,unconfirmed:true");
  EXPECT_THAT(there("SELECT reason FROM person_tasks WHERE kind = 'unconfirmed'"),
              HasSubstr("4 replies and an answer"));
}

TEST_F(backup_test, resuming_leaves_open_work_to_the_next_start) {
  arrange(
      "INSERT INTO inbound_events (id, business_id, connection_id, accepted_at, lane, payload) VALUES (1," +
      quote(ada) + "," + quote(page) + ", 0, 1, 'sealed')");
  ASSERT_TRUE(take());
  auto wanted = wish();
  wanted.resume = true;
  wanted.label.was_serving = false;
  const auto done = put_back(wanted);
  ASSERT_TRUE(done) << test::why(done);
  EXPECT_EQ(done->settled.tasks, 0);
  EXPECT_EQ(there("SELECT count(*) FROM inbound_events"), "1");
  wanted.label.was_serving = true;
  EXPECT_EQ(check_fits(wanted, embedded_migrations()).error().code, errc::invalid_value);
}

// A new table that queues work or holds a token that is used once belongs into storage/backup/aftermath.
TEST_F(backup_test, every_table_of_open_work_or_tokens_has_its_place_in_the_aftermath) {
  const std::set<std::string> settled{"outbox", "inbound_events", "mails",       "password_resets",
                                      "turns",  "refresh_tokens", "invitations", "product_imports",
                                      "jobs",   "dead_jobs"};
  // The wish for an account that was made since: its token makes it again, with the password that goes with it.
  // A delivery whose job is buried dies with the next housekeeping: a person retries the job, or replays it.
  const std::set<std::string> harmless{"sign_ups", "webhook_deliveries"};
  const auto rows = test::run_sql(
      database.superuser(),
      "SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = 'public' "
      "AND column_name IN ('due_at', 'claimed_by', 'attempts', 'token_hash', 'inbox_ids', 'deaths')");
  std::vector<std::string> unknown;
  for (int i = 0; i < PQntuples(rows.get()); ++i) {
    std::string name{field(rows, i, 0)};
    if (!settled.contains(name) && !harmless.contains(name)) unknown.push_back(std::move(name));
  }
  EXPECT_THAT(unknown, IsEmpty());
}

TEST_F(backup_test, the_next_incarnation_is_above_all_that_were) {
  ASSERT_TRUE(take());
  test::run_sql(target.access().owner, "SELECT 1");
  ASSERT_TRUE(migrate(target.access().owner, embedded_migrations(), noon));
  test::run_sql(target.superuser(), "SELECT setval('nodes_incarnation_seq', 7000000)");
  came_back();
  EXPECT_EQ(there("SELECT count(*) FROM nodes WHERE alive"), "0");
  const auto connection = open_pqxx(target.access().engine, application_name_of("node")).value();
  const auto begun = begin_incarnation(*connection, {"node", noon, noon, 5s}, ids);
  ASSERT_TRUE(begun) << test::why(begun);
  EXPECT_GT(begun->incarnation, 7'100'000);
}

TEST_F(backup_test, rows_are_replaced_only_on_demand_and_strange_tables_never) {
  ASSERT_TRUE(take());
  came_back();
  const auto again = put_back(wish());
  ASSERT_TRUE(again.has_error());
  EXPECT_EQ(again.error().code, errc::forbidden);
  EXPECT_THAT(
      again.error().detail,
      HasSubstr("holds 1 business, 0 accounts, 0 orders, 0 invoices: nothing was changed. --replace"));
  auto wanted = wish();
  wanted.may_replace = true;
  const auto replaced = put_back(wanted);
  ASSERT_TRUE(replaced) << test::why(replaced);
  EXPECT_EQ(replaced->replaced.businesses, 1);
  test::run_sql(target.superuser(), "DROP TABLE schema_migrations");
  const auto strange = put_back(wanted);
  ASSERT_TRUE(strange.has_error());
  EXPECT_THAT(strange.error().detail, HasSubstr("tables that are not sellavie's"));
}

TEST_F(backup_test, a_restore_that_fails_changes_nothing) {
  ASSERT_TRUE(take());
  came_back();
  auto wanted = wish();
  wanted.may_replace = true;
  wanted.label.rows.orders = 5;
  EXPECT_EQ(put_back(wanted).error().code, errc::malformed);
  EXPECT_EQ(there("SELECT count(*) FROM businesses"), "1");
  // A session that was closed in the middle of its work ends a moment later.
  const std::string others =
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
      "AND backend_type = 'client backend'";
  for (int i = 0; i < 500 && there(others) != "0"; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  // Half of the archive: pg_restore itself gives up.
  fs::resize_file(file, fs::file_size(file) / 2);
  const auto half = put_back(wanted);
  ASSERT_TRUE(half.has_error());
  EXPECT_THAT(half.error().detail, HasSubstr("pg_restore"));
  EXPECT_EQ(there("SELECT count(*) FROM businesses"), "1");
}

TEST_F(backup_test, whoever_is_connected_or_migrates_keeps_a_restore_out) {
  ASSERT_TRUE(take());
  {
    const auto server = open_pq(target.access().engine, "sellavie/node").value();
    const auto done = put_back(wish());
    ASSERT_TRUE(done.has_error());
    EXPECT_EQ(done.error().code, errc::conflict);
    EXPECT_THAT(done.error().detail, HasSubstr("a server uses the database"));
  }
  {
    const auto migrating = open_pq(target.access().owner, "sellavie migrate").value();
    bool is_locked = false;
    // The refused restore's own session may still be ending.
    for (int i = 0; i < 250 && !is_locked; ++i) {
      is_locked = try_lock_schema(*migrating).value();
      if (!is_locked) std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    ASSERT_TRUE(is_locked);
    const auto done = put_back(wish());
    ASSERT_TRUE(done.has_error());
    EXPECT_THAT(done.error().detail, HasSubstr("a server starts on the database"));
  }
}

TEST_F(backup_test, a_table_whose_rows_the_owner_cannot_see_is_a_refusal_not_a_gap) {
  arrange(
      "CREATE TABLE hidden (id int); ALTER TABLE hidden OWNER TO sellavie_owner; ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;"
      "ALTER TABLE hidden FORCE ROW LEVEL SECURITY; CREATE POLICY few ON hidden USING (id > 1)");
  const auto made = take();
  ASSERT_TRUE(made.has_error());
  EXPECT_EQ(made.error().code, errc::forbidden);
  EXPECT_THAT(made.error().detail, HasSubstr("hides rows of the table \"hidden\""));
  arrange("CREATE POLICY all_of_it ON hidden TO sellavie_engine USING (true)");
  EXPECT_TRUE(take());
  fs::remove(file);
  arrange("CREATE POLICY less ON hidden AS RESTRICTIVE USING (id > 1)");
  EXPECT_EQ(take().error().code, errc::forbidden);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST_F(backup_test, the_partitions_of_keys_are_not_rolled_under_a_backup) {
  const auto connection = engine();
  const housekeeping later{*connection, incarnation, instant{std::chrono::days{today + 2}}};
  const auto partitions = [this] { return count("pg_inherits WHERE inhparent = 'inbound_keys'::regclass"); };
  const auto before = partitions();
  {
    const auto backup = open_pq(database.access().owner, "sellavie backup").value();
    ASSERT_TRUE(execute(*backup, "SELECT pg_advisory_lock_shared(1936027753, 2)"));
    EXPECT_TRUE(roll_inbound_keys(later));
    EXPECT_EQ(partitions(), before);
  }
  // The lock goes with its session, a moment after we closed it.
  for (int i = 0; i < 100 && partitions() == before; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    EXPECT_TRUE(roll_inbound_keys(later));
  }
  EXPECT_EQ(partitions(), before + 2);
}

TEST_F(backup_test, a_file_has_its_name_when_it_is_whole_and_only_then) {
  {
    const auto unfinished = unfinished_backup::make(file, "x");
    ASSERT_TRUE(unfinished) << test::why(unfinished);
    EXPECT_FALSE(fs::exists(file));
    EXPECT_EQ(fs::status(unfinished->path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
  auto late = unfinished_backup::make(file, "x");
  ASSERT_TRUE(late);
  std::ofstream{file} << "somebody was first";
  EXPECT_EQ(late->finish({}).error().code, errc::conflict);
  EXPECT_EQ(fs::file_size(file), 18U);
}

}  // namespace
}  // namespace sellavie::storage
