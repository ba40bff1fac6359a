#include "net/http/client_address.hpp"

#include <algorithm>
#include <optional>

#include "protocol/action/clean_text.hpp"

namespace sellavie::net {
namespace {

namespace ip = boost::asio::ip;

std::optional<ip::address> address_of(std::string_view text) {
  boost::system::error_code bad;
  auto parsed = ip::make_address(std::string{text}, bad);
  if (bad) return std::nullopt;
  if (parsed.is_v6() && parsed.to_v6().is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, parsed.to_v6());
  return parsed;
}

/// Takes the last item of a comma-separated list off its end.
std::string_view take_last(std::string_view& list) noexcept {
  const auto comma = list.rfind(',');
  const auto last = comma == std::string_view::npos ? list : list.substr(comma + 1);
  list = comma == std::string_view::npos ? std::string_view{} : list.substr(0, comma);
  return trimmed(last);
}

}  // namespace

trusted_proxies::trusted_proxies(const std::vector<std::string>& blocks) {
  for (const std::string& text : blocks)
    if (const auto block = address_block::parse(text)) blocks_.push_back(*block);
}

bool trusted_proxies::contains(const ip::address& address) const {
  const auto bytes = bytes_of(address);
  return std::any_of(blocks_.begin(), blocks_.end(),
                     [&](const auto& block) { return block.contains(bytes); });
}

std::string trusted_proxies::client_of(std::string_view peer, std::string_view forwarded_for) const {
  auto client = address_of(peer);
  if (!client) return std::string{peer};
  while (contains(*client) && !forwarded_for.empty()) {
    const auto before = address_of(take_last(forwarded_for));
    if (!before) break;
    client = before;
  }
  return client->to_string();
}

}  // namespace sellavie::net
