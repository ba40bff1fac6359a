#include "protocol/channel/unicode.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace sellavie::channel {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::size_t longest_integer = 18;

std::uint8_t byte_at(std::string_view text, std::size_t at) noexcept {
  return static_cast<std::uint8_t>(text[at]);
}

// Storable without a change: the common case, found in one pass.
bool is_plain_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0; });
}

std::optional<unsigned> hex4(std::string_view source, std::size_t at) noexcept {
  if (at + 4 > source.size()) return std::nullopt;
  unsigned value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const char c = source[i];
    unsigned digit = 0;
    if (c >= '0' && c <= '9') digit = static_cast<unsigned>(c - '0');
    else if (c >= 'a' && c <= 'f') digit = static_cast<unsigned>(c - 'a') + 10;
    else if (c >= 'A' && c <= 'F') digit = static_cast<unsigned>(c - 'A') + 10;
    else return std::nullopt;
    value = value << 4 | digit;
  }
  return value;
}

bool is_high(unsigned unit) noexcept { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(unsigned unit) noexcept { return unit >= 0xDC00 && unit <= 0xDFFF; }

// Copies the escape at `at` (a backslash); returns the number of bytes read.
std::size_t copy_escape(std::string_view source, std::size_t at, std::string& out) {
  if (at + 1 >= source.size() || source[at + 1] != 'u') {
    const auto pair = source.substr(at, 2);
    out += pair;
    return pair.size();
  }
  const auto unit = hex4(source, at + 2);
  if (!unit) {
    out += source.substr(at, 2);
    return 2;
  }
  if (!is_high(*unit) && !is_low(*unit)) {
    out += source.substr(at, 6);
    return 6;
  }
  if (is_high(*unit) && source.substr(at + 6, 2) == "\\u") {
    const auto second = hex4(source, at + 8);
    if (second && is_low(*second)) {
      out += source.substr(at, 12);
      return 12;
    }
  }
  out += "\\ufffd";
  return 6;
}

// Copies the number at `at`, quoted if a strict parser could refuse its size.
std::size_t copy_number(std::string_view source, std::size_t at, std::string& out) {
  const std::size_t end = std::min(source.find_first_not_of("+-.0123456789eE", at), source.size());
  const std::string_view number = source.substr(at, end - at);
  const bool quoted = number.size() > longest_integer || number.find_first_of("eE") != std::string_view::npos;
  if (quoted) out += '"';
  out += number;
  if (quoted) out += '"';
  return number.size();
}

}  // namespace

code_point decode_at(std::string_view text, std::size_t at) noexcept {
  const std::uint8_t lead = byte_at(text, at);
  if (lead < 0x80) return {lead, 1, true};
  std::size_t size = 0;
  char32_t value = 0;
  char32_t least = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    size = 2;
    value = lead & 0x1FU;
    least = 0x80;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    size = 3;
    value = lead & 0x0FU;
    least = 0x800;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    size = 4;
    value = lead & 0x07U;
    least = 0x10000;
  } else return {};
  if (at + size > text.size()) return {};
  for (std::size_t i = at + 1; i < at + size; ++i) {
    const std::uint8_t next = byte_at(text, i);
    if ((next & 0xC0U) != 0x80) return {};
    value = value << 6 | (next & 0x3FU);
  }
  if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, size, true};
}

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const auto next = decode_at(text, at);
    if (!next.valid) return false;
    at += next.size;
  }
  return true;
}

std::string_view cut_at_code_point(std::string_view text, std::size_t bytes) noexcept {
  if (text.size() <= bytes) return text;
  std::size_t end = bytes;
  for (int back = 0; back < 3 && end > 0 && (byte_at(text, end) & 0xC0U) == 0x80; ++back) --end;
  return text.substr(0, end);
}

std::string storable_text(std::string_view text) {
  if (is_plain_ascii(text)) return std::string{text};
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const code_point point = decode_at(text, at);
    out += point.valid && point.value != 0 ? text.substr(at, point.size) : replacement;
    at += point.size;
  }
  return out;
}

std::string repair_json(std::string_view source) {
  std::string out;
  out.reserve(source.size() + source.size() / 8);
  bool in_string = false;
  for (std::size_t at = 0; at < source.size();) {
    const char c = source[at];
    if (in_string && c == '\\') {
      at += copy_escape(source, at, out);
    } else if (!in_string && (c == '-' || (c >= '0' && c <= '9'))) {
      at += copy_number(source, at, out);
    } else if (in_string && c >= 0 && c < 0x20) {
      constexpr std::string_view digits = "0123456789abcdef";
      out += "\\u00";
      out += digits[static_cast<std::size_t>(c) >> 4];
      out += digits[static_cast<std::size_t>(c) & 15];
      ++at;
    } else {
      const code_point point = decode_at(source, at);
      out += point.valid ? source.substr(at, point.size) : replacement;
      at += point.size;
      if (c == '"') in_string = !in_string;
    }
  }
  return out;
}

}  // namespace sellavie::channel
