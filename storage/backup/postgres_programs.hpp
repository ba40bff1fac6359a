#pragma once
// PostgreSQL's own programs for backups: pg_dump, and pg_restore as the reader of an archive. Private to
// storage/backup.

#include <array>
#include <filesystem>
#include <string>

#include "storage/connect.hpp"
#include "storage/process.hpp"

namespace sellavie::storage {

/// Those of the server's version, else the oldest newer ones: pg_dump refuses a server newer than itself, and an older
/// server may not know what a newer pg_restore says.
[[nodiscard]] result<std::filesystem::path> find_backup_programs(int server_version);

/// A second connection as the same user to the same place, as environment variables: a password must not
/// stand in a list of arguments.
[[nodiscard]] std::vector<std::string> environment_of(PGconn& connection);

/// What pg_restore makes of one section of an archive, line by line. It touches no database.
class archive_text final {
 public:
  /// "pre-data", "data" or "post-data".
  [[nodiscard]] static result<archive_text> open(const std::filesystem::path& programs,
                                                 const std::filesystem::path& archive,
                                                 const std::string& section);
  archive_text(archive_text&& other) noexcept;
  archive_text& operator=(archive_text&&) = delete;
  ~archive_text();

  /// False at the end. Lines that are for psql alone are left out.
  [[nodiscard]] bool next(std::string& line);
  /// Whether that was all of it.
  [[nodiscard]] result<void> finish();

 private:
  archive_text() = default;
  [[nodiscard]] bool fill();

  pid_t process_ = 0;
  int output_ = -1;
  int complaints_ = -1;
  std::array<char, 65'536> buffer_{};
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

}  // namespace sellavie::storage
