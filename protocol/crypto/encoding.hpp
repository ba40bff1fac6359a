#pragma once
// Hexadecimal, base32, base64 and percent codecs. Decoders are strict: a character outside the alphabet, missing or
// surplus padding and stray bits are refusals, never skipped, so that each value has one spelling.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sellavie::crypto {

/// The bytes of a string, without a copy.
[[nodiscard]] inline std::span<const std::uint8_t> as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
/// Bytes seen as characters, without a copy.
[[nodiscard]] inline std::string_view as_text(std::span<const std::uint8_t> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Lower-case.
[[nodiscard]] std::string hex_encode(std::span<const std::uint8_t> bytes);
/// Lower-case only, even length.
[[nodiscard]] std::optional<std::string> hex_decode(std::string_view text);
/// Without allocation: true if `text` is exactly 2 * out.size() lower-case digits.
[[nodiscard]] bool hex_decode_into(std::string_view text, std::span<std::uint8_t> out) noexcept;

/// `required`: multiples of four with '='; `none`: '=' is a refusal.
enum class padding : std::uint8_t { required, none };

/// RFC 4648 section 6, capitals, without padding: what authenticator apps read.
[[nodiscard]] std::string base32_encode(std::span<const std::uint8_t> bytes);

/// RFC 4648 section 5 (URL-safe alphabet).
[[nodiscard]] std::string base64url_encode(std::span<const std::uint8_t> bytes,
                                           padding style = padding::none);
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text,
                                                          padding style = padding::none);

/// RFC 4648 section 4 (standard alphabet).
[[nodiscard]] std::string base64_encode(std::span<const std::uint8_t> bytes,
                                        padding style = padding::required);
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text,
                                                       padding style = padding::required);

/// RFC 3986: all but the unreserved characters are escaped, a space too; fit for a path's segment and a query's value.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace sellavie::crypto
