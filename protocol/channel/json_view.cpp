#include "protocol/channel/json_view.hpp"

#include <charconv>
#include <cmath>

namespace sellavie::channel {

std::optional<std::int64_t> as_integer(json value) noexcept {
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) return number;
  double real = 0;
  if (value.get(real) == simdjson::SUCCESS) {
    if (!(std::abs(real) < 9e15)) return std::nullopt;
    return static_cast<std::int64_t>(real);
  }
  const std::string_view text = as_string(value);
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> integer_member(json object, std::string_view key) noexcept {
  const auto found = member(object, key);
  return found ? as_integer(*found) : std::nullopt;
}

std::string compact(json value) { return simdjson::minify(value); }

}  // namespace sellavie::channel
