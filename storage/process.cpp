#include "storage/process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

namespace sellavie::storage {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto poll_every = 10ms;
constexpr int first_free_descriptor = 10;
constexpr int report_descriptor = 3;

class descriptor final {
 public:
  explicit descriptor(int number = -1) noexcept : number_{number} {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() { close(); }

  [[nodiscard]] int number() const noexcept { return number_; }
  void close() noexcept {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

error system_failure(const std::string& what, int code) {
  return make_failure(errc::unavailable, what + ": " + std::generic_category().message(code));
}

/// A copy away from 0..3, so that the child can put its own descriptors there in any order.
int moved_up(int number) noexcept { return ::fcntl(number, F_DUPFD_CLOEXEC, first_free_descriptor); }

result<os_user> from_entry(const passwd& entry) {
  os_user user{entry.pw_name, entry.pw_uid, entry.pw_gid, {}};
  int count = 64;
  user.groups.resize(static_cast<std::size_t>(count));
  if (::getgrouplist(entry.pw_name, entry.pw_gid, user.groups.data(), &count) < 0) {
    user.groups.resize(static_cast<std::size_t>(count));
    if (::getgrouplist(entry.pw_name, entry.pw_gid, user.groups.data(), &count) < 0) count = 0;
  }
  user.groups.resize(static_cast<std::size_t>(count));
  return user;
}

/// Everything that the child needs, made before the fork: afterwards nothing may allocate.
struct prepared_child {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  const os_user* as = nullptr;
  bool dies_with_us = false;
  pid_t parent = 0;
  int input = -1;
  int output = -1;
  int complaints = -1;
  int report = -1;
};

bool drop_to(const os_user& user) noexcept {
  // Raw calls: glibc's wrappers signal the threads that the parent had.
  return ::syscall(SYS_setgroups, user.groups.size(), user.groups.data()) == 0 &&
         ::syscall(SYS_setresgid, user.gid, user.gid, user.gid) == 0 &&
         ::syscall(SYS_setresuid, user.uid, user.uid, user.uid) == 0;
}

void forget_signals() noexcept {
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) ::sigaction(number, &plain, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void keep_only_four_descriptors() noexcept {
  if (::syscall(SYS_close_range, report_descriptor + 1, ~0U, 0) == 0) return;
  for (int number = report_descriptor + 1; number < 65536; ++number) ::close(number);
}

/// `report` becomes the descriptor on which a failure can be told at that point.
bool become(const prepared_child& child, int& report) noexcept {
  ::setsid();
  forget_signals();
  if (::dup2(child.input, 0) < 0 || ::dup2(child.output, 1) < 0 || ::dup2(child.complaints, 2) < 0)
    return false;
  if (::dup3(child.report, report_descriptor, O_CLOEXEC) < 0) return false;
  report = report_descriptor;
  keep_only_four_descriptors();
  if (child.as != nullptr && !drop_to(*child.as)) return false;
  if (child.dies_with_us) {  // after the change of user, which would clear it
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (::getppid() != child.parent) ::_exit(127);
  }
  ::umask(077);
  return ::chdir("/") == 0;
}

[[noreturn]] void run_child(const prepared_child& child) noexcept {
  int report = child.report;
  if (become(child, report))
    ::execve(child.arguments.front(), child.arguments.data(), child.environment.data());
  const int reason = errno;
  [[maybe_unused]] const auto told = ::write(report, &reason, sizeof reason);
  ::_exit(127);
}

/// Signals stay blocked across the fork: a handler of ours must not run in the child.
pid_t fork_quietly(const prepared_child& child) noexcept {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t process = ::fork();
  if (process == 0) run_child(child);
  const int reason = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = reason;
  return process;
}

std::string everything_in(int file) {
  std::string text;
  std::array<char, 4096> part{};
  ::lseek(file, 0, SEEK_SET);
  for (ssize_t n = 0; (n = ::read(file, part.data(), part.size())) > 0;)
    text.append(part.data(), static_cast<std::size_t>(n));
  return text;
}

/// R, S, Z… from /proc/<pid>/stat, whose second field may hold blanks and brackets; 0 without one.
char process_state(pid_t process) {
  std::ifstream file{"/proc/" + std::to_string(process) + "/stat"};
  std::string line;
  std::getline(file, line);
  const auto bracket = line.rfind(')');
  return bracket == std::string::npos || bracket + 2 >= line.size() ? '\0' : line[bracket + 2];
}

}  // namespace

result<os_user> find_user(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> space{};
  ::getpwnam_r(name.c_str(), &entry, space.data(), space.size(), &found);
  if (found == nullptr) return make_failure(errc::not_found, "this system has no user \"" + name + "\"");
  return from_entry(*found);
}

result<os_user> effective_user() {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> space{};
  ::getpwuid_r(::geteuid(), &entry, space.data(), space.size(), &found);
  if (found == nullptr)
    return make_failure(errc::not_found,
                        "user id " + std::to_string(::geteuid()) +
                            " has no name on this system and PostgreSQL wants one: add it to /etc/passwd");
  return from_entry(*found);
}

result<pid_t> spawn(const command& what, int output) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_failure("cannot make a pipe", errno);
  descriptor reader{ends[0]};
  descriptor writer{ends[1]};
  const descriptor null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
  const descriptor input{moved_up(null.number())};
  const descriptor sink{moved_up(output)};
  const descriptor complaints{moved_up(what.complaints < 0 ? output : what.complaints)};
  descriptor report{moved_up(writer.number())};
  if (input.number() < 0 || sink.number() < 0 || complaints.number() < 0 || report.number() < 0)
    return system_failure("cannot prepare a child", errno);

  auto arguments = what.arguments;
  std::vector<std::string> environment{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C"};
  environment.insert(environment.end(), what.environment.begin(), what.environment.end());
  prepared_child child{{},
                       {},
                       what.as ? &*what.as : nullptr,
                       what.dies_with_us,
                       ::getpid(),
                       input.number(),
                       sink.number(),
                       complaints.number(),
                       report.number()};
  for (auto& argument : arguments) child.arguments.push_back(argument.data());
  child.arguments.push_back(nullptr);
  for (auto& one : environment) child.environment.push_back(one.data());
  child.environment.push_back(nullptr);

  const pid_t process = fork_quietly(child);
  if (process < 0) return system_failure("cannot fork", errno);
  writer.close();
  report.close();
  int reason = 0;
  ssize_t told = 0;
  do told = ::read(reader.number(), &reason, sizeof reason);
  while (told < 0 && errno == EINTR);
  if (told <= 0) return process;
  ::waitpid(process, nullptr, 0);
  return system_failure("cannot run " + arguments.front(), reason);
}

result<finished> run(const command& what, std::chrono::seconds limit) {
  const descriptor output{::memfd_create("output", MFD_CLOEXEC)};
  if (output.number() < 0) return system_failure("cannot keep a child's output", errno);
  const auto started = spawn(what, output.number());
  if (!started) return started.error();
  const auto until = std::chrono::steady_clock::now() + limit;
  int status = 0;
  pid_t ended = 0;
  while ((ended = ::waitpid(*started, &status, WNOHANG)) == 0 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(poll_every);
  if (ended == 0) {
    ::kill(-*started, SIGKILL);
    ::waitpid(*started, nullptr, 0);
    return make_failure(errc::timed_out,
                        what.arguments.front() + " did not end in " + std::to_string(limit.count()) + " s");
  }
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return finished{code, everything_in(output.number())};
}

bool is_running(pid_t process) noexcept {
  if (::waitpid(process, nullptr, WNOHANG) == process) return false;
  if (::kill(process, 0) != 0 && errno == ESRCH) return false;
  const char state = process_state(process);
  return state != 'Z' && state != 'X';
}

bool wait_for_end(pid_t process, std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (is_running(process)) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(poll_every);
  }
  return true;
}

std::vector<pid_t> processes_in(const std::string& folder, const std::string& program) {
  struct stat wanted {};
  std::vector<pid_t> found;
  if (::stat(folder.c_str(), &wanted) != 0) return found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{"/proc", ignored}) {
    const auto name = entry.path().filename().string();
    pid_t process = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), process);
    if (failed != std::errc{} || *end != '\0') continue;
    struct stat here {};
    if (::stat((entry.path() / "cwd").c_str(), &here) != 0) continue;
    if (here.st_dev != wanted.st_dev || here.st_ino != wanted.st_ino) continue;
    // A program replaced by an upgrade reads "postgres (deleted)".
    auto image = fs::read_symlink(entry.path() / "exe", ignored).filename().string();
    if (image == program || image == program + " (deleted)") found.push_back(process);
  }
  return found;
}

}  // namespace sellavie::storage
