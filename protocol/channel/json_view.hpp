#pragma once
// Forgiving look-ups in a simdjson document: a missing key or another type is an empty value.
// Private to protocol/channel.

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sellavie::channel {

using json = simdjson::dom::element;

[[nodiscard]] inline std::optional<json> member(json object, std::string_view key) noexcept {
  json found;
  // A key that was itself missing is a null view, which simdjson would hand to memcmp.
  if (key.empty() || !object.is_object() || object.at_key(key).get(found) != simdjson::SUCCESS)
    return std::nullopt;
  return found;
}

[[nodiscard]] inline std::string_view as_string(json value) noexcept {
  std::string_view text;
  return value.get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

[[nodiscard]] inline std::string_view string_member(json object, std::string_view key) noexcept {
  const auto found = member(object, key);
  return found ? as_string(*found) : std::string_view{};
}

/// Ids come as strings or numbers.
[[nodiscard]] inline std::string as_id(json value) {
  if (value.is_string()) return std::string{as_string(value)};
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) return std::to_string(number);
  std::uint64_t large = 0;
  if (value.get(large) == simdjson::SUCCESS) return std::to_string(large);
  return {};
}

[[nodiscard]] inline std::string id_member(json object, std::string_view key) {
  const auto found = member(object, key);
  return found ? as_id(*found) : std::string{};
}

[[nodiscard]] inline bool true_member(json object, std::string_view key) noexcept {
  const auto found = member(object, key);
  bool value = false;
  return found && found->get(value) == simdjson::SUCCESS && value;
}

/// Whole numbers, also as strings.
[[nodiscard]] std::optional<std::int64_t> as_integer(json value) noexcept;
[[nodiscard]] std::optional<std::int64_t> integer_member(json object, std::string_view key) noexcept;

/// Calls `visit(element)` for each element; false if `value` is no array.
template <class Visit>
bool for_each_element(json value, Visit&& visit) {
  simdjson::dom::array array;
  if (value.get(array) != simdjson::SUCCESS) return false;
  for (const json element : array) visit(element);
  return true;
}

template <class Visit>
bool for_each_in(json object, std::string_view key, Visit&& visit) {
  const auto found = member(object, key);
  return found && for_each_element(*found, std::forward<Visit>(visit));
}

/// The element as compact JSON.
[[nodiscard]] std::string compact(json value);

}  // namespace sellavie::channel
