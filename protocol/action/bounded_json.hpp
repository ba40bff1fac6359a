#pragma once
// JSON of foreign origin: size and depth are checked before anything is built, nothing throws.
// For sources only (here, protocol/llm, the REST bridge): it shows nlohmann's type.

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace sellavie {

/// Never throws: what is no UTF-8 is replaced.
[[nodiscard]] inline std::string text_of(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Depth of nesting outside of strings is at most `max_depth`.
[[nodiscard]] inline bool is_within_depth(std::string_view json, int max_depth) noexcept {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted) {
      if (c == '\\') ++i;
      else if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (++depth > max_depth) return false;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return true;
}

/// Empty when it is no JSON, too large or too deep.
[[nodiscard]] inline std::optional<nlohmann::json> parse_bounded(std::string_view json, std::size_t max_bytes,
                                                                 int max_depth) {
  if (json.size() > max_bytes || !is_within_depth(json, max_depth)) return std::nullopt;
  auto parsed = nlohmann::json::parse(json.begin(), json.end(), nullptr, false);
  if (parsed.is_discarded()) return std::nullopt;
  return parsed;
}

}  // namespace sellavie
