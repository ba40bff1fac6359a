#include "storage/provisioning_fields.hpp"

#include <algorithm>

namespace sellavie::storage {
namespace {

bool is_printable(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool is_graphic_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

std::string one_of(names allowed) {
  std::string text = "use one of: ";
  for (const auto name : allowed) text += (name == *allowed.begin() ? "" : ", ") + std::string{name};
  return text;
}

}  // namespace

std::string in_quotes(std::string_view text) { return "\"" + std::string{text} + "\""; }

void object_reader::allow_only(names known) {
  for (const auto& [field, value] : object_.items())
    if (std::find(known.begin(), known.end(), field) == known.end())
      problem(is_printable(field) && field.size() <= longest_name ? field : "a field", "is not known",
              "remove it or correct its name");
}

const json* object_reader::find(std::string_view field) const {
  const auto found = object_.find(std::string{field});
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

const json* object_reader::find_array(std::string_view field, std::size_t most) {
  const json* value = find(field);
  if (value == nullptr) return nullptr;
  if (value->is_array() && value->size() <= most) return value;
  if (value->is_array()) problem(field, "has too many entries", "give at most " + std::to_string(most));
  else problem(field, "is not a list", "write it as [ … ]");
  return nullptr;
}

std::string object_reader::text_of(std::string_view field, const json& value, std::size_t most) {
  if (!value.is_string()) {
    problem(field, "is not a text", "write it in quotes");
    return {};
  }
  const auto& text = value.get_ref<const std::string&>();
  if (text.empty()) problem(field, "is empty", "give a value or leave the field out");
  else if (text.size() > most)
    problem(field, "is too long", "use at most " + std::to_string(most) + " bytes");
  else if (!is_printable(text)) problem(field, "holds control characters", "remove them");
  else return text;
  return {};
}

std::string object_reader::required(std::string_view field, std::size_t most) {
  if (const json* value = find(field)) return text_of(field, *value, most);
  problem(field, "is missing", "add " + in_quotes(field));
  return {};
}

std::string object_reader::optional(std::string_view field, std::size_t most, std::string otherwise) {
  const json* value = find(field);
  return value == nullptr ? std::move(otherwise) : text_of(field, *value, most);
}

std::string object_reader::token(std::string_view field, std::size_t most) {
  auto text = required(field, most);
  if (is_graphic_ascii(text)) return text;
  problem(field, "holds spaces or letters that cannot be in it", "copy it again");
  return {};
}

std::string object_reader::choice(std::string_view field, names allowed, std::string otherwise) {
  const json* value = find(field);
  if (value == nullptr && !otherwise.empty()) return otherwise;
  auto text = required(field, longest_name);
  if (text.empty() || std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return text;
  problem(field, in_quotes(text) + " is not known", one_of(allowed));
  return {};
}

std::int64_t object_reader::amount(std::string_view field, std::int64_t most) {
  const json* value = find(field);
  if (value == nullptr) {
    problem(field, "is missing", "add " + in_quotes(field));
  } else if (!value->is_number_integer()) {
    problem(field, "is not a whole number", "write a number without point and quotes");
  } else if (value->is_number_unsigned() && value->get<std::uint64_t>() <= static_cast<std::uint64_t>(most)) {
    return value->get<std::int64_t>();
  } else {
    problem(field, "is out of range", "use 0 to " + std::to_string(most));
  }
  return 0;
}

std::vector<std::string> object_reader::tokens(std::string_view field, std::size_t most_items,
                                               std::size_t most) {
  std::vector<std::string> all;
  const json* values = find_array(field, most_items);
  if (values == nullptr) return all;
  for (const auto& value : *values) {
    auto text = text_of(field, value, most);
    if (is_graphic_ascii(text)) all.push_back(std::move(text));
    else problem(field, "holds spaces or letters that cannot be in it", "copy it again");
  }
  return all;
}

}  // namespace sellavie::storage
