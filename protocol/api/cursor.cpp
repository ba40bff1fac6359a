#include "protocol/api/cursor.hpp"

#include <algorithm>
#include <array>

#include "protocol/crypto/encoding.hpp"

namespace sellavie::api {
namespace {

constexpr std::size_t size = 8 + 16;

}  // namespace

std::string write_cursor(const page_position& last) {
  std::array<std::uint8_t, size> bytes{};
  for (std::size_t i = 0; i < 8; ++i)
    bytes[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(last.key) >> (8 * (7 - i)));
  std::copy(last.id.bytes.begin(), last.id.bytes.end(), bytes.begin() + 8);
  return crypto::base64url_encode(bytes);
}

std::optional<page_position> read_cursor(std::string_view cursor) {
  const auto bytes = crypto::base64url_decode(cursor);
  if (!bytes || bytes->size() != size) return std::nullopt;
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < 8; ++i) key = (key << 8U) | static_cast<std::uint8_t>((*bytes)[i]);
  page_position last{static_cast<std::int64_t>(key), {}};
  std::transform(bytes->begin() + 8, bytes->end(), last.id.bytes.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return last;
}

}  // namespace sellavie::api
