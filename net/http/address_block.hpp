#pragma once
// IP addresses as bytes: blocks of them ("10.0.0.0/8") and the key under which a peer is counted. Pure.

#include <array>
#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string_view>
#include <vector>

namespace sellavie::net {

/// Network order; IPv4 as ::ffff:a.b.c.d, so that a listener on "::" sees the same peer as one on "0.0.0.0".
using address_bytes = std::array<unsigned char, 16>;

[[nodiscard]] address_bytes bytes_of(const boost::asio::ip::address& address) noexcept;

/// Who is counted as one: an IPv4 address, or an IPv6 /64, since one host can take any address in its own.
[[nodiscard]] address_bytes peer_key(const boost::asio::ip::address& address) noexcept;

class address_block {
 public:
  /// "10.0.0.1", "10.0.0.0/8", "fd00::/8"; bits after the prefix are ignored. nullopt if it is neither.
  [[nodiscard]] static std::optional<address_block> parse(std::string_view text);
  [[nodiscard]] bool contains(const address_bytes& address) const noexcept;

 private:
  address_bytes prefix_{};
  unsigned bits_ = 0;
};

/// 127.0.0.0/8 and ::1.
[[nodiscard]] std::vector<address_block> loopback_blocks();

}  // namespace sellavie::net
