#include "protocol/crypto/encoding.hpp"

#include <array>

namespace sellavie::crypto {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t no_value = 0xff;
using reverse_table = std::array<std::uint8_t, 256>;

constexpr reverse_table reverse(std::string_view alphabet) {
  reverse_table table{};
  table.fill(no_value);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr reverse_table hex_values = reverse(hex_digits);
constexpr reverse_table standard_values = reverse(standard_alphabet);
constexpr reverse_table url_values = reverse(url_alphabet);

std::string encode64(std::span<const std::uint8_t> bytes, padding style, std::string_view alphabet) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const std::uint8_t byte : bytes) {
    buffer = (buffer << 8 | byte) & 0xffffff;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      out.push_back(alphabet[buffer >> bits & 63]);
    }
  }
  if (bits > 0) out.push_back(alphabet[buffer << (6 - bits) & 63]);
  if (style == padding::required) out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::optional<std::string> decode64(std::string_view text, padding style, const reverse_table& values) {
  if (style == padding::required) {
    if (text.size() % 4 != 0) return std::nullopt;
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  }
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const std::uint8_t value = values[static_cast<std::uint8_t>(c)];
    if (value == no_value) return std::nullopt;
    buffer = (buffer << 6 | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<char>(buffer >> bits & 0xff));
    }
  }
  if ((buffer & ((1U << bits) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string hex_encode(std::span<const std::uint8_t> bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out.push_back(hex_digits[byte >> 4]);
    out.push_back(hex_digits[byte & 15]);
  }
  return out;
}

bool hex_decode_into(std::string_view text, std::span<std::uint8_t> out) noexcept {
  if (text.size() != out.size() * 2) return false;
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::uint8_t high = hex_values[static_cast<std::uint8_t>(text[2 * i])];
    const std::uint8_t low = hex_values[static_cast<std::uint8_t>(text[2 * i + 1])];
    seen = static_cast<std::uint8_t>(seen | high | low);
    out[i] = static_cast<std::uint8_t>(high << 4 | (low & 15));
  }
  return seen != no_value;
}

std::optional<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out(text.size() / 2, '\0');
  if (!hex_decode_into(text, {reinterpret_cast<std::uint8_t*>(out.data()), out.size()})) return std::nullopt;
  return out;
}

std::string base32_encode(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  out.reserve((bytes.size() * 8 + 4) / 5);
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const std::uint8_t byte : bytes) {
    buffer = (buffer << 8 | byte) & 0xffffff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out.push_back(alphabet[buffer >> bits & 31]);
    }
  }
  if (bits > 0) out.push_back(alphabet[buffer << (5 - bits) & 31]);
  return out;
}

std::string base64url_encode(std::span<const std::uint8_t> bytes, padding style) {
  return encode64(bytes, style, url_alphabet);
}
std::optional<std::string> base64url_decode(std::string_view text, padding style) {
  return decode64(text, style, url_values);
}
std::string base64_encode(std::span<const std::uint8_t> bytes, padding style) {
  return encode64(bytes, style, standard_alphabet);
}
std::optional<std::string> base64_decode(std::string_view text, padding style) {
  return decode64(text, style, standard_values);
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool is_unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                               c == '-' || c == '.' || c == '_' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved) out.push_back(c);
    else out.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
  return out;
}

}  // namespace sellavie::crypto
