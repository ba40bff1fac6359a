#pragma once
// Where the egress client goes: what a URL of a stranger may say, and which addresses may stand behind its name. Pure.
//
//  R1 https, and http only where the operator allows it; a host of at most 253 characters; no user info; at most 2,000
//     printable ASCII characters.
//  R2 Ports 443 and 8443 (80 with http), and those of the configuration.
//  R3 An address is public (public_address) or of a block that the operator allows. A URL that names an address is judged
//     by it at once; a name is judged by what it resolves to each time, when the connection is made.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"
#include "net/http/address_block.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie::net {

inline constexpr std::size_t longest_egress_url = 2'000;

class egress_rules {
 public:
  explicit egress_rules(const config::egress_settings& settings);

  /// R1, R2, R3. The error's detail is for people: a fixed text without any of the URL.
  [[nodiscard]] result<void> check_url(std::string_view url) const;
  [[nodiscard]] bool may_connect(const boost::asio::ip::address& address, std::uint16_t port) const noexcept;
  [[nodiscard]] bool allows_http() const noexcept { return allows_http_; }

 private:
  [[nodiscard]] bool may_use(std::uint16_t port) const noexcept;
  [[nodiscard]] bool may_reach(const boost::asio::ip::address& address) const noexcept;

  bool allows_http_;
  std::vector<std::uint16_t> ports_{443, 8443};
  std::vector<address_block> allowed_;
};

}  // namespace sellavie::net
