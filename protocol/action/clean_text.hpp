#pragma once
// Making foreign text safe to show, store and send. All functions are total.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sellavie {

inline constexpr char32_t replacement_character = 0xFFFD;

/// Reads one code point at `at` and advances; an ill-formed byte gives U+FFFD and advances by one.
[[nodiscard]] char32_t next_code_point(std::string_view text, std::size_t& at) noexcept;
void append_utf8(std::string& out, char32_t code_point);
/// Control characters but tab and newline, bidirectional controls, zero-width spaces, soft hyphens, tag characters.
/// Joiners stay: emoji and several scripts need them.
[[nodiscard]] bool is_hidden(char32_t code_point) noexcept;

/// Valid UTF-8 without hidden characters; CR LF and CR become LF.
[[nodiscard]] std::string clean_text(std::string_view text);
/// The longest prefix of at most `max_bytes` that does not split a code point (of valid UTF-8).
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) noexcept;
/// Without white space on both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;
/// Printable ASCII only, at most `max_bytes`, anything else '?': for log fields of foreign origin.
[[nodiscard]] std::string ascii_label(std::string_view text, std::size_t max_bytes = 48);

}  // namespace sellavie
