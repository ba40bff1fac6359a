#include "storage/embedded_postgres_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

namespace sellavie::storage {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// sockaddr_un holds 107 bytes and a zero; "/.s.PGSQL.5432" follows the folder.
constexpr std::size_t longest_socket_folder = 107 - 14;
constexpr std::string_view initdb_prefix = "initdb-";
constexpr std::size_t quoted_log_bytes = 2000;

// Two cores and a few hundred megabytes. Terse, because details quote rows and so customers.
constexpr std::string_view fixed_settings =
    R"(# Written by each start of sellavie. Your own settings go to custom.conf beside this file.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 128MB
work_mem = 8MB
maintenance_work_mem = 64MB
effective_cache_size = 512MB
random_page_cost = 1.1
jit = off
max_wal_size = 1GB
wal_compression = on
fsync = on
full_page_writes = on
synchronous_commit = on
idle_in_transaction_session_timeout = 30s
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
cluster_name = 'sellavie'
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_error_verbosity = terse
log_parameter_max_length_on_error = 0
log_min_error_statement = panic
log_line_prefix = '%m [%p] %u '
)";

error system_failure(const std::string& what, const fs::path& where) {
  return make_failure(errc::unavailable,
                      what + " " + where.string() + ": " + std::generic_category().message(errno));
}

/// A folder opened without following a link, so that what is checked is what is changed.
class folder_handle final {
 public:
  explicit folder_handle(const fs::path& path)
      : number_{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)} {}
  folder_handle(const folder_handle&) = delete;
  folder_handle& operator=(const folder_handle&) = delete;
  ~folder_handle() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] bool facts(struct stat& out) const noexcept {
    return number_ >= 0 && ::fstat(number_, &out) == 0;
  }
  [[nodiscard]] bool change(uid_t owner, gid_t group, mode_t mode) const noexcept {
    return ::fchown(number_, owner, group) == 0 && ::fchmod(number_, mode) == 0;
  }

 private:
  int number_;
};

/// Makes the folder, or accepts one that is ours or `owner`'s; then it has exactly this owner and mode.
result<void> own_folder(const fs::path& path, uid_t owner, gid_t group, mode_t mode) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return system_failure("cannot make", path);
  const folder_handle opened{path};
  struct stat facts {};
  if (!opened.facts(facts)) return system_failure("not a plain folder (or a link):", path);
  if (facts.st_uid != ::geteuid() && facts.st_uid != owner)
    return make_failure(errc::forbidden, path.string() + " belongs to another user (id " +
                                             std::to_string(facts.st_uid) +
                                             "): remove it or choose another data.dir");
  if (!opened.change(owner, group, mode)) return system_failure("cannot set the owner and mode of", path);
  return {};
}

bool may_enter(const fs::path& path, const os_user& user) {
  if (user.uid == ::geteuid()) return ::access(path.c_str(), X_OK) == 0;
  const auto outcome = run({{"/usr/bin/test", "-x", path.string()}, user, false}, 10s);
  return outcome && outcome->status == 0;
}

/// data.dir is ours to open for the database's user: search permission by its group, or for all when
/// the group is in use.
result<void> open_for(const fs::path& data_dir, const os_user& user) {
  const folder_handle opened{data_dir};
  struct stat facts {};
  if (!opened.facts(facts)) return system_failure("cannot open", data_dir);
  if (facts.st_uid != ::geteuid() || user.uid == ::geteuid()) return {};
  const mode_t mode = facts.st_mode & 07777;
  const bool group_is_free = (mode & 0070) == 0;
  const bool has_search = (mode & 0001) != 0 || (facts.st_gid == user.gid && (mode & 0010) != 0);
  if (has_search) return {};
  const bool done = group_is_free ? opened.change(facts.st_uid, user.gid, mode | 0010)
                                  : opened.change(facts.st_uid, facts.st_gid, mode | 0001);
  if (!done) return system_failure("cannot open for the database's user", data_dir);
  return {};
}

result<void> check_reachable(const fs::path& data_dir, const os_user& user) {
  if (may_enter(data_dir, user)) return {};
  fs::path so_far;
  for (const auto& part : data_dir) {
    so_far /= part;
    if (may_enter(so_far, user)) continue;
    return make_failure(
        errc::forbidden,
        "the database runs as user \"" + user.name + "\", who may not enter " + so_far.string() +
            ", so it cannot use " + data_dir.string() +
            ". Set data.dir to a folder outside it (for example /var/lib/sellavie), or run: chmod o+x " +
            so_far.string());
  }
  return make_failure(errc::forbidden, "user \"" + user.name + "\" may not enter " + data_dir.string());
}

std::string hash_of(std::string_view text) {
  std::uint64_t value = 14695981039346656037ULL;  // FNV-1a: a short name, not a secret
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  std::ostringstream hex;
  hex << std::hex << value;
  return hex.str();
}

/// Inside data.dir when its path is short enough: nobody else can put something there, and no
/// cleaner of /tmp removes it.
fs::path choose_socket_folder(const fs::path& root) {
  auto inside = root / "socket";
  const bool is_plain =
      inside.string().find_first_of(",\"'\\") == std::string::npos;  // libpq splits hosts at commas
  if (is_plain && inside.string().size() <= longest_socket_folder) return inside;
  const auto name = "sellavie-" + hash_of(root.string());
  if (::geteuid() == 0) return fs::path{"/run"} / name;
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  struct stat facts {};
  const bool is_usable = runtime != nullptr && runtime[0] == '/' && ::lstat(runtime, &facts) == 0 &&
                         S_ISDIR(facts.st_mode) && facts.st_uid == ::geteuid() &&
                         (facts.st_mode & 0022) == 0 &&
                         (fs::path{runtime} / name).string().size() <= longest_socket_folder;
  return is_usable ? fs::path{runtime} / name : fs::path{"/tmp"} / (name + "-" + std::to_string(::geteuid()));
}

/// New file, then rename: a start that is killed here leaves the old one whole.
result<void> write_file(const fs::path& path, std::string_view text, gid_t group) {
  const auto temporary = path.string() + ".new";
  ::unlink(temporary.c_str());
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return system_failure("cannot write", temporary);
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fchown(file, static_cast<uid_t>(-1), group) == 0 && ::fchmod(file, 0640) == 0;
  const auto reason = errno;
  ::close(file);
  errno = reason;
  if (!written || ::rename(temporary.c_str(), path.c_str()) != 0) return system_failure("cannot write", path);
  return {};
}

std::string quoted_setting(std::string_view value) {
  std::string text = "'";
  for (const char c : value) text += c == '\'' || c == '\\' ? std::string(2, c) : std::string(1, c);
  return text + "'";
}

std::string end_of(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  std::stringstream all;
  all << file.rdbuf();
  auto text = std::move(all).str();
  return text.size() > quoted_log_bytes ? text.substr(text.size() - quoted_log_bytes) : text;
}

std::optional<fs::path> newest_log(const fs::path& folder) {
  std::optional<fs::path> newest;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{folder, ignored})
    if (!newest || entry.last_write_time(ignored) > fs::last_write_time(*newest, ignored))
      newest = entry.path();
  return newest;
}

}  // namespace

result<cluster_folder> prepare_folder(const fs::path& data_dir, const os_user& database_user) {
  std::error_code failed;
  const auto absolute = fs::absolute(data_dir, failed).lexically_normal();
  const bool is_new = !fs::exists(absolute, failed);
  fs::create_directories(absolute, failed);
  if (failed)
    return make_failure(errc::unavailable,
                        "cannot make data.dir " + absolute.string() + ": " + failed.message());
  if (is_new) fs::permissions(absolute, fs::perms::owner_all, failed);
  const auto canonical = fs::canonical(absolute, failed);
  if (failed)
    return make_failure(errc::unavailable, "data.dir " + absolute.string() + ": " + failed.message());

  if (const auto opened = open_for(canonical, database_user); !opened) return opened.error();
  if (const auto reachable = check_reachable(canonical, database_user); !reachable) return reachable.error();
  cluster_folder folder{canonical / "postgres", canonical / "postgres" / "cluster", {}};
  folder.socket = choose_socket_folder(folder.root);
  // Ours, so that the database's user cannot swap what we write; it only passes through.
  if (const auto owned = own_folder(folder.root, ::geteuid(), database_user.gid, 0710); !owned)
    return owned.error();
  if (const auto owned = own_folder(folder.socket, database_user.uid, database_user.gid, 0700); !owned)
    return owned.error();
  return folder;
}

result<folder_lock> folder_lock::take(const cluster_folder& folder, std::chrono::milliseconds patience) {
  const auto path = folder.root / "lock";
  folder_lock lock;
  lock.number_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (lock.number_ < 0) return system_failure("cannot open", path);
  const auto until = std::chrono::steady_clock::now() + patience;
  while (::flock(lock.number_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return system_failure("cannot lock", path);
    if (std::chrono::steady_clock::now() >= until)
      return make_failure(errc::conflict, "another sellavie uses " + folder.root.parent_path().string() +
                                              " (process " + end_of(path) +
                                              "): stop it or choose another data.dir");
    std::this_thread::sleep_for(50ms);
  }
  const auto pid = std::to_string(::getpid());
  if (::ftruncate(lock.number_, 0) != 0 || ::pwrite(lock.number_, pid.data(), pid.size(), 0) < 0)
    return system_failure("cannot write", path);
  return lock;
}

folder_lock::~folder_lock() {
  if (number_ >= 0) ::close(number_);
}

void remove_leftovers(const cluster_folder& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{folder.root, ignored})
    if (entry.path().filename().string().starts_with(initdb_prefix)) fs::remove_all(entry.path(), ignored);
}

result<fs::path> make_initdb_folder(const cluster_folder& folder, const os_user& database_user) {
  auto name = (folder.root / (std::string{initdb_prefix} + "XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) return system_failure("cannot make a folder in", folder.root);
  if (const auto owned = own_folder(name, database_user.uid, database_user.gid, 0700); !owned)
    return owned.error();
  return fs::path{name};
}

result<void> write_configuration(const cluster_folder& folder, const os_user& database_user,
                                 const cluster_configuration& what) {
  std::string settings{fixed_settings};
  settings += "port = " + std::to_string(socket_number) + "\n";
  settings += "unix_socket_directories = " + quoted_setting(folder.socket.string()) + "\n";
  settings += "hba_file = " + quoted_setting((folder.root / "hba.conf").string()) + "\n";
  settings += "ident_file = " + quoted_setting((folder.root / "ident.conf").string()) + "\n";
  for (const auto& [key, value] : what.settings) settings += key + " = " + quoted_setting(value) + "\n";
  settings += "include_if_exists = 'custom.conf'\n";
  std::string ident;
  for (const auto& user : what.users)
    for (const auto& role : what.roles) ident += "sellavie \"" + user + "\" \"" + role + "\"\n";
  const std::array<std::pair<const char*, std::string_view>, 3> files{
      {{"hba.conf", "local all all peer map=sellavie\n"},
       {"ident.conf", ident},
       {"sellavie.conf", settings}}};
  for (const auto& [name, text] : files)
    if (const auto written = write_file(folder.root / name, text, database_user.gid); !written)
      return written.error();
  return {};
}

std::string last_words(const cluster_folder& folder) {
  auto text = end_of(folder.start_log());
  if (const auto newest = newest_log(folder.data / "log")) text += end_of(*newest);
  return text;
}

}  // namespace sellavie::storage
