#pragma once
// A configuration from text, and its problems as the operator reads them.

#include <string>
#include <string_view>
#include <vector>

#include "config/load.hpp"

namespace sellavie::config {

inline loaded read(std::string_view toml, const environment& variables = {}) {
  return load_text(toml, "test.toml", variables);
}

inline std::vector<std::string> lines_of(const loaded& outcome) {
  std::vector<std::string> lines;
  for (const auto& found : outcome.problems) lines.push_back(to_line(found));
  return lines;
}

}  // namespace sellavie::config
