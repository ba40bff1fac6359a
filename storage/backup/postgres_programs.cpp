#include "storage/backup/postgres_programs.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <utility>

namespace sellavie::storage {
namespace {

namespace fs = std::filesystem;

constexpr const char* debian_programs = "/usr/lib/postgresql";
constexpr std::size_t quoted_bytes = 1000;

bool has_programs(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "pg_dump", ignored) && fs::exists(folder / "pg_restore", ignored);
}

std::string end_of(int file) {
  const auto size = ::lseek(file, 0, SEEK_END);
  if (size <= 0) return {};
  const auto wanted = std::min(static_cast<std::size_t>(size), quoted_bytes);
  std::string text(wanted, '\0');
  const auto got = ::pread(file, text.data(), wanted, size - static_cast<off_t>(wanted));
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

/// pg_dump guards its scripts against psql's own commands; nobody but psql knows these words.
bool is_for_psql(std::string_view line) {
  return line.starts_with("\\restrict ") || line.starts_with("\\unrestrict ");
}

}  // namespace

result<fs::path> find_backup_programs(int server_version) {
  const int wanted = server_version / 10'000;
  std::map<int, fs::path> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator{debian_programs, ignored})
    if (has_programs(entry.path() / "bin"))
      found.emplace(std::atoi(entry.path().filename().c_str()), entry.path() / "bin");
  if (const auto fitting = found.lower_bound(wanted); fitting != found.end()) return fitting->second;
  if (found.empty())
    for (const auto* folder : {"/usr/local/bin", "/usr/bin"})
      if (has_programs(folder)) return fs::path{folder};
  return make_failure(errc::not_found, "pg_dump and pg_restore of PostgreSQL " + std::to_string(wanted) +
                                           " or newer are not installed: apt-get install postgresql-client-" +
                                           std::to_string(wanted));
}

std::vector<std::string> environment_of(PGconn& connection) {
  std::vector<std::string> variables;
  const conninfo_options options{PQconninfo(&connection)};
  for (const auto* one = options.get(); one != nullptr && one->keyword != nullptr; ++one)
    if (one->envvar != nullptr && one->val != nullptr && *one->val != '\0')
      variables.push_back(std::string{one->envvar} + "=" + one->val);
  return variables;
}

result<archive_text> archive_text::open(const fs::path& programs, const fs::path& archive,
                                        const std::string& section) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    return make_failure(errc::unavailable, std::string{"cannot make a pipe: "} + std::strerror(errno));
  archive_text text;
  text.output_ = ends[0];
  text.complaints_ = ::memfd_create("complaints", MFD_CLOEXEC);
  command reader{{(programs / "pg_restore").string(), "--file=-", "--section=" + section, "--no-owner",
                  fs::absolute(archive).string()},
                 {},
                 true,
                 {},
                 text.complaints_};
  const auto started = spawn(reader, ends[1]);
  ::close(ends[1]);
  if (!started) return started.error();
  text.process_ = *started;
  return text;
}

archive_text::archive_text(archive_text&& other) noexcept
    : process_{std::exchange(other.process_, 0)},
      output_{std::exchange(other.output_, -1)},
      complaints_{std::exchange(other.complaints_, -1)},
      buffer_{other.buffer_},
      at_{other.at_},
      end_{other.end_} {}

archive_text::~archive_text() {
  if (output_ >= 0) ::close(output_);
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  if (complaints_ >= 0) ::close(complaints_);
}

bool archive_text::fill() {
  ssize_t count = 0;
  do count = ::read(output_, buffer_.data(), buffer_.size());
  while (count < 0 && errno == EINTR);
  at_ = 0;
  end_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  return end_ > 0;
}

bool archive_text::next(std::string& line) {
  do {
    line.clear();
    while (true) {
      if (at_ == end_ && !fill()) return !line.empty();
      const auto* begin = buffer_.data() + at_;
      const auto* stop = static_cast<const char*>(std::memchr(begin, '\n', end_ - at_));
      line.append(begin, stop == nullptr ? buffer_.data() + end_ : stop);
      at_ = stop == nullptr ? end_ : static_cast<std::size_t>(stop - buffer_.data()) + 1;
      if (stop != nullptr) break;
    }
  } while (is_for_psql(line));
  return true;
}

result<void> archive_text::finish() {
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = 0;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return make_failure(errc::malformed, "pg_restore cannot read the archive: " + end_of(complaints_));
}

}  // namespace sellavie::storage
