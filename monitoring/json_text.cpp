#include "monitoring/json_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace sellavie::monitoring {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

std::uint8_t byte_at(std::string_view text, std::size_t at) { return static_cast<std::uint8_t>(text[at]); }

/// Length of the well-formed UTF-8 sequence at the start of `text`, or 0 (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text) {
  const auto first = byte_at(text, 0);
  std::size_t length = 0;
  std::uint8_t least = 0x80;
  std::uint8_t most = 0xBF;
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) length = 2;
  if (first >= 0xE0 && first <= 0xEF) length = 3;
  if (first >= 0xF0 && first <= 0xF4) length = 4;
  if (first == 0xE0) least = 0xA0;
  if (first == 0xED) most = 0x9F;
  if (first == 0xF0) least = 0x90;
  if (first == 0xF4) most = 0x8F;
  if (length == 0 || text.size() < length || byte_at(text, 1) < least || byte_at(text, 1) > most) return 0;
  for (std::size_t i = 2; i < length; ++i)
    if ((byte_at(text, i) & 0xC0U) != 0x80) return 0;
  return length;
}

void append_ascii(std::string& line, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
    case '"': line += "\\\""; return;
    case '\\': line += "\\\\"; return;
    case '\n': line += "\\n"; return;
    case '\r': line += "\\r"; return;
    case '\t': line += "\\t"; return;
    default: break;
  }
  const auto byte = static_cast<std::uint8_t>(c);
  if (byte >= 0x20 && byte != 0x7F) {
    line += c;
    return;
  }
  line += "\\u00";
  line += hex[byte >> 4U];
  line += hex[byte & 15U];
}

}  // namespace

void append_json_string(std::string& line, std::string_view text) {
  line += '"';
  while (!text.empty()) {
    const auto length = sequence_length(text);
    if (length == 0) line += replacement;
    else if (length == 1) append_ascii(line, text.front());
    else line += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  line += '"';
}

void append_json_number(std::string& line, double value) {
  if (!std::isfinite(value)) {
    line += "null";
    return;
  }
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  line.append(digits.data(), end);
}

}  // namespace sellavie::monitoring
