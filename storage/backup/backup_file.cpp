#include "storage/backup/backup_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"

namespace sellavie::storage {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view label_start = "\nsellavie-backup 1 ";
constexpr std::string_view digest_start = "sha256 ";
constexpr std::size_t digest_line = 7 + 64 + 1;
constexpr std::size_t longest_label = 65'536;
constexpr std::string_view archive_start = "PGDMP";

class descriptor final {
 public:
  explicit descriptor(int number) noexcept : number_{number} {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }

 private:
  int number_;
};

error system_failure(const std::string& what, const fs::path& file) {
  return make_failure(errc::unavailable,
                      what + " " + file.string() + ": " + std::generic_category().message(errno));
}

/// A whole file in view, without reading it into memory.
class mapped_file final {
 public:
  [[nodiscard]] static result<mapped_file> open(const fs::path& path) {
    const descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat facts {};
    if (!file.is_open() || ::fstat(file.number(), &facts) != 0) return system_failure("cannot read", path);
    if (!S_ISREG(facts.st_mode)) return make_failure(errc::malformed, path.string() + " is not a plain file");
    mapped_file seen;
    seen.size_ = static_cast<std::size_t>(facts.st_size);
    if (seen.size_ == 0) return seen;
    void* at = ::mmap(nullptr, seen.size_, PROT_READ, MAP_PRIVATE, file.number(), 0);
    if (at == MAP_FAILED) return system_failure("cannot read", path);
    seen.start_ = at;
    return seen;
  }
  mapped_file(mapped_file&& other) noexcept
      : start_{std::exchange(other.start_, nullptr)}, size_{std::exchange(other.size_, 0)} {}
  mapped_file& operator=(mapped_file&&) = delete;
  ~mapped_file() {
    if (start_ != nullptr) ::munmap(start_, size_);
  }
  [[nodiscard]] std::string_view bytes() const noexcept { return {static_cast<const char*>(start_), size_}; }

 private:
  mapped_file() = default;
  void* start_ = nullptr;
  std::size_t size_ = 0;
};

result<void> append(int file, std::string_view text, const fs::path& name) {
  while (!text.empty()) {
    const auto count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure("cannot write", name);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

fs::path folder_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : "."; }

/// Never over another file, also where the file system cannot rename without replacing.
result<void> give_name(const fs::path& from, const fs::path& to) {
  const auto taken = [&to] {
    return make_failure(errc::conflict, to.string() + " is there already: choose another name");
  };
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) return taken();
    if (errno != EINVAL) return system_failure("cannot make", to);
    if (::access(to.c_str(), F_OK) == 0) return taken();
    if (::rename(from.c_str(), to.c_str()) != 0) return system_failure("cannot make", to);
  }
  const descriptor folder{::open(folder_of(to).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder.is_open() || ::fsync(folder.number()) != 0)
    return system_failure("cannot flush the folder of", to);
  return {};
}

std::string text_of(const backup_label& label) {
  const json fields{{"taken_at_ms", to_unix_ms(label.taken_at)},
                    {"schema_version", label.schema_version},
                    {"server_version", label.server_version},
                    {"owner", label.owner},
                    {"fernet_fingerprints", label.fernet_fingerprints},
                    {"jwt_fingerprints", label.jwt_fingerprints},
                    {"businesses", label.rows.businesses},
                    {"accounts", label.rows.accounts},
                    {"orders", label.rows.orders},
                    {"invoices", label.rows.invoices},
                    {"was_serving", label.was_serving}};
  return std::string{label_start} + fields.dump() + "\n";
}

result<backup_label> parse_label(std::string_view text, const fs::path& file) {
  try {
    const auto fields = json::parse(text);
    backup_label label;
    label.taken_at = instant_from_ms(fields.at("taken_at_ms").get<std::int64_t>());
    label.schema_version = fields.at("schema_version").get<int>();
    label.server_version = fields.at("server_version").get<int>();
    label.owner = fields.at("owner").get<std::string>();
    label.fernet_fingerprints = fields.at("fernet_fingerprints").get<std::vector<std::string>>();
    label.jwt_fingerprints = fields.at("jwt_fingerprints").get<std::vector<std::string>>();
    label.rows = {fields.at("businesses").get<std::int64_t>(), fields.at("accounts").get<std::int64_t>(),
                  fields.at("orders").get<std::int64_t>(), fields.at("invoices").get<std::int64_t>()};
    label.was_serving = fields.at("was_serving").get<bool>();
    return label;
  } catch (const json::exception&) {
    return make_failure(errc::malformed, file.string() + ": its label cannot be read");
  }
}

std::string digest_of(std::string_view bytes) { return crypto::hex_encode(crypto::sha256(bytes)); }

}  // namespace

std::string to_string(const row_counts& rows) {
  const auto counted = [](std::int64_t count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
  };
  return counted(rows.businesses, "business", "businesses") + ", " +
         counted(rows.accounts, "account", "accounts") + ", " + counted(rows.orders, "order", "orders") +
         ", " + counted(rows.invoices, "invoice", "invoices");
}

unfinished_backup::unfinished_backup(fs::path path, fs::path file)
    : path_{std::move(path)}, file_{std::move(file)} {}

unfinished_backup::unfinished_backup(unfinished_backup&& other) noexcept
    : path_{std::exchange(other.path_, {})}, file_{std::exchange(other.file_, {})} {}

unfinished_backup::~unfinished_backup() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

result<unfinished_backup> unfinished_backup::make(const fs::path& file, const std::string& unique) {
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(file, ignored)))
    return make_failure(errc::conflict, file.string() + " is there already: choose another name");
  auto path = file;
  path += ".unfinished-" + unique;
  const descriptor made{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (!made.is_open()) return system_failure("cannot make", path);
  unfinished_backup backup{path, file};
  if (::fchmod(made.number(), 0600) != 0) return system_failure("cannot protect", path);
  return backup;
}

result<std::uintmax_t> unfinished_backup::finish(const backup_label& label) {
  const descriptor file{::open(path_.c_str(), O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC)};
  if (!file.is_open()) return system_failure("cannot write", path_);
  if (auto done = append(file.number(), text_of(label), path_); !done) return done.error();
  std::string digest;
  {
    const auto seen = mapped_file::open(path_);
    if (!seen) return seen.error();
    digest = digest_of(seen->bytes());
  }
  if (auto done = append(file.number(), std::string{digest_start} + digest + "\n", path_); !done)
    return done.error();
  if (::fsync(file.number()) != 0) return system_failure("cannot flush", path_);
  struct stat facts {};
  if (::fstat(file.number(), &facts) != 0) return system_failure("cannot look at", path_);
  if (auto named = give_name(path_, file_); !named) return named.error();
  path_.clear();
  return static_cast<std::uintmax_t>(facts.st_size);
}

result<backup_label> read_backup_label(const fs::path& file) {
  const auto seen = mapped_file::open(file);
  if (!seen) return seen.error();
  const auto bytes = seen->bytes();
  if (!bytes.starts_with(archive_start))
    return make_failure(errc::malformed, file.string() + " is no backup of sellavie");
  const auto body = bytes.substr(0, bytes.size() - std::min(bytes.size(), digest_line));
  const auto last = bytes.substr(body.size());
  if (last.size() != digest_line || !last.starts_with(digest_start) || !last.ends_with('\n'))
    return make_failure(errc::malformed,
                        file.string() + " is not a whole backup: its end is missing. Take another file");
  if (last.substr(digest_start.size(), 64) != digest_of(body))
    return make_failure(errc::malformed,
                        file.string() + " is damaged: it is not what was written. Take another file");
  const auto at = body.rfind(label_start);
  if (at == std::string_view::npos || body.size() - at > longest_label)
    return make_failure(
        errc::malformed,
        file.string() + " has no label that this program knows: it was made by another version");
  return parse_label(body.substr(at + label_start.size()), file);
}

}  // namespace sellavie::storage
