#include "protocol/action/clean_text.hpp"

#include <array>

namespace sellavie {
namespace {

constexpr unsigned char byte_at(std::string_view text, std::size_t at) noexcept {
  return static_cast<unsigned char>(text[at]);
}

constexpr bool is_continuation(unsigned char byte) noexcept { return (byte & 0xC0U) == 0x80U; }

constexpr bool in_range(char32_t value, char32_t low, char32_t high) noexcept {
  return value >= low && value <= high;
}

/// What every text mostly consists of and clean_text leaves as it is: copied in runs.
constexpr bool is_plain(char c) noexcept { return (c >= ' ' && c <= '~') || c == '\n' || c == '\t'; }

constexpr bool is_white(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

char32_t next_code_point(std::string_view text, std::size_t& at) noexcept {
  const unsigned char lead = byte_at(text, at++);
  if (lead < 0x80) return lead;
  std::size_t more = 0;
  char32_t value = 0;
  char32_t smallest = 0;
  if ((lead & 0xE0U) == 0xC0U) {
    more = 1;
    value = lead & 0x1FU;
    smallest = 0x80;
  } else if ((lead & 0xF0U) == 0xE0U) {
    more = 2;
    value = lead & 0x0FU;
    smallest = 0x800;
  } else if ((lead & 0xF8U) == 0xF0U) {
    more = 3;
    value = lead & 0x07U;
    smallest = 0x10000;
  } else return replacement_character;
  if (text.size() - at < more) return replacement_character;
  for (std::size_t i = 0; i < more; ++i) {
    if (!is_continuation(byte_at(text, at + i))) return replacement_character;
    value = (value << 6U) | (byte_at(text, at + i) & 0x3FU);
  }
  if (value < smallest || value > 0x10FFFF || in_range(value, 0xD800, 0xDFFF)) return replacement_character;
  at += more;
  return value;
}

void append_utf8(std::string& out, char32_t code_point) {
  if (code_point < 0x80) {
    out.push_back(static_cast<char>(code_point));
    return;
  }
  std::array<char, 4> bytes{};
  std::size_t count = 0;
  const auto put = [&](char32_t byte) {
    bytes[count++] = static_cast<char>(static_cast<unsigned char>(byte));
  };
  if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6U));
    put(0x80 | (code_point & 0x3FU));
  } else if (code_point < 0x10000) {
    put(0xE0 | (code_point >> 12U));
    put(0x80 | ((code_point >> 6U) & 0x3FU));
    put(0x80 | (code_point & 0x3FU));
  } else {
    put(0xF0 | (code_point >> 18U));
    put(0x80 | ((code_point >> 12U) & 0x3FU));
    put(0x80 | ((code_point >> 6U) & 0x3FU));
    put(0x80 | (code_point & 0x3FU));
  }
  out.append(bytes.data(), count);
}

bool is_hidden(char32_t c) noexcept {
  if (c == '\t' || c == '\n') return false;
  if (c < 0x20 || in_range(c, 0x7F, 0x9F)) return true;
  if (c < 0xAD) return false;
  return c == 0xAD || c == 0x34F || c == 0x61C || in_range(c, 0x115F, 0x1160) ||
         in_range(c, 0x17B4, 0x17B5) || in_range(c, 0x180B, 0x180E) || c == 0x200B ||
         in_range(c, 0x200E, 0x200F) || in_range(c, 0x2028, 0x202E) || in_range(c, 0x2060, 0x206F) ||
         c == 0x3164 || c == 0xFEFF || c == 0xFFA0 || in_range(c, 0xFFF0, 0xFFFB) ||
         in_range(c, 0xE0000, 0xE0FFF) || (c & 0xFFFEU) == 0xFFFEU;
}

std::string clean_text(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto from = at;
    while (at < text.size() && is_plain(text[at])) ++at;
    clean.append(text.substr(from, at - from));
    if (at == text.size()) break;
    const auto c = next_code_point(text, at);
    if (c == '\r') {
      if (at >= text.size() || text[at] != '\n') clean.push_back('\n');
    } else if (c == 0x2028 || c == 0x2029) {
      clean.push_back('\n');
    } else if (!is_hidden(c)) {
      append_utf8(clean, c);
    }
  }
  return clean;
}

std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) noexcept {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  while (end > 0 && is_continuation(byte_at(text, end))) --end;
  return text.substr(0, end);
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_white(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_white(text.back())) text.remove_suffix(1);
  return text;
}

std::string ascii_label(std::string_view text, std::size_t max_bytes) {
  std::string label{text.substr(0, max_bytes)};
  for (auto& c : label)
    if (c < 0x20 || c > 0x7E) c = '?';
  return label;
}

}  // namespace sellavie
