#pragma once
// Which addresses are of the public internet. Pure.
//
//  R1 IPv4: all but what the registry of special-purpose addresses (RFC 6890 and later) keeps for something else: this
//     network, private, shared by carriers, loopback, link-local, protocol assignments, documentation, 6to4 relays,
//     benchmarks, multicast, reserved.
//  R2 IPv6: global unicast (2000::/3) without protocol assignments (2001::/23: Teredo, ORCHID), documentation and
//     6to4, whose addresses carry an IPv4 address. What lies outside of it is not public: loopback, link-local, unique
//     local, multicast, and the other clothes of IPv4 (mapped, compatible, NAT64).

#include <boost/asio/ip/address.hpp>

namespace sellavie::net {

[[nodiscard]] bool is_public_address(const boost::asio::ip::address& address) noexcept;

}  // namespace sellavie::net
