#include "protocol/domain/ids.hpp"

namespace sellavie {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

constexpr int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool is_dash_position(std::size_t at) noexcept {
  return at == 8 || at == 13 || at == 18 || at == 23;
}

}  // namespace

uuid make_uuid_v7(instant at, std::span<const std::uint8_t, 10> random) noexcept {
  uuid id;
  const auto ms = static_cast<std::uint64_t>(to_unix_ms(at));
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
  std::memcpy(id.bytes.data() + 6, random.data(), 10);
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0FU) | 0x70U);
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3FU) | 0x80U);
  return id;
}

std::string to_string(const uuid& value) {
  std::string text;
  text.reserve(36);
  for (std::size_t i = 0; i < value.bytes.size(); ++i) {
    if (is_dash_position(text.size())) text.push_back('-');
    text.push_back(hex_digits[value.bytes[i] >> 4U]);
    text.push_back(hex_digits[value.bytes[i] & 0x0FU]);
  }
  return text;
}

std::optional<uuid> parse_uuid(std::string_view text) noexcept {
  if (text.size() != 36) return std::nullopt;
  uuid id;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash_position(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int digit = hex_value(text[i]);
    if (digit < 0) return std::nullopt;
    auto& byte = id.bytes[nibble / 2];
    byte = static_cast<std::uint8_t>((byte << 4U) | static_cast<std::uint8_t>(digit));
    ++nibble;
  }
  return id;
}

}  // namespace sellavie
