#pragma once
// The token of a public link: whoever has it may read what is behind it.

#include "net/api/call.hpp"

namespace sellavie::net {

/// 122 bits of the system's random source, as a UUIDv4.
[[nodiscard]] inline uuid fresh_token(const workplace& place) {
  uuid token;
  place.with.random(token.bytes);
  token.bytes[6] = static_cast<std::uint8_t>((token.bytes[6] & 0x0FU) | 0x40U);
  token.bytes[8] = static_cast<std::uint8_t>((token.bytes[8] & 0x3FU) | 0x80U);
  return token;
}

}  // namespace sellavie::net
