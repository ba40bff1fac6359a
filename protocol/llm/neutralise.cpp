// Foreign text as data (R2 of prompt_builder.hpp).

#include <algorithm>
#include <array>

#include "protocol/action/clean_text.hpp"
#include "protocol/llm/prompt_builder.hpp"

namespace sellavie::llm {
namespace {

/// How lines of ours begin; a foreign line that begins so is quoted.
constexpr std::array reserved_starts = {
    std::string_view{"nonce"},    std::string_view{"open order"}, std::string_view{"catalog"},
    std::string_view{"system"},   std::string_view{"assistant"},  std::string_view{"server"},
    std::string_view{"rule"},     std::string_view{"actions"},    std::string_view{"results from the server"},
    std::string_view{"customer"}, std::string_view{"- ("},        std::string_view{"local time"}};

char32_t harmless(char32_t c) noexcept {
  switch (c) {
    case '[':
    case 0xFF3B:
    case 0x27E6:
    case 0x301A:
    case 0x2045:
    case 0x2772: return '(';
    case ']':
    case 0xFF3D:
    case 0x27E7:
    case 0x301B:
    case 0x2046:
    case 0x2773: return ')';
    default: return c;
  }
}

bool begins_reserved(std::string_view line) {
  auto from = line.find_first_not_of(" \t*_#>\"'`•");
  if (from == std::string_view::npos) return false;
  std::string start{line.substr(from, 32)};
  std::transform(start.begin(), start.end(), start.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const std::string_view lower = start;
  const auto word = lower.substr(std::min(lower.find_first_not_of("- "), lower.size()));
  return std::any_of(reserved_starts.begin(), reserved_starts.end(),
                     [&](std::string_view reserved) {
                       return lower.starts_with(reserved) || word.starts_with(reserved);
                     }) ||
         (lower.starts_with("-") && word.starts_with("("));
}

constexpr bool is_harmless(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x80 && c != '[' && c != ']' && c != '<';
}

std::string without_markup(std::string_view text, std::size_t max_bytes) {
  const auto clean = clean_text(text.substr(0, max_bytes * 2));
  std::string plain;
  plain.reserve(clean.size());
  for (std::size_t at = 0; at < clean.size();) {
    const auto from = at;
    while (at < clean.size() && is_harmless(clean[at])) ++at;
    plain.append(clean, from, at - from);
    if (at == clean.size()) break;
    const auto c = harmless(next_code_point(clean, at));
    const bool opens_tag =
        c == '<' && at < clean.size() && clean[at] != ' ' && (clean[at] < '0' || clean[at] > '9');
    append_utf8(plain, opens_tag ? 0x2039 : c);
  }
  return std::string{trimmed(utf8_prefix(trimmed(plain), max_bytes))};
}

}  // namespace

std::string inline_text(std::string_view text, std::size_t max_bytes) {
  auto line = without_markup(text, max_bytes);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

std::string neutralised(std::string_view text, std::size_t max_bytes) {
  std::string out;
  const auto plain = without_markup(text, max_bytes);
  const std::string_view body = plain;
  for (std::size_t from = 0; from <= body.size();) {
    const auto end = std::min(body.find('\n', from), body.size());
    const auto line = body.substr(from, end - from);
    if (from > 0) out.push_back('\n');
    if (begins_reserved(line)) out.append("> ");
    out.append(line);
    from = end + 1;
  }
  return out;
}

}  // namespace sellavie::llm
