#include "protocol/domain/reply_text.hpp"

namespace sellavie {
namespace {

struct code_point {
  char32_t value = 0;
  /// Bytes read; value is meaningless when `valid` is false.
  std::size_t length = 1;
  bool valid = false;
};

/// The sequence's length and the smallest value that may use it; 0 = not a leading byte.
std::size_t sequence_length(unsigned char lead, char32_t& value, char32_t& least) noexcept {
  if (lead < 0x80) return value = lead, least = 0, 1;
  if (lead >= 0xC2 && lead < 0xE0) return value = lead & 0x1FU, least = 0x80, 2;
  if (lead >= 0xE0 && lead < 0xF0) return value = lead & 0x0FU, least = 0x800, 3;
  if (lead >= 0xF0 && lead < 0xF5) return value = lead & 0x07U, least = 0x10000, 4;
  return 0;
}

code_point decode(std::string_view text) noexcept {
  code_point point;
  char32_t least = 0;
  const auto length = sequence_length(static_cast<unsigned char>(text.front()), point.value, least);
  if (length == 0 || length > text.size()) return point;
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) != 0x80U) return point;
    point.value = (point.value << 6U) | (byte & 0x3FU);
  }
  const bool surrogate = point.value >= 0xD800 && point.value <= 0xDFFF;
  point.valid = point.value >= least && point.value <= 0x10FFFF && !surrogate;
  if (point.valid) point.length = length;
  return point;
}

bool is_space(char32_t c) noexcept {
  return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x2028 || c == 0x2029;
}

/// Controls, and characters that are invisible or change the direction of what follows.
bool is_unwanted(char32_t c) noexcept {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

bool would_double_a_bracket(const std::string& so_far, char32_t c) noexcept {
  return (c == '[' || c == ']') && !so_far.empty() && so_far.back() == static_cast<char>(c);
}

}  // namespace

std::string safe_inline(std::string_view text, std::size_t max_bytes) {
  std::string safe;
  bool gap = false;
  while (!text.empty()) {
    const auto point = decode(text);
    const auto bytes = text.substr(0, point.length);
    text.remove_prefix(point.length);
    if (!point.valid) continue;
    if (is_space(point.value)) {
      gap = !safe.empty();
      continue;
    }
    if (is_unwanted(point.value)) continue;
    const bool space = gap || would_double_a_bracket(safe, point.value);
    if (safe.size() + (space ? 1 : 0) + bytes.size() > max_bytes) break;
    if (space) safe.push_back(' ');
    gap = false;
    safe += bytes;
  }
  return safe;
}

}  // namespace sellavie
