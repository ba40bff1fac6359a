#pragma once
// The commands beside `serve`. Each prints for a person and returns the process's exit code: 0 done,
// 1 failed, 2 the configuration or the file is wrong.

#include <filesystem>
#include <functional>
#include <string>

#include "config/load.hpp"

namespace sellavie {

/// Runs the command, unless the configuration has problems: then lists them.
[[nodiscard]] int with_settings(const std::string& file, const std::function<int(config::settings)>& command);
[[nodiscard]] int check_config(const config::loaded& configuration);
[[nodiscard]] int migrate_up(const config::settings& settings);
[[nodiscard]] int migrate_status(const config::settings& settings);
/// Heads as text: "position:hash", empty: none. 0 the export holds, 1 it does not, 2 it cannot be read.
struct audit_wish {
  std::filesystem::path file;
  std::string head;
  std::string after;
};
/// Needs no configuration and no database.
[[nodiscard]] int verify_audit(const audit_wish& wish);
/// Seals every stored secret anew with the first Fernet key.
[[nodiscard]] int rotate_keys(config::settings settings);
/// For both: 0 done, 1 failed (the database is away or in use, no space), 2 the file, the keys or the options are
/// refused. Nothing was changed unless it is 0.
[[nodiscard]] int backup(const config::settings& settings, const std::filesystem::path& file);
struct restore_wish {
  std::filesystem::path file;
  /// What the database holds may go.
  bool replace = false;
  /// No server ran since the backup was taken: its open work is taken up as after a restart.
  bool resume = false;
};
[[nodiscard]] int restore(config::settings settings, const restore_wish& wish);
[[nodiscard]] int provision(config::settings settings, const std::filesystem::path& file);

}  // namespace sellavie
