#include "config/keys.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <span>
#include <string_view>

#include "config/values.hpp"

namespace sellavie::config {
namespace {

namespace fs = std::filesystem;

class descriptor {
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
  return make_failure(errc::unavailable, what + " " + file.string() + ": " + std::strerror(errno));
}

result<void> fill_random(std::span<unsigned char> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto count = getrandom(bytes.data() + done, bytes.size() - done, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return make_failure(errc::unavailable, std::string{"getrandom: "} + std::strerror(errno));
    done += static_cast<std::size_t>(count);
  }
  return {};
}

std::string to_base64url(std::span<const unsigned char> bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto left = bytes.size() - i;
    const auto byte = [&](std::size_t at) { return at < left ? static_cast<unsigned>(bytes[i + at]) : 0U; };
    const unsigned group = byte(0) << 16U | byte(1) << 8U | byte(2);
    text += alphabet[group >> 18U & 63U];
    text += alphabet[group >> 12U & 63U];
    text += left > 1 ? alphabet[group >> 6U & 63U] : '=';
    text += left > 2 ? alphabet[group & 63U] : '=';
  }
  return text;
}

result<void> write_all(int file, std::string_view text, const fs::path& name) {
  while (!text.empty()) {
    const auto count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure("cannot write", name);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fsync(file) != 0) return system_failure("cannot flush", name);
  return {};
}

result<void> flush_folder(const fs::path& folder) {
  const descriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!opened.is_open() || ::fsync(opened.number()) != 0) return system_failure("cannot flush", folder);
  return {};
}

enum class existing : std::uint8_t { replace, keep };

/// With `keep`, a file that appeared meanwhile (another start) wins and errc::conflict is returned.
result<void> place_file(const fs::path& file, std::string_view text, existing policy) {
  std::array<unsigned char, 8> random{};
  if (auto filled = fill_random(random); !filled) return filled;
  auto temporary = file;
  temporary += ".new";
  for (const auto byte : random) {
    std::array<char, 3> hex{};
    std::snprintf(hex.data(), hex.size(), "%02x", static_cast<unsigned>(byte));
    temporary += hex.data();
  }
  auto placed = [&]() -> result<void> {
    const descriptor opened{
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!opened.is_open()) return system_failure("cannot make", temporary);
    if (::fchmod(opened.number(), 0600) != 0) return system_failure("cannot protect", temporary);
    if (auto written = write_all(opened.number(), text, temporary); !written) return written;
    const unsigned flags = policy == existing::keep ? RENAME_NOREPLACE : 0U;
    if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, file.c_str(), flags) == 0) return {};
    if (errno == EEXIST) return make_failure(errc::conflict, file.string() + " exists");
    return system_failure("cannot make", file);
  }();
  if (!placed) {
    ::unlink(temporary.c_str());
    return placed;
  }
  return flush_folder(file.parent_path());
}

result<std::string> read_protected(int file, const fs::path& name) {
  struct stat facts {};
  if (::fstat(file, &facts) != 0) return system_failure("cannot look at", name);
  if (!S_ISREG(facts.st_mode)) return make_failure(errc::forbidden, name.string() + " is not a plain file");
  if (facts.st_uid != ::geteuid())
    return make_failure(errc::forbidden,
                        name.string() + " belongs to another user; run as its owner or chown it");
  if ((facts.st_mode & 077U) != 0)
    return make_failure(
        errc::forbidden,
        name.string() + " can be read by others; check who had access, then run: chmod 600 " + name.string());
  std::string text;
  std::array<char, 4096> buffer{};
  while (text.size() < 65'536) {
    const auto count = ::read(file, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure("cannot read", name);
    if (count == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return make_failure(errc::too_large, name.string() + " is too large for a key file");
}

using key_parser = parsed<secret> (*)(std::string_view);

result<std::vector<secret>> parse_lines(std::string_view text, key_parser parse, const fs::path& name) {
  std::vector<secret> keys;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    auto key = parse(line);
    if (!key) return make_failure(errc::malformed, name.string() + " " + key.error().what);
    keys.push_back(*std::move(key));
  }
  if (keys.empty())
    return make_failure(errc::malformed, name.string() + " holds no key; restore it from a backup");
  return keys;
}

/// errc::not_found when there is no such file.
result<std::vector<secret>> read_keys(const fs::path& file, key_parser parse) {
  const descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!opened.is_open() && errno == ENOENT)
    return make_failure(errc::not_found, file.string() + " is missing");
  if (!opened.is_open() && errno == ELOOP)
    return make_failure(errc::forbidden, file.string() + " is a symbolic link");
  if (!opened.is_open()) return system_failure("cannot open", file);
  auto text = read_protected(opened.number(), file);
  if (!text) return text.error();
  return parse_lines(*text, parse, file);
}

result<void> make_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (!failure) return {};
  return make_failure(errc::unavailable,
                      "cannot make the data folder " + folder.string() + ": " + failure.message());
}

struct key_file {
  std::vector<secret>& keys;
  fs::path path;
  key_parser parse;
  result<std::string> (*make)();
};

/// Whether the file was made.
result<bool> ensure(key_file& file, missing_keys policy) {
  auto found = read_keys(file.path, file.parse);
  bool is_made = false;
  if (!found && found.error().code == errc::not_found && policy == missing_keys::generate) {
    auto key = file.make();
    if (!key) return key.error();
    const auto placed = place_file(file.path, *key + "\n", existing::keep);
    if (!placed && placed.error().code != errc::conflict) return placed.error();
    is_made = placed.has_value();
    found = read_keys(file.path, file.parse);
  }
  if (!found && found.error().code == errc::not_found)
    return make_failure(errc::not_found, found.error().detail +
                                             ", but the database holds data that needs it; restore the file");
  if (!found) return found.error();
  file.keys = *std::move(found);
  return is_made;
}

}  // namespace

std::string describe_made_key(const std::filesystem::path& file) {
  const bool is_push = file.filename() == push_key_file;
  return "made a new key: " + file.string() + " (keep a copy: without it " +
         (is_push ? "browsers get no messages until they subscribe again)" : "stored secrets are lost)");
}

result<std::string> make_fernet_key() {
  std::array<unsigned char, 32> random{};
  if (auto filled = fill_random(random); !filled) return filled.error();
  return to_base64url(random);
}

result<std::string> make_jwt_key() {
  std::array<unsigned char, 6> random{};
  if (auto filled = fill_random(random); !filled) return filled.error();
  auto key = make_fernet_key();
  if (!key) return key;
  return to_base64url(random) + ":" + *key;
}

result<std::vector<fs::path>> ensure_keys(security_settings& security, const fs::path& data_dir,
                                          missing_keys policy) {
  if (auto there = make_folder(data_dir); !there) return there.error();
  std::array<key_file, 2> files{
      key_file{security.fernet_keys, data_dir / fernet_key_file, parse_fernet_key, make_fernet_key},
      key_file{security.jwt_keys, data_dir / jwt_key_file, parse_jwt_key, make_jwt_key}};
  std::vector<fs::path> made;
  for (auto& file : files) {
    if (!file.keys.empty()) continue;
    const auto is_made = ensure(file, policy);
    if (!is_made) return is_made.error();
    if (*is_made) made.push_back(file.path);
  }
  return made;
}

result<std::vector<fs::path>> ensure_push_key(security_settings& security, const fs::path& data_dir) {
  std::vector<fs::path> made;
  if (!security.push_key.empty()) return made;
  if (auto there = make_folder(data_dir); !there) return there.error();
  std::vector<secret> keys;
  key_file file{keys, data_dir / push_key_file, parse_fernet_key, make_fernet_key};
  const auto is_made = ensure(file, missing_keys::generate);
  if (!is_made) return is_made.error();
  if (*is_made) made.push_back(file.path);
  security.push_key = keys.front();
  return made;
}

}  // namespace sellavie::config
