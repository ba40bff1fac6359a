#include "protocol/catalogue/formula_guard.hpp"

#include <optional>

#include "protocol/channel/unicode.hpp"

namespace sellavie::catalogue {
namespace {

constexpr std::u32string_view formula_signs = U"=+-@\uFF1D\uFF0B\uFF0D\uFF20";
constexpr std::string_view tab_and_line_ends = "\t\n\r";

bool splits(char c) noexcept { return c == ';' || tab_and_line_ends.find(c) != std::string_view::npos; }

bool is_passed_over(char32_t c) noexcept {
  const bool is_control = c < 0x20 ? !splits(static_cast<char>(c)) : c >= 0x7F && c <= 0xA0;
  const bool is_wide = c == 0x1680 || c == 0x180E || (c >= 0x2000 && c <= 0x200F) ||
                       (c >= 0x2028 && c <= 0x202F) || (c >= 0x205F && c <= 0x2064) || c == 0x3000 ||
                       c == 0xFEFF;
  return is_control || is_wide || c == ' ' || c == '"';
}

/// How many apostrophes a formula at `at` has before it; none: no formula is there.
std::optional<std::size_t> apostrophes_at(std::string_view cell, std::size_t at) noexcept {
  auto next = cell.find_first_not_of('\'', at);
  if (next == std::string_view::npos) return std::nullopt;
  const auto count = next - at;
  if (at == 0 && tab_and_line_ends.find(cell[next]) != std::string_view::npos) return count;
  while (next < cell.size()) {
    const auto sign = channel::decode_at(cell, next);
    if (formula_signs.find(sign.value) != std::u32string_view::npos) return count;
    if (!is_passed_over(sign.value)) return std::nullopt;
    next += sign.size;
  }
  return std::nullopt;
}

}  // namespace

std::string guarded(std::string_view cell) {
  std::string text;
  for (std::size_t at = 0; at < cell.size(); ++at) {
    const bool may_begin = at == 0 || splits(cell[at - 1]);
    if (may_begin && apostrophes_at(cell, at)) text += '\'';
    text += cell[at];
  }
  return text;
}

std::string unguarded(std::string_view cell) {
  std::string text;
  for (std::size_t at = 0; at < cell.size(); ++at) {
    const bool may_begin = at == 0 || splits(cell[at - 1]);
    if (may_begin && apostrophes_at(cell, at).value_or(0) > 0) continue;
    text += cell[at];
  }
  return text;
}

}  // namespace sellavie::catalogue
