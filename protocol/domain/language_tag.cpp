#include "protocol/domain/language_tag.hpp"

#include <algorithm>

#include "protocol/domain/ascii.hpp"

namespace sellavie {
namespace {

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool letters(std::string_view part, std::size_t shortest, std::size_t longest) noexcept {
  return part.size() >= shortest && part.size() <= longest &&
         std::all_of(part.begin(), part.end(), is_letter);
}

bool is_script(std::string_view part) noexcept { return letters(part, 4, 4); }
bool is_region(std::string_view part) noexcept {
  return letters(part, 2, 2) || (part.size() == 3 && std::all_of(part.begin(), part.end(), is_digit));
}
bool is_variant(std::string_view part) noexcept {
  const bool fits = (part.size() >= 5 && part.size() <= 8) || (part.size() == 4 && is_digit(part.front()));
  return fits && std::all_of(part.begin(), part.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

/// Takes the first part off `rest`; nothing follows a hyphen at its end, which is no part.
std::string_view take_part(std::string_view& rest) noexcept {
  const auto part = rest.substr(0, rest.find('-'));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return part;
}

}  // namespace

bool is_language_tag(std::string_view text) noexcept {
  if (text.size() > longest_language_tag || text.ends_with('-')) return false;
  auto rest = text;
  if (!letters(take_part(rest), 2, 3)) return false;
  auto part = take_part(rest);
  const auto next = [&] { part = rest.empty() ? std::string_view{} : take_part(rest); };
  if (text.find('-') == std::string_view::npos) return true;
  if (is_script(part)) next();
  if (is_region(part)) next();
  while (is_variant(part)) next();
  return part.empty() && rest.empty() && text.find("--") == std::string_view::npos;
}

}  // namespace sellavie
