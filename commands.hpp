#pragma once
// The commands beside `serve`. Each prints for a person and returns the process's exit code: 0 done,
// 1 failed, 2 the configuration or the file is wrong.

#include <filesystem>

#include "config/load.hpp"

namespace sellavie {

[[nodiscard]] int check_config(const config::loaded& configuration);
[[nodiscard]] int migrate_up(const config::settings& settings);
[[nodiscard]] int migrate_status(const config::settings& settings);
[[nodiscard]] int provision(config::settings settings, const std::filesystem::path& file);

}  // namespace sellavie
