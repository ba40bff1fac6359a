#pragma once
// Reads the configuration: defaults, then the TOML file, then SELLAVIE_<SECTION>_<KEY> from the
// environment. Never throws and never stops at the first mistake: all problems come back at once.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"

namespace sellavie::config {

using environment = std::map<std::string, std::string>;

/// The process's own environment.
[[nodiscard]] environment current_environment();

/// One thing that is wrong. Holds no secret.
struct problem {
  std::string key;
  std::string what;
  std::string advice;

  friend bool operator==(const problem&, const problem&) = default;
};

/// "http.listen: is not an address (…); write for example 127.0.0.1:8080"
[[nodiscard]] std::string to_line(const problem& found);

/// `values` may be used only if is_valid().
struct [[nodiscard]] loaded {
  settings values;
  std::vector<problem> problems;
  /// Not wrong, but the operator should know (no public_url, no model, …).
  std::vector<std::string> warnings;

  [[nodiscard]] bool is_valid() const noexcept { return problems.empty(); }
};

/// An empty path means that there is no file.
[[nodiscard]] loaded load(const std::filesystem::path& file, const environment& variables);
/// The same from text; `origin` names it in the problems.
[[nodiscard]] loaded load_text(std::string_view toml, std::string_view origin, const environment& variables);

/// What `check-config` prints: the problems, then the warnings, then a verdict.
[[nodiscard]] std::string render_report(const loaded& outcome);

}  // namespace sellavie::config
