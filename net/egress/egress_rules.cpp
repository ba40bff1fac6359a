#include "net/egress/egress_rules.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "net/egress/public_address.hpp"

namespace sellavie::net {
namespace {

namespace ip = boost::asio::ip;

/// Of a name in DNS.
constexpr std::size_t longest_host = 253;

error refusal(const char* why) { return make_failure(errc::invalid_value, why); }

/// Of a name or an IPv4 address; an IPv6 address has brackets and is judged as an address.
bool is_of_host(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_';
}

bool is_plain_host(std::string_view host) noexcept {
  return host.starts_with('[') || std::all_of(host.begin(), host.end(), is_of_host);
}

/// Boost 1.81 takes what follows a port's digits, "x" of "host:443x", for a path.
bool has_plain_path(const boost::urls::url_view& url) {
  return url.encoded_path().empty() || url.encoded_path().front() == '/';
}

bool is_visible(char c) noexcept { return c > 0x20 && c < 0x7f; }

std::string text_of(boost::core::string_view text) { return {text.data(), text.size()}; }

std::uint16_t port_of(const boost::urls::url_view& url, bool is_https) noexcept {
  if (!url.has_port() || url.port().empty()) return is_https ? 443 : 80;
  return url.port_number();
}

/// Of a host that is an address.
std::optional<ip::address> address_in(const boost::urls::url_view& url) {
  auto host = text_of(url.encoded_host());
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  boost::system::error_code ec;
  const auto address = ip::make_address(host, ec);
  return ec ? std::nullopt : std::optional{address};
}

}  // namespace

egress_rules::egress_rules(const config::egress_settings& settings) : allows_http_{settings.allow_http} {
  if (allows_http_) ports_.push_back(80);
  ports_.insert(ports_.end(), settings.extra_ports.begin(), settings.extra_ports.end());
  for (const auto& text : settings.allow_private)
    if (const auto block = address_block::parse(text)) allowed_.push_back(*block);
}

bool egress_rules::may_use(std::uint16_t port) const noexcept {
  return std::find(ports_.begin(), ports_.end(), port) != ports_.end();
}

bool egress_rules::may_reach(const ip::address& address) const noexcept {
  if (is_public_address(address)) return true;
  const auto bytes = bytes_of(address);
  return std::any_of(allowed_.begin(), allowed_.end(),
                     [&](const auto& block) { return block.contains(bytes); });
}

bool egress_rules::may_connect(const ip::address& address, std::uint16_t port) const noexcept {
  return may_use(port) && may_reach(address);
}

result<void> egress_rules::check_url(std::string_view text) const {
  if (text.size() > longest_egress_url) return refusal("must be at most 2000 characters long");
  if (!std::all_of(text.begin(), text.end(), is_visible)) return refusal("must be a URL");
  const auto url = boost::urls::parse_uri({text.data(), text.size()});
  if (!url) return refusal("must be a URL");
  const bool is_https = url->scheme_id() == boost::urls::scheme::https;
  const bool is_http = url->scheme_id() == boost::urls::scheme::http;
  if (!is_https && !(is_http && allows_http_)) return refusal("must begin with https://");
  if (url->has_userinfo()) return refusal("must have no user name in it");
  const auto host = text_of(url->encoded_host());
  if (host.empty()) return refusal("must name a host");
  if (host.size() > longest_host) return refusal("must name a host of at most 253 characters");
  if (!is_plain_host(host) || !has_plain_path(*url)) return refusal("must be a URL");
  if (!may_use(port_of(*url, is_https))) return refusal("must use port 443 or 8443");
  if (const auto address = address_in(*url); address && !may_reach(*address))
    return refusal("must name a public address");
  return {};
}

}  // namespace sellavie::net
