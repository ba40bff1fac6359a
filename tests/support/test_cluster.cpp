#include "tests/support/test_cluster.hpp"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <iostream>
#include <optional>
#include <stdexcept>

#include "storage/process.hpp"
#include "storage/roles.hpp"

#ifdef __SANITIZE_ADDRESS__
/// libpqxx 6.4 leaks the result of a statement whose connection was lost.
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx\n"; }
#endif

namespace sellavie::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* template_name = "template_migrated";
/// In memory where there is room: a test's database is a thousand files.
const std::string& cluster_prefix() {
  static const std::string prefix = [] {
    constexpr std::uintmax_t enough = std::uintmax_t{2} << 30;
    std::error_code failed;
    const auto room = fs::space("/dev/shm", failed);
    const bool fits = !failed && room.available >= enough && ::access("/dev/shm", W_OK) == 0;
    return std::string{fits ? "/dev/shm" : "/tmp"} + "/sellavie-cluster-";
  }();
  return prefix;
}

/// Folders of test processes that were killed: named by their pid.
void sweep_dead_folders() {
  const fs::path prefix{cluster_prefix()};
  const auto start = prefix.filename().string();
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{prefix.parent_path(), ignored}) {
    const auto name = entry.path().filename().string();
    pid_t owner = 0;
    if (!name.starts_with(start)) continue;
    std::from_chars(name.data() + start.size(), name.data() + name.size(), owner);
    if (owner > 1 && !storage::is_running(owner)) fs::remove_all(entry.path(), ignored);
  }
}

storage::embedded_options options_for(const fs::path& folder) {
  storage::embedded_options options;
  options.data_dir = folder;
  options.dies_with_us = true;
  const char* safe = std::getenv("SELLAVIE_TEST_FSYNC");
  if (safe == nullptr || std::string_view{safe} != "1")
    options.settings = {
        {"fsync", "off"}, {"full_page_writes", "off"}, {"synchronous_commit", "off"}, {"autovacuum", "off"}};
  return options;
}

/// The cluster ends before its folder goes.
struct shared_cluster {
  temporary_folder folder{cluster_prefix() + std::to_string(::getpid()) + "-"};
  storage::embedded_postgres server = storage::embedded_postgres::start(options_for(folder.path())).value();
};

void create_database(const std::string& name, const std::string& from) {
  const auto superuser = test_cluster().bootstrap();
  run_sql(superuser, "CREATE DATABASE " + name + " OWNER sellavie_owner TEMPLATE " + from);
  run_sql(superuser, "REVOKE ALL ON DATABASE " + name + " FROM PUBLIC; GRANT CONNECT ON DATABASE " + name +
                         " TO sellavie_engine, sellavie_tenant");
}

std::string next_name() {
  static int count = 0;
  return "test_" + std::to_string(++count);
}

void ensure_template() {
  static bool made = false;
  if (made) return;
  run_sql(test_cluster().bootstrap(), std::string{"DROP DATABASE IF EXISTS "} + template_name);
  create_database(template_name, "template0");
  const auto owner = test_cluster().role(storage::owner_role, template_name);
  (void)storage::migrate(owner, storage::embedded_migrations(), instant_from_ms(0)).value();
  made = true;
}

}  // namespace

storage::embedded_postgres& test_cluster() {
  static shared_cluster shared = [] {
    sweep_dead_folders();
    return shared_cluster{};
  }();
  return shared.server;
}

storage::pg_result run_sql(const storage::database_role& role, const std::string& sql) {
  const auto connection = storage::open_pq(role, "test").value();
  return storage::execute(*connection, sql).value();
}

test_database::test_database(std::string name) : name_{std::move(name)} {}
test_database::test_database(test_database&& other) noexcept : name_{std::exchange(other.name_, {})} {}

test_database::~test_database() {
  if (name_.empty()) return;
  try {
    run_sql(test_cluster().bootstrap(), "DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception& failure) {
    std::cerr << "cannot drop " << name_ << ": " << failure.what() << '\n';
  }
}

test_database fresh_database() {
  ensure_template();
  test_database database{next_name()};
  create_database(database.name(), template_name);
  return database;
}

test_database empty_database() {
  test_database database{next_name()};
  create_database(database.name(), "template0");
  return database;
}

temporary_folder::temporary_folder(const std::string& prefix) {
  auto name = prefix + "XXXXXX";
  if (::mkdtemp(name.data()) == nullptr || ::chmod(name.c_str(), 0711) != 0)
    throw std::runtime_error{"cannot make " + name};
  path_ = name;
}

temporary_folder::~temporary_folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace sellavie::test
