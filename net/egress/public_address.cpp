#include "net/egress/public_address.hpp"

#include <algorithm>
#include <vector>

#include "net/http/address_block.hpp"

namespace sellavie::net {
namespace {

using blocks = std::vector<address_block>;

blocks blocks_of(std::initializer_list<std::string_view> texts) {
  blocks all;
  for (const auto text : texts) all.push_back(*address_block::parse(text));
  return all;
}

const blocks special_v4 = blocks_of({
    "0.0.0.0/8",        // this network
    "10.0.0.0/8",       // private
    "100.64.0.0/10",    // behind a carrier's NAT
    "127.0.0.0/8",      // loopback
    "169.254.0.0/16",   // link-local: where clouds keep their metadata
    "172.16.0.0/12",    // private
    "192.0.0.0/24",     // protocol assignments
    "192.0.2.0/24",     // documentation
    "192.88.99.0/24",   // 6to4 relays
    "192.168.0.0/16",   // private
    "198.18.0.0/15",    // benchmarks
    "198.51.100.0/24",  // documentation
    "203.0.113.0/24",   // documentation
    "224.0.0.0/4",      // multicast
    "240.0.0.0/4",      // reserved, broadcast
});

const address_block global_unicast = *address_block::parse("2000::/3");
const blocks special_v6 = blocks_of({
    "2001::/23",      // protocol assignments: Teredo, benchmarks, ORCHID
    "2001:db8::/32",  // documentation
    "2002::/16",      // 6to4
    "3fff::/20",      // documentation
});

bool is_in(const blocks& all, const address_bytes& address) noexcept {
  return std::any_of(all.begin(), all.end(), [&](const auto& block) { return block.contains(address); });
}

}  // namespace

bool is_public_address(const boost::asio::ip::address& address) noexcept {
  const auto bytes = bytes_of(address);
  if (address.is_v4()) return !is_in(special_v4, bytes);
  return global_unicast.contains(bytes) && !is_in(special_v6, bytes);
}

}  // namespace sellavie::net
