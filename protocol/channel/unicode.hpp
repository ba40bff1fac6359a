#pragma once
// UTF-8 as far as channels need it: total decoding, safe cutting, and a repair of JSON bytes that
// a strict parser refuses although their meaning is clear.

#include <cstddef>
#include <string>
#include <string_view>

namespace sellavie::channel {

struct code_point {
  /// U+FFFD when the bytes are not UTF-8.
  char32_t value = 0xFFFD;
  /// Bytes used; 1 for an invalid byte.
  std::size_t size = 1;
  bool valid = false;
};

/// The code point that starts at `at` (< text.size()).
[[nodiscard]] code_point decode_at(std::string_view text, std::size_t at) noexcept;

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Never longer than `bytes`; ends before a code point that would be cut.
[[nodiscard]] std::string_view cut_at_code_point(std::string_view text, std::size_t bytes) noexcept;

/// What PostgreSQL can store: invalid bytes and U+0000 become U+FFFD.
[[nodiscard]] std::string storable_text(std::string_view text);

/// JSON in which invalid UTF-8 and lone surrogate escapes are U+FFFD, raw control characters inside
/// strings are escaped, and numbers too long for a 64-bit integer are strings. Linear.
[[nodiscard]] std::string repair_json(std::string_view json);

}  // namespace sellavie::channel
