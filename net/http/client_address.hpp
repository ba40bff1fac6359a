#pragma once
// Whose request it is behind reverse proxies: X-Forwarded-For is believed only as far as the chain of
// trusted proxies reaches, read from its right end.

#include <string>
#include <string_view>
#include <vector>

#include "net/http/address_block.hpp"

namespace sellavie::net {

class trusted_proxies {
 public:
  /// Addresses and CIDR blocks, checked by the configuration; what is neither is ignored.
  explicit trusted_proxies(const std::vector<std::string>& blocks);

  /// `peer` itself unless it is trusted; then the last address of `forwarded_for` that is not.
  [[nodiscard]] std::string client_of(std::string_view peer, std::string_view forwarded_for) const;

 private:
  [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;

  std::vector<address_block> blocks_;
};

}  // namespace sellavie::net
