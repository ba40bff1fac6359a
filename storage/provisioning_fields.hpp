#pragma once
// Reads the fields of a JSON object and lists what is wrong with them; inside of provisioning_file.
// Problems name the field, and quote values only of choices, ids and names: never a secret.

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/provisioning_file.hpp"

namespace sellavie::storage {

using nlohmann::json;
using names = std::initializer_list<std::string_view>;

inline constexpr std::size_t longest_name = 200;

[[nodiscard]] std::string in_quotes(std::string_view text);

/// Reads the fields of one JSON object; `where` names it in problems ("products[3].").
class object_reader {
 public:
  object_reader(const json& object, std::string where, int line, std::vector<provisioning_problem>& problems)
      : object_{object}, where_{std::move(where)}, line_{line}, problems_{problems} {}

  void problem(std::string_view field, const std::string& what, std::string remedy) {
    problems_.push_back({line_, where_ + std::string{field} + ": " + what, std::move(remedy)});
  }
  void allow_only(names known);
  [[nodiscard]] const json* find(std::string_view field) const;
  [[nodiscard]] const json* find_array(std::string_view field,
                                       std::size_t most = std::numeric_limits<std::size_t>::max());
  std::string required(std::string_view field, std::size_t most);
  std::string optional(std::string_view field, std::size_t most, std::string otherwise = {});
  /// As required(), without spaces and letters beyond ASCII: an id, a token.
  std::string token(std::string_view field, std::size_t most);
  std::string choice(std::string_view field, names allowed, std::string otherwise = {});
  std::int64_t amount(std::string_view field, std::int64_t most);
  std::vector<std::string> tokens(std::string_view field, std::size_t most_items, std::size_t most);
  [[nodiscard]] object_reader inside(const json& object, std::string_view field, std::size_t index) const {
    return {object, where_ + std::string{field} + "[" + std::to_string(index) + "].", line_, problems_};
  }
  [[nodiscard]] object_reader inside(const json& object, std::string_view field) const {
    return {object, where_ + std::string{field} + ".", line_, problems_};
  }
  /// Calls `each(reader)` for each object of an array.
  template <class Each>
  void for_objects(std::string_view field, Each each);

 private:
  std::string text_of(std::string_view field, const json& value, std::size_t most);

  const json& object_;
  std::string where_;
  int line_;
  std::vector<provisioning_problem>& problems_;
};

template <class Each>
void object_reader::for_objects(std::string_view field, Each each) {
  const json* values = find_array(field);
  if (values == nullptr) return;
  for (std::size_t i = 0; i < values->size(); ++i) {
    auto reader = inside((*values)[i], field, i);
    if ((*values)[i].is_object()) each(reader);
    else reader.problem("", "is not an object", "write it as { … }");
  }
}

}  // namespace sellavie::storage
