#pragma once
// A backup is one file: an archive of pg_dump (custom format), which pg_restore reads as it is, and two
// lines at its end: a label (JSON) and the SHA-256 of everything before it. A file without them is not
// whole. The label names keys by fingerprint, never a key.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "protocol/domain/error.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::storage {

/// Enough to say what is in a database, and to see that all of it came back.
struct row_counts {
  std::int64_t businesses = 0;
  std::int64_t accounts = 0;
  std::int64_t orders = 0;
  std::int64_t invoices = 0;

  [[nodiscard]] bool is_empty() const noexcept { return businesses == 0 && accounts == 0; }
  friend bool operator==(const row_counts&, const row_counts&) = default;
};

/// "2 businesses, 3 accounts, 14 orders, 9 invoices".
[[nodiscard]] std::string to_string(const row_counts& rows);

struct backup_label {
  instant taken_at{};
  /// How many migrations the database had.
  int schema_version = 0;
  /// Of PostgreSQL, as server_version_num says it.
  int server_version = 0;
  /// The role that owns the tables; two policies name it.
  std::string owner;
  std::vector<std::string> fernet_fingerprints;
  std::vector<std::string> jwt_fingerprints;
  row_counts rows;
  /// A server used the database then, and went on when it had been taken.
  bool was_serving = false;

  friend bool operator==(const backup_label&, const backup_label&) = default;
};

/// A file beside the final one, mode 0600, that becomes it only when it is whole; removed otherwise.
class unfinished_backup final {
 public:
  /// `conflict` when there is a file of that name; `unique` keeps two backups apart.
  [[nodiscard]] static result<unfinished_backup> make(const std::filesystem::path& file,
                                                      const std::string& unique);
  unfinished_backup(unfinished_backup&& other) noexcept;
  unfinished_backup& operator=(unfinished_backup&&) = delete;
  ~unfinished_backup();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// After the archive was written: label, digest, fsync, rename. The size in bytes.
  [[nodiscard]] result<std::uintmax_t> finish(const backup_label& label);

 private:
  unfinished_backup(std::filesystem::path path, std::filesystem::path file);
  std::filesystem::path path_;
  std::filesystem::path file_;
};

/// Reads all of the file. `malformed`: it is no backup, not a whole one, or damaged.
[[nodiscard]] result<backup_label> read_backup_label(const std::filesystem::path& file);

}  // namespace sellavie::storage
