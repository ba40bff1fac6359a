#include "net/http/address_block.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace sellavie::net {
namespace {

namespace ip = boost::asio::ip;

constexpr unsigned v4_prefix_bits = 96;
constexpr std::size_t peer_key_bytes = 8;

}  // namespace

address_bytes bytes_of(const ip::address& address) noexcept {
  if (address.is_v6()) return address.to_v6().to_bytes();
  address_bytes mapped{};
  mapped[10] = mapped[11] = 0xff;
  const auto v4 = address.to_v4().to_bytes();
  std::copy(v4.begin(), v4.end(), mapped.begin() + 12);
  return mapped;
}

address_bytes peer_key(const ip::address& address) noexcept {
  address_bytes key = bytes_of(address);
  const bool is_v6 = address.is_v6() && !address.to_v6().is_v4_mapped();
  if (is_v6) std::fill(key.begin() + peer_key_bytes, key.end(), static_cast<unsigned char>(0));
  return key;
}

std::optional<address_block> address_block::parse(std::string_view text) {
  const auto slash = text.find('/');
  boost::system::error_code ec;
  const auto address = ip::make_address(std::string{text.substr(0, slash)}, ec);
  if (ec) return std::nullopt;
  const unsigned most = address.is_v4() ? 32 : 128;
  unsigned bits = most;
  if (slash != std::string_view::npos) {
    const std::string_view given = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), bits);
    if (error != std::errc{} || end != given.data() + given.size() || bits > most) return std::nullopt;
  }
  address_block block;
  block.prefix_ = bytes_of(address);
  block.bits_ = bits + (address.is_v4() ? v4_prefix_bits : 0);
  return block;
}

bool address_block::contains(const address_bytes& address) const noexcept {
  const std::size_t whole = bits_ / 8;
  if (!std::equal(prefix_.begin(), prefix_.begin() + static_cast<std::ptrdiff_t>(whole), address.begin()))
    return false;
  const unsigned rest = bits_ % 8;
  return rest == 0 || ((prefix_[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

std::vector<address_block> loopback_blocks() {
  return {*address_block::parse("127.0.0.0/8"), *address_block::parse("::1")};
}

}  // namespace sellavie::net
