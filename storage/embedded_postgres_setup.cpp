#include "storage/embedded_postgres_setup.hpp"

#include <fcntl.h>
#include <locale.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <thread>

#include "storage/roles.hpp"

namespace sellavie::storage {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::array usual_users{"postgres", "sellavie", "nobody"};
constexpr const char* debian_programs = "/usr/lib/postgresql";
constexpr int lowest_major = 15;
constexpr auto session_patience = 15s;

constexpr const char* former_sessions_sql = R"(
  SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
   WHERE pid <> pg_backend_pid() AND usename IN ('sellavie_owner', 'sellavie_engine', 'sellavie_tenant'))";

std::string first_word_of(const fs::path& file) {
  std::ifstream in{file};
  std::string word;
  in >> word;
  return word;
}

/// 15 for the program "postgres (PostgreSQL) 15.14 (…)"; 0 when it cannot tell.
int major_of(const fs::path& programs) {
  const auto outcome = run({{(programs / "postgres").string(), "-V"}, {}, false}, 10s);
  if (!outcome || outcome->status != 0) return 0;
  const auto digit = outcome->output.find_first_of("0123456789");
  return digit == std::string::npos ? 0 : std::atoi(outcome->output.c_str() + digit);
}

/// Debian's folders, newest first.
std::vector<fs::path> installed_programs() {
  std::vector<std::pair<int, fs::path>> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{debian_programs, ignored})
    if (fs::exists(entry.path() / "bin" / "initdb", ignored))
      found.emplace_back(std::atoi(entry.path().filename().c_str()), entry.path() / "bin");
  std::sort(found.rbegin(), found.rend());
  std::vector<fs::path> programs;
  for (auto& [major, path] : found) programs.push_back(std::move(path));
  return programs;
}

std::vector<fs::path> candidates(const embedded_options& options) {
  if (!options.postgres_bin_dir.empty()) return {options.postgres_bin_dir};
  auto found = installed_programs();
  if (const auto told = run({{"/usr/bin/env", "pg_config", "--bindir"}, {}, false}, 10s);
      told && told->status == 0) {
    const fs::path folder{told->output.substr(0, told->output.find('\n'))};
    std::error_code ignored;
    if (fs::exists(folder / "initdb", ignored)) found.push_back(folder);
  }
  return found;
}

bool has_locale(const char* name) {
  const auto found = ::newlocale(LC_ALL_MASK, name, nullptr);
  if (found != nullptr) ::freelocale(found);
  return found != nullptr;
}

std::vector<std::string> initdb_arguments(const embedded_options& options, const fs::path& programs,
                                          const fs::path& target) {
  std::vector<std::string> arguments{(programs / "initdb").string(),
                                     "--pgdata=" + target.string(),
                                     "--username=" + std::string{bootstrap_role},
                                     "--encoding=UTF8",
                                     std::string{"--locale="} + (has_locale("C.UTF-8") ? "C.UTF-8" : "C"),
                                     "--data-checksums",
                                     "--auth-local=peer",
                                     "--auth-host=reject",
                                     "--no-instructions"};
  const bool is_throwaway =
      std::find(options.settings.begin(), options.settings.end(),
                std::pair<std::string, std::string>{"fsync", "off"}) != options.settings.end();
  if (is_throwaway) arguments.emplace_back("--no-sync");
  return arguments;
}

std::string last_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  const auto begin = text.size() > 600 ? text.size() - 600 : 0;
  return std::string{text.substr(begin)};
}

result<void> move_into_place(const fs::path& made, const cluster_folder& folder) {
  std::error_code failed;
  fs::rename(made, folder.data, failed);
  if (failed)
    return make_failure(errc::unavailable, "cannot rename " + made.string() + ": " + failed.message());
  const int root = ::open(folder.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (root >= 0) {
    ::fsync(root);
    ::close(root);
  }
  return {};
}

result<void> check_owner(const cluster_folder& folder, const os_user& user) {
  struct stat facts {};
  if (::lstat(folder.data.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode))
    return make_failure(errc::unavailable, folder.data.string() + " is not a folder");
  if (facts.st_uid == user.uid) return {};
  return make_failure(errc::forbidden,
                      folder.data.string() + " belongs to user id " + std::to_string(facts.st_uid) +
                          ", but the database would run as \"" + user.name +
                          "\": start sellavie as the user who started it before, or run: chown -R " +
                          user.name + " " + folder.data.string());
}

result<bool> exists(PGconn& connection, const char* sql, std::string_view name) {
  const auto rows = execute(connection, sql, std::array{std::string{name}});
  if (!rows) return rows.error();
  return PQntuples(rows->get()) > 0;
}

result<void> ensure_login_role(PGconn& superuser, std::string_view name) {
  const auto known = exists(superuser, "SELECT FROM pg_roles WHERE rolname = $1", name);
  if (!known) return known.error();
  if (*known) return {};
  const auto made =
      execute(superuser, "CREATE ROLE " + quoted_name(name) +
                             " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS");
  if (!made) return made.error();
  return {};
}

}  // namespace

result<os_user> choose_database_user(const embedded_options& options) {
  if (::geteuid() != 0) return effective_user();
  if (!options.run_as.empty()) {
    auto chosen = find_user(options.run_as);
    if (chosen && chosen->uid == 0)
      return make_failure(errc::invalid_value, "PostgreSQL does not run as root: name an unprivileged user");
    return chosen;
  }
  for (const auto* name : usual_users)
    if (auto found = find_user(name); found && found->uid != 0) return found;
  return make_failure(
      errc::not_found,
      "PostgreSQL does not run as root and there is no user \"postgres\": install the package "
      "postgresql, or run: useradd --system sellavie");
}

result<fs::path> find_programs(const embedded_options& options, const cluster_folder& folder) {
  const auto found = candidates(options);
  if (found.empty() || major_of(found.front()) == 0)
    return make_failure(errc::not_found,
                        "no PostgreSQL server is installed (looked in " +
                            (options.postgres_bin_dir.empty() ? std::string{debian_programs}
                                                              : options.postgres_bin_dir.string()) +
                            "): apt-get install postgresql, or set database.url");
  const auto installed = major_of(found.front());
  if (const auto of_data = first_word_of(folder.data / "PG_VERSION"); !of_data.empty()) {
    for (const auto& programs : found)
      if (std::to_string(major_of(programs)) == of_data) return programs;
    return make_failure(errc::conflict, "the data in " + folder.data.string() + " was made by PostgreSQL " +
                                            of_data + ", " + std::to_string(installed) +
                                            " is installed: run pg_upgrade, install postgresql-" + of_data +
                                            ", or set database.url to another server");
  }
  if (installed < lowest_major)
    return make_failure(errc::invalid_value,
                        "PostgreSQL 15 or newer is needed, " + std::to_string(installed) + " is installed");
  return found.front();
}

result<void> ensure_initialised(const embedded_options& options, const cluster_folder& folder,
                                const fs::path& programs, const os_user& database_user) {
  remove_leftovers(folder);
  std::error_code ignored;
  if (fs::exists(folder.data / "PG_VERSION", ignored)) return check_owner(folder, database_user);
  if (fs::exists(folder.data, ignored))
    return make_failure(errc::conflict, folder.data.string() +
                                            " is there but holds no PostgreSQL data: restore or remove it");
  if (options.log) options.log("making the database in " + folder.data.string());
  const auto target = make_initdb_folder(folder, database_user);
  if (!target) return target.error();
  command initdb{initdb_arguments(options, programs, *target), {}, false};
  if (::geteuid() == 0) initdb.as = database_user;
  const auto outcome = run(initdb, options.start_timeout);
  if (outcome && outcome->status == 0) return move_into_place(*target, folder);
  remove_leftovers(folder);
  if (!outcome) return outcome.error();
  return make_failure(errc::unavailable,
                      "initdb failed, nothing was left behind: " + last_line(outcome->output));
}

result<void> ensure_roles_and_database(PGconn& superuser) {
  for (const auto name : {owner_role, engine_role, tenant_role})
    if (const auto made = ensure_login_role(superuser, name); !made) return made.error();
  // The owner may act as the others, so that a migration can change rows under forced row security.
  if (const auto granted = execute(superuser, "GRANT sellavie_engine, sellavie_tenant TO sellavie_owner");
      !granted)
    return granted.error();
  const auto known = exists(superuser, "SELECT FROM pg_database WHERE datname = $1", "sellavie");
  if (!known) return known.error();
  if (!*known)
    if (const auto made = execute(superuser, "CREATE DATABASE sellavie OWNER sellavie_owner"); !made)
      return made.error();
  const auto closed = execute(superuser,
                              "REVOKE ALL ON DATABASE sellavie, postgres, template1 FROM PUBLIC;"
                              "GRANT CONNECT ON DATABASE sellavie TO sellavie_engine, sellavie_tenant");
  if (!closed) return closed.error();
  return {};
}

result<void> end_former_sessions(PGconn& superuser) {
  const auto until = std::chrono::steady_clock::now() + session_patience;
  while (std::chrono::steady_clock::now() < until) {
    const auto rows = execute(superuser, former_sessions_sql);
    if (!rows) return rows.error();
    if (field(*rows, 0, 0) == "0") return {};
    std::this_thread::sleep_for(20ms);
  }
  return make_failure(errc::timed_out, "sessions of the former server do not end");
}

}  // namespace sellavie::storage
