#include "storage/embedded_postgres.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fstream>
#include <mutex>
#include <optional>
#include <thread>

#include "storage/embedded_postgres_folder.hpp"
#include "storage/embedded_postgres_setup.hpp"
#include "storage/process.hpp"
#include "storage/roles.hpp"

namespace sellavie::storage {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr auto poll_every = 100ms;
/// A backend sees within moments that its postmaster is dead, unless it computes or hangs.
constexpr auto orphan_quit_after = 3s;
constexpr auto orphan_kill_after = 6s;
constexpr auto orphan_patience = 20s;
constexpr std::chrono::seconds immediate_patience = 15s;
/// Of one attempt to connect, which hangs where a postmaster does: within these libpq keeps to it.
constexpr auto least_connect = 2s;
constexpr auto longest_connect = 10s;
/// Backends whose postmaster is dead: those of the one that we started are ended, a stranger's are waited for.
enum class orphans : std::uint8_t { wait, end };
constexpr std::string_view start_application = "sellavie start";

/// What a postmaster writes about itself into PGDATA.
struct postmaster_record {
  pid_t pid = 0;
  fs::path socket;
};

std::optional<postmaster_record> read_record(const cluster_folder& folder) {
  std::ifstream file{folder.data / "postmaster.pid"};
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  if (lines.size() < 5) return std::nullopt;  // pid, folder, start, port, socket
  postmaster_record record{0, lines[4]};
  std::from_chars(lines[0].data(), lines[0].data() + lines[0].size(), record.pid);
  if (record.pid <= 1) return std::nullopt;
  return record;
}

bool contains(const std::vector<pid_t>& processes, pid_t process) {
  return std::find(processes.begin(), processes.end(), process) != processes.end();
}

std::vector<pid_t> cluster_processes(const cluster_folder& folder) {
  return processes_in(folder.data.string(), "postgres");
}

/// The record's process, if it really is this cluster's: a pid alone may have been given to another program.
std::optional<postmaster_record> live_postmaster(const cluster_folder& folder) {
  auto record = read_record(folder);
  if (record && is_running(record->pid) && contains(cluster_processes(folder), record->pid)) return record;
  return std::nullopt;
}

}  // namespace

struct embedded_postgres::running {
  embedded_options options;
  os_user user;
  cluster_folder folder;
  fs::path programs;
  folder_lock lock;
  postmaster_record postmaster;
  bool is_adopted = false;
  /// Guards all of the above once started: revive() runs on another thread than stop().
  std::mutex changing;
  /// Set before `changing` is taken, so that whoever holds it gives up.
  std::atomic<bool> is_stopping{false};

  void say(const std::string& line) const {
    if (options.log) options.log(line);
  }
  [[nodiscard]] database_role role(std::string_view name, std::string_view database) const;
  [[nodiscard]] result<void> join();
  [[nodiscard]] result<void> own();
  [[nodiscard]] result<void> configure() const;
  [[nodiscard]] result<void> adopt(postmaster_record found);
  [[nodiscard]] result<void> clear_remains(orphans what) const;
  [[nodiscard]] result<void> launch();
  [[nodiscard]] result<pg_connection> await_answer() const;
  [[nodiscard]] result<void> finish_setup(bool has_former_sessions) const;
  [[nodiscard]] result<void> shut_down();
  [[nodiscard]] result<void> not_stopping() const {
    if (is_stopping) return make_failure(errc::unavailable, "the database is being stopped");
    return {};
  }
};

database_role embedded_postgres::running::role(std::string_view name, std::string_view database) const {
  std::string conninfo = "host=" + postmaster.socket.string() + " port=" + std::to_string(socket_number) +
                         " requirepeer=" + user.name;
  conninfo += " user=" + std::string{name} + " dbname=" + std::string{database};
  return {std::move(conninfo), {}};
}

result<void> embedded_postgres::running::configure() const {
  std::vector<std::string> roles{std::string{bootstrap_role}, std::string{owner_role},
                                 std::string{engine_role}, std::string{tenant_role}};
  roles.insert(roles.end(), options.further_roles.begin(), options.further_roles.end());
  const auto us = effective_user();
  if (!us) return us.error();
  std::vector<std::string> users{us->name};
  if (user.name != us->name) users.push_back(user.name);
  return write_configuration(folder, user, {options.settings, users, roles});
}

/// A connection as superuser, once the server takes one; crash recovery may come first.
result<pg_connection> embedded_postgres::running::await_answer() const {
  const auto until = std::chrono::steady_clock::now() + options.start_timeout;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(until - std::chrono::steady_clock::now());
    const auto patience = std::clamp<std::chrono::seconds>(left, least_connect, longest_connect);
    auto superuser = role(bootstrap_role, "postgres");
    superuser.conninfo += " connect_timeout=" + std::to_string(patience.count());
    auto connection = open_pq(superuser, start_application);
    if (connection) return connection;
    if (const auto on = not_stopping(); !on) return on.error();
    if (!is_running(postmaster.pid))
      return make_failure(errc::unavailable, "PostgreSQL ended while starting: " + last_words(folder));
    if (std::chrono::steady_clock::now() >= until)
      return make_failure(errc::timed_out, "PostgreSQL does not answer: " + connection.error().detail + " " +
                                               last_words(folder));
    std::this_thread::sleep_for(poll_every);
  }
}

result<void> embedded_postgres::running::finish_setup(bool has_former_sessions) const {
  const auto superuser = await_answer();
  if (!superuser) return superuser.error();
  if (has_former_sessions)
    if (const auto ended = end_former_sessions(**superuser); !ended) return ended;
  return ensure_roles_and_database(**superuser);
}

result<void> embedded_postgres::running::adopt(postmaster_record found) {
  postmaster = std::move(found);
  say("adopting the database that a former server left running (process " + std::to_string(postmaster.pid) +
      ")");
  ::kill(postmaster.pid, SIGHUP);
  auto ready = finish_setup(true);
  is_adopted = ready.has_value();
  return ready;
}

/// Before a start: nothing may still use the data. Only then pid files that name a stranger's process go
/// (PostgreSQL itself would refuse to start); a stale socket file PostgreSQL replaces by itself.
result<void> embedded_postgres::running::clear_remains(orphans what) const {
  const auto begun = std::chrono::steady_clock::now();
  for (auto left = cluster_processes(folder); !left.empty(); left = cluster_processes(folder)) {
    if (const auto on = not_stopping(); !on) return on;
    const auto waited = std::chrono::steady_clock::now() - begun;
    if (what == orphans::end && waited >= orphan_quit_after)
      for (const pid_t orphan : left) ::kill(orphan, waited >= orphan_kill_after ? SIGKILL : SIGQUIT);
    if (waited >= orphan_patience)
      return make_failure(errc::conflict, "processes of a dead PostgreSQL still use " + folder.data.string() +
                                              ": end process " + std::to_string(left.front()));
    std::this_thread::sleep_for(poll_every);
  }
  const auto record = read_record(folder);
  if (!record) return {};
  const auto probe = "host=" + record->socket.string() + " port=" + std::to_string(socket_number);
  if (const auto answer = PQping(probe.c_str()); answer == PQPING_OK || answer == PQPING_REJECT)
    return make_failure(
        errc::conflict,
        "a PostgreSQL that this process cannot see (another container?) uses " + folder.data.string());
  std::error_code ignored;
  // Also a zombie's: nobody may have reaped a postmaster that we had adopted.
  if (::kill(record->pid, 0) != 0 && errno == ESRCH) return {};
  fs::remove(folder.data / "postmaster.pid", ignored);
  fs::remove(record->socket / (".s.PGSQL." + std::to_string(socket_number) + ".lock"), ignored);
  return {};
}

result<void> embedded_postgres::running::launch() {
  const auto path = folder.start_log();
  const int log =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (log < 0) return make_failure(errc::unavailable, "cannot write " + path.string());
  command server{{(programs / "postgres").string(), "-D", folder.data.string(), "-c",
                  "config_file=" + folder.configuration().string()},
                 {},
                 options.dies_with_us};
  if (::geteuid() == 0) server.as = user;
  const auto started = spawn(server, log);
  ::close(log);
  if (!started) return started.error();
  postmaster = {*started, folder.socket};
  auto ready = finish_setup(false);
  if (!ready) {
    // Its own reason counts more than whether it also ended well.
    [[maybe_unused]] const auto ended = shut_down();
  }
  return ready;
}

result<void> embedded_postgres::running::own() {
  auto found = find_programs(options, folder);
  if (!found) return found.error();
  programs = *std::move(found);
  if (const auto made = ensure_initialised(options, folder, programs, user); !made) return made;
  if (const auto written = configure(); !written) return written;
  if (auto left = live_postmaster(folder)) {
    if (const auto adopted = adopt(*std::move(left)); adopted) return {};
    say("the database left running does not answer as it should: restarting it");
    if (const auto ended = shut_down(); !ended) return ended;
  }
  if (const auto cleared = clear_remains(orphans::wait); !cleared) return cleared;
  return launch();
}

/// Another process owns the cluster, which may still be starting.
result<void> embedded_postgres::running::join() {
  auto record = live_postmaster(folder);
  if (!record) return make_failure(errc::unavailable, "the database that another sellavie owns is not up");
  postmaster = *std::move(record);
  is_adopted = true;
  const auto connection = open_pq(role(owner_role, "sellavie"), start_application);
  if (!connection) return connection.error();
  return {};
}

result<void> embedded_postgres::running::shut_down() {
  ::kill(postmaster.pid, SIGINT);
  if (wait_for_end(postmaster.pid, options.stop_timeout)) return {};
  say("PostgreSQL does not stop: stopping it at once, the next start recovers");
  ::kill(postmaster.pid, SIGQUIT);
  if (wait_for_end(postmaster.pid, std::clamp(options.stop_timeout, 1s, immediate_patience))) return {};
  say("PostgreSQL hangs: killing it, the next start recovers");
  ::kill(postmaster.pid, SIGKILL);
  if (wait_for_end(postmaster.pid, immediate_patience)) return {};
  return make_failure(errc::timed_out,
                      "PostgreSQL (process " + std::to_string(postmaster.pid) + ") cannot be stopped");
}

result<embedded_postgres> embedded_postgres::start(embedded_options options) {
  auto state = std::make_unique<running>();
  state->options = std::move(options);
  auto user = choose_database_user(state->options);
  if (!user) return user.error();
  state->user = *std::move(user);
  auto folder = prepare_folder(state->options.data_dir, state->user);
  if (!folder) return folder.error();
  state->folder = *std::move(folder);

  const bool is_tool = state->options.use == cluster_use::tool;
  const auto until = std::chrono::steady_clock::now() + state->options.start_timeout;
  while (true) {
    auto lock = folder_lock::take(state->folder, is_tool ? 0ms : state->options.lock_patience);
    if (lock) {
      state->lock = *std::move(lock);
      if (const auto owned = state->own(); !owned) return owned.error();
      return embedded_postgres{std::move(state)};
    }
    if (!is_tool || lock.error().code != errc::conflict) return lock.error();
    const auto joined = state->join();
    if (joined) return embedded_postgres{std::move(state)};
    if (std::chrono::steady_clock::now() >= until) return joined.error();
    std::this_thread::sleep_for(poll_every);
  }
}

embedded_postgres::embedded_postgres(std::unique_ptr<running> state) noexcept : state_{std::move(state)} {}
embedded_postgres::embedded_postgres(embedded_postgres&&) noexcept = default;

embedded_postgres& embedded_postgres::operator=(embedded_postgres&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

embedded_postgres::~embedded_postgres() {
  if (state_) [[maybe_unused]]
    const auto ended = stop();
}

database_access embedded_postgres::access(std::string_view database) const {
  return {role(owner_role, database), role(engine_role, database), role(tenant_role, database)};
}

database_role embedded_postgres::role(std::string_view name, std::string_view database) const {
  return state_->role(name, database);
}

database_role embedded_postgres::bootstrap(std::string_view database) const {
  return role(bootstrap_role, database);
}
pid_t embedded_postgres::pid() const noexcept { return state_->postmaster.pid; }
bool embedded_postgres::is_adopted() const noexcept { return state_->is_adopted; }
/// The pid alone may be another program's by now.
bool embedded_postgres::is_alive() const {
  return is_running(pid()) && contains(cluster_processes(state_->folder), pid());
}

result<bool> embedded_postgres::revive() {
  const std::lock_guard one_at_a_time{state_->changing};
  if (const auto on = state_->not_stopping(); !on) return on.error();
  if (!state_->lock.is_held()) return false;
  if (is_alive()) return false;
  if (auto other = live_postmaster(state_->folder)) {
    if (const auto adopted = state_->adopt(*std::move(other)); !adopted) return adopted.error();
    return true;
  }
  state_->say("the database's process " + std::to_string(pid()) + " is dead: starting it again");
  if (const auto cleared = state_->clear_remains(orphans::end); !cleared) return cleared.error();
  if (const auto launched = state_->launch(); !launched) return launched.error();
  state_->is_adopted = false;
  state_->say("the database is back (process " + std::to_string(pid()) + ")");
  return true;
}

result<void> embedded_postgres::stop() {
  state_->is_stopping = true;
  const std::lock_guard one_at_a_time{state_->changing};
  if (!state_->lock.is_held()) return {};
  if (is_alive())
    if (auto ended = state_->shut_down(); !ended) return ended;
  if (state_->folder.socket.parent_path() != state_->folder.root) ::rmdir(state_->folder.socket.c_str());
  state_->lock = {};
  return {};
}

}  // namespace sellavie::storage
