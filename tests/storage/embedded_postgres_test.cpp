#include "storage/embedded_postgres.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <fstream>
#include <future>
#include <thread>

#include "storage/process.hpp"
#include "tests/support/test_cluster.hpp"

namespace sellavie::storage {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::run_sql;
using testing::AllOf;
using testing::HasSubstr;

class embedded_postgres_test : public testing::Test {
 protected:
  embedded_options options() {
    embedded_options chosen;
    chosen.data_dir = folder.path() / "data";
    chosen.settings = {{"fsync", "off"}};
    chosen.start_timeout = 60s;
    chosen.stop_timeout = 20s;
    chosen.dies_with_us = true;
    chosen.log = [this](std::string_view line) { said.emplace_back(line); };
    return chosen;
  }
  fs::path cluster_path(const char* name) { return folder.path() / "data" / "postgres" / name; }
  static std::string value(const database_role& role, const std::string& sql) {
    return std::string{field(run_sql(role, sql), 0, 0)};
  }
  static void write(const fs::path& file, const std::string& text) { std::ofstream{file} << text; }
  std::string refusal(embedded_options given) {
    const auto outcome = embedded_postgres::start(std::move(given));
    return outcome ? "it started" : outcome.error().detail;
  }
  std::vector<std::string> files_in_root() {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator{folder.path() / "data" / "postgres"})
      found.push_back(entry.path().filename());
    return found;
  }

  test::temporary_folder folder;
  std::vector<std::string> said;
};

TEST_F(embedded_postgres_test, serves_three_roles_over_a_socket_only_with_checksums) {
  auto server = embedded_postgres::start(options()).value();
  EXPECT_EQ(value(server.access().owner, "SELECT current_user"), "sellavie_owner");
  EXPECT_EQ(value(server.access().engine, "SELECT current_user"), "sellavie_engine");
  EXPECT_EQ(value(server.access().tenant, "SELECT current_user"), "sellavie_tenant");
  const auto setting = [&](const std::string& name) { return value(server.bootstrap(), "SHOW " + name); };
  EXPECT_EQ(setting("listen_addresses"), "");
  EXPECT_EQ(setting("data_checksums"), "on");
  EXPECT_EQ(setting("server_encoding"), "UTF8");
  EXPECT_EQ(setting("idle_in_transaction_session_timeout"), "30s");
  EXPECT_THAT(setting("lc_collate"), testing::AnyOf("C.UTF-8", "C"));
  EXPECT_FALSE(server.is_adopted());
}

TEST_F(embedded_postgres_test, keeps_the_data_and_the_operators_settings_over_a_restart) {
  {
    auto server = embedded_postgres::start(options()).value();
    run_sql(server.access().owner, "CREATE TABLE kept AS SELECT 7 AS n");
    ASSERT_TRUE(server.stop());
    EXPECT_FALSE(server.is_alive());
    EXPECT_TRUE(server.stop()) << "again";
  }
  write(cluster_path("custom.conf"), "max_connections = 33\n");
  ASSERT_EQ(::chmod(cluster_path("custom.conf").c_str(), 0644), 0);
  auto server = embedded_postgres::start(options()).value();
  EXPECT_EQ(value(server.access().owner, "SELECT n FROM kept"), "7");
  EXPECT_EQ(value(server.bootstrap(), "SHOW max_connections"), "33");
}

TEST_F(embedded_postgres_test, runs_apart_from_us_with_nothing_of_ours_open) {
  const int secret =
      ::open((folder.path() / "secret").c_str(), O_RDWR | O_CREAT, 0600);  // without close-on-exec
  auto server = embedded_postgres::start(options()).value();
  EXPECT_EQ(::getsid(server.pid()), server.pid());
  for (const auto& entry : fs::directory_iterator{"/proc/" + std::to_string(server.pid()) + "/fd"})
    EXPECT_THAT(fs::read_symlink(entry).string(), testing::Not(HasSubstr("secret")));
  struct stat process {};
  ASSERT_EQ(::stat(("/proc/" + std::to_string(server.pid())).c_str(), &process), 0);
  EXPECT_NE(process.st_uid, 0U);
  ::close(secret);
}

TEST_F(embedded_postgres_test, lets_no_other_user_in) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
  auto server = embedded_postgres::start(options()).value();
  const auto socket = cluster_path("socket").string();
  const std::vector<std::string> psql{"/usr/bin/psql", "-h",   socket,    "-U", "sellavie_engine", "-d",
                                      "sellavie",      "-Atc", "SELECT 1"};
  const auto stranger = run({psql, find_user("nobody").value(), false}, 10s).value();
  EXPECT_NE(stranger.status, 0);
  EXPECT_THAT(stranger.output, HasSubstr("Permission denied"));
  EXPECT_EQ(run({psql, find_user("postgres").value(), false}, 10s).value().output, "1\n");
}

TEST_F(embedded_postgres_test, a_second_server_is_refused_and_a_tool_joins) {
  auto server = embedded_postgres::start(options()).value();
  auto second = options();
  second.lock_patience = 50ms;
  EXPECT_THAT(refusal(second),
              AllOf(HasSubstr("another sellavie uses"), HasSubstr("process " + std::to_string(::getpid()))));

  auto tool_options = options();
  tool_options.use = cluster_use::tool;
  auto tool = embedded_postgres::start(tool_options).value();
  EXPECT_EQ(tool.pid(), server.pid());
  EXPECT_EQ(value(tool.access().owner, "SELECT 1"), "1");
  EXPECT_TRUE(tool.stop());
  EXPECT_TRUE(server.is_alive());

  ASSERT_TRUE(server.stop());
  auto alone = embedded_postgres::start(tool_options).value();
  EXPECT_EQ(value(alone.access().owner, "SELECT 1"), "1");
}

/// Another process that starts the cluster, leaves a transaction open and waits to be killed.
pid_t start_server_process(embedded_options options) {
  std::array<int, 2> ready{};
  if (::pipe(ready.data()) != 0) return -1;
  const pid_t child = ::fork();
  if (child == 0) {
    options.dies_with_us = false;
    options.log = nullptr;
    auto server = embedded_postgres::start(std::move(options)).value();
    run_sql(server.access().engine, "SELECT 1");
    run_sql(server.access().owner, "CREATE TABLE kept AS SELECT 7 AS n");
    const auto open = open_pq(server.access().owner, "former").value();
    (void)execute(*open, "BEGIN").value();
    (void)execute(*open, "INSERT INTO kept VALUES (8)").value();
    if (::write(ready[1], "x", 1) != 1) ::_exit(1);
    while (true) ::pause();
  }
  ::close(ready[1]);
  char told = 0;
  const bool is_up = ::read(ready[0], &told, 1) == 1;
  ::close(ready[0]);
  return is_up ? child : -1;
}

TEST_F(embedded_postgres_test, adopts_what_a_killed_server_left_and_ends_its_sessions) {
  const pid_t former = start_server_process(options());
  ASSERT_GT(former, 0);
  ::kill(former, SIGKILL);
  ::waitpid(former, nullptr, 0);

  auto server = embedded_postgres::start(options()).value();
  EXPECT_TRUE(server.is_adopted());
  EXPECT_THAT(said, testing::Contains(HasSubstr("adopting the database")));
  EXPECT_EQ(
      value(server.bootstrap(), "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'former'"),
      "0");
  EXPECT_EQ(value(server.access().owner, "SELECT string_agg(n::text, ',') FROM kept"), "7");
  ASSERT_TRUE(server.stop());
  EXPECT_FALSE(server.is_alive());
}

TEST_F(embedded_postgres_test, ends_a_postmaster_left_behind_that_hangs_and_starts_its_own_with_the_data) {
  const pid_t owner = start_server_process(options());
  ASSERT_GT(owner, 0);
  std::ifstream record{cluster_path("cluster") / "postmaster.pid"};
  pid_t orphan = 0;
  record >> orphan;
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  ASSERT_EQ(::kill(orphan, SIGSTOP), 0);

  auto hurried = options();
  hurried.start_timeout = 8s;
  hurried.stop_timeout = 1s;
  auto server = embedded_postgres::start(hurried);
  ASSERT_TRUE(server) << test::why(server);
  EXPECT_FALSE(is_running(orphan));
  EXPECT_FALSE(server.value().is_adopted());
  EXPECT_NE(server.value().pid(), orphan);
  EXPECT_THAT(said, testing::Contains(HasSubstr("does not answer as it should: restarting it")));
  EXPECT_THAT(said, testing::Contains(HasSubstr("hangs: killing it")));
  EXPECT_EQ(value(server.value().access().owner, "SELECT string_agg(n::text, ',') FROM kept"), "7");
}

TEST_F(embedded_postgres_test, recovers_after_the_postmaster_was_killed) {
  auto server = embedded_postgres::start(options()).value();
  run_sql(server.access().owner, "CREATE TABLE kept AS SELECT 7 AS n");
  ::kill(server.pid(), SIGKILL);
  ASSERT_TRUE(wait_for_end(server.pid(), 10s));
  EXPECT_FALSE(server.is_alive());
  ASSERT_TRUE(server.stop());
  auto again = embedded_postgres::start(options()).value();
  EXPECT_FALSE(again.is_adopted());
  EXPECT_EQ(value(again.access().owner, "SELECT n FROM kept"), "7");
}

/// A query that does not look up while it runs, so that its backend outlives the postmaster.
pg_connection start_endless_query(const database_role& role) {
  auto busy = open_pq(role, "busy").value();
  EXPECT_EQ(PQsendQuery(busy.get(), "SELECT count(*) FROM generate_series(1, 1000000000000)"), 1);
  const auto running =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'busy' AND state = 'active'";
  for (int i = 0; i < 500 && field(run_sql(role, running), 0, 0) != "1"; ++i)
    std::this_thread::sleep_for(10ms);
  return busy;
}

TEST_F(embedded_postgres_test, revives_a_killed_postmaster_once_its_last_backend_is_ended) {
  auto server = embedded_postgres::start(options()).value();
  run_sql(server.access().owner, "CREATE TABLE kept AS SELECT 7 AS n");
  EXPECT_FALSE(server.revive().value()) << "it lives";
  const auto busy = start_endless_query(server.access().owner);
  const pid_t backend = PQbackendPID(busy.get());
  const pid_t former = server.pid();
  ::kill(former, SIGKILL);
  ASSERT_TRUE(wait_for_end(former, 10s));
  ASSERT_TRUE(is_running(backend));

  const auto revived = server.revive();
  ASSERT_TRUE(revived) << test::why(revived);
  EXPECT_TRUE(revived.value());
  EXPECT_FALSE(is_running(backend));
  EXPECT_NE(server.pid(), former);
  EXPECT_EQ(value(server.access().owner, "SELECT n FROM kept"), "7");
  EXPECT_THAT(said, testing::Contains(HasSubstr("is dead: starting it again")));
  ASSERT_TRUE(server.stop());
  EXPECT_FALSE(server.is_alive());
  EXPECT_EQ(server.revive().error().code, errc::unavailable) << "not after a stop";
}

TEST_F(embedded_postgres_test, revives_one_that_it_had_adopted) {
  const pid_t owner = start_server_process(options());
  ASSERT_GT(owner, 0);
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  auto server = embedded_postgres::start(options()).value();
  ASSERT_TRUE(server.is_adopted());
  ::kill(server.pid(), SIGKILL);
  ASSERT_TRUE(wait_for_end(server.pid(), 10s));
  EXPECT_TRUE(server.revive().value());
  EXPECT_FALSE(server.is_adopted());
  EXPECT_EQ(value(server.access().owner, "SELECT n FROM kept"), "7");
}

TEST_F(embedded_postgres_test, a_tool_that_joined_revives_nothing) {
  auto server = embedded_postgres::start(options()).value();
  auto tool_options = options();
  tool_options.use = cluster_use::tool;
  auto tool = embedded_postgres::start(tool_options).value();
  ::kill(server.pid(), SIGKILL);
  ASSERT_TRUE(wait_for_end(server.pid(), 10s));
  EXPECT_FALSE(tool.revive().value());
  EXPECT_FALSE(server.is_alive());
}

TEST_F(embedded_postgres_test, a_stop_ends_a_revival_that_is_under_way) {
  std::atomic<bool> told = false;
  auto chosen = options();
  chosen.log = [&](std::string_view line) { told = told || line.find("is dead") != line.npos; };
  auto server = embedded_postgres::start(chosen).value();
  const auto busy = start_endless_query(server.access().owner);
  ::kill(server.pid(), SIGKILL);
  ASSERT_TRUE(wait_for_end(server.pid(), 10s));
  // It waits for the backend, which computes on.
  auto revival = std::async(std::launch::async, [&] { return server.revive(); });
  for (int i = 0; i < 500 && !told; ++i) std::this_thread::sleep_for(10ms);
  ASSERT_TRUE(server.stop());
  EXPECT_EQ(revival.get().error().code, errc::unavailable);
  EXPECT_TRUE(is_running(PQbackendPID(busy.get()))) << "it was not waited for";
  ::kill(PQbackendPID(busy.get()), SIGQUIT);
  EXPECT_TRUE(embedded_postgres::start(options()).value().stop()) << "the next start recovers";
}

TEST_F(embedded_postgres_test, a_pid_file_that_names_a_stranger_does_not_stop_a_start) {
  auto server = embedded_postgres::start(options()).value();
  std::ifstream record{cluster_path("cluster") / "postmaster.pid"};
  std::string own_pid;
  std::string rest;
  std::getline(record, own_pid);
  std::getline(record, rest, '\0');
  ASSERT_TRUE(server.stop());

  // The same user's, as after a restart of a container: PostgreSQL alone would refuse.
  command stranger{{"/usr/bin/sleep", "60"}, {}, true};
  if (::geteuid() == 0) stranger.as = find_user("postgres").value();
  const auto sleeper = spawn(stranger, 2).value();
  for (const auto& file :
       {cluster_path("cluster") / "postmaster.pid", cluster_path("socket") / ".s.PGSQL.5432.lock"}) {
    write(file, std::to_string(sleeper) + "\n" + rest);
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  }
  auto again = embedded_postgres::start(options());
  EXPECT_TRUE(again) << test::why(again);
  EXPECT_TRUE(is_running(sleeper)) << "a stranger's process is left alone";
  ::kill(sleeper, SIGKILL);
  EXPECT_TRUE(wait_for_end(sleeper, 5s));
}

TEST_F(embedded_postgres_test, says_what_to_do_about_data_of_another_version) {
  ASSERT_TRUE(embedded_postgres::start(options()).value().stop());
  write(cluster_path("cluster") / "PG_VERSION", "13\n");
  EXPECT_THAT(refusal(options()), AllOf(HasSubstr("was made by PostgreSQL 13, 1"),
                                        HasSubstr("run pg_upgrade"), HasSubstr("database.url")));
}

TEST_F(embedded_postgres_test, says_which_folder_bars_the_database_user) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root runs the database as somebody else";
  const test::temporary_folder closed{"/root/sellavie-test-"};
  struct stat home {};
  ASSERT_EQ(::stat("/root", &home), 0);
  if ((home.st_mode & 0001) != 0) GTEST_SKIP() << "/root is open here";
  auto chosen = options();
  chosen.data_dir = closed.path() / "clone" / "var";
  EXPECT_THAT(refusal(chosen),
              AllOf(HasSubstr("who may not enter /root,"), HasSubstr("Set data.dir to a folder outside it")));
  struct stat after {};
  ASSERT_EQ(::stat("/root", &after), 0);
  EXPECT_EQ(home.st_mode, after.st_mode);
}

TEST_F(embedded_postgres_test, a_failed_initdb_leaves_nothing_behind) {
  const auto programs = folder.path() / "bin";
  fs::create_directory(programs);
  write(programs / "postgres", "#!/bin/sh\necho 'postgres (PostgreSQL) 15.9'\n");
  write(programs / "initdb",
        "#!/bin/sh\nmkdir -p \"${1#--pgdata=}/base/1\"\necho 15 > \"${1#--pgdata=}/PG_VERSION\"\n"
        "echo 'initdb: error: could not write: No space left on device' >&2\nexit 1\n");
  for (const auto* name : {"postgres", "initdb"}) ASSERT_EQ(::chmod((programs / name).c_str(), 0755), 0);
  auto chosen = options();
  chosen.postgres_bin_dir = programs;
  EXPECT_THAT(refusal(chosen), AllOf(HasSubstr("initdb failed, nothing was left behind"),
                                     HasSubstr("No space left on device")));
  EXPECT_THAT(files_in_root(), testing::UnorderedElementsAre("lock", "socket"));
  EXPECT_TRUE(embedded_postgres::start(options()).value().stop()) << "with room again";
}

TEST_F(embedded_postgres_test, a_start_that_fails_says_what_the_server_said) {
  auto chosen = options();
  chosen.settings.emplace_back("shared_buffers", "many");
  EXPECT_THAT(refusal(chosen),
              AllOf(HasSubstr("PostgreSQL ended while starting"), HasSubstr("shared_buffers")));
  EXPECT_TRUE(embedded_postgres::start(options()).value().stop()) << "repaired";
}

TEST_F(embedded_postgres_test, does_not_take_a_strange_folder_for_a_cluster) {
  fs::create_directories(cluster_path("cluster"));
  EXPECT_THAT(refusal(options()), HasSubstr("holds no PostgreSQL data"));
}

TEST_F(embedded_postgres_test, follows_no_link_in_the_socket_folders_place) {
  fs::create_directories(cluster_path("socket").parent_path());
  fs::create_directory(folder.path() / "elsewhere");
  fs::create_symlink(folder.path() / "elsewhere", cluster_path("socket"));
  EXPECT_THAT(refusal(options()), HasSubstr("not a plain folder"));
}

TEST_F(embedded_postgres_test, finds_a_short_socket_path_for_a_long_data_dir) {
  auto chosen = options();
  chosen.data_dir = folder.path() / std::string(90, 'x') / "with space, comma and 'quote'";
  ASSERT_TRUE(fs::create_directories(chosen.data_dir.parent_path()));
  ASSERT_EQ(::chmod(chosen.data_dir.parent_path().c_str(), 0755), 0);
  auto server = embedded_postgres::start(chosen).value();
  const auto socket = value(server.bootstrap(), "SHOW unix_socket_directories");
  EXPECT_THAT(socket, HasSubstr("/sellavie-"));
  EXPECT_EQ(value(server.access().tenant, "SELECT 1"), "1");
  ASSERT_TRUE(server.stop());
  EXPECT_TRUE(embedded_postgres::start(chosen).value().stop()) << "the same place again";
}

TEST_F(embedded_postgres_test, opens_a_closed_data_dir_for_the_database_user_only_as_far_as_needed) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root runs the database as somebody else";
  ASSERT_TRUE(fs::create_directory(options().data_dir));
  ASSERT_EQ(::chmod(options().data_dir.c_str(), 0700), 0);
  ASSERT_TRUE(embedded_postgres::start(options()).value().stop());
  struct stat facts {};
  ASSERT_EQ(::stat(options().data_dir.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0710U);
  EXPECT_EQ(facts.st_uid, 0U);
}

TEST_F(embedded_postgres_test, a_server_that_does_not_stop_is_stopped_harder) {
  auto chosen = options();
  chosen.stop_timeout = 0s;  // fast shutdown has no time at all
  auto server = embedded_postgres::start(chosen).value();
  run_sql(server.access().owner, "CREATE TABLE kept AS SELECT 7 AS n");
  ASSERT_TRUE(server.stop());
  EXPECT_FALSE(server.is_alive());
  EXPECT_THAT(said, testing::Contains(HasSubstr("stopping it at once")));
  auto again = embedded_postgres::start(options()).value();
  EXPECT_EQ(value(again.access().owner, "SELECT n FROM kept"), "7");
}

}  // namespace
}  // namespace sellavie::storage
