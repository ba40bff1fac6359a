#pragma once
// Parsers of single values, pure. A failure says what is wrong and what to write instead; it never
// repeats the value, which may be a secret.

#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/settings.hpp"

namespace sellavie::config {

struct complaint {
  complaint() = default;
  // Two arguments always, so that a text alone converts to a value and never to a complaint.
  complaint(std::string what_is_wrong, std::string what_to_do)
      : what{std::move(what_is_wrong)}, advice{std::move(what_to_do)} {}

  std::string what;
  std::string advice;
};

template <class T>
using parsed = boost::system::result<T, complaint>;

/// "127.0.0.1:8080", "[::1]:8080", "localhost:8080".
[[nodiscard]] parsed<endpoint> parse_endpoint(std::string_view text);
/// An absolute http(s) URL without user, query and fragment; a trailing slash is cut off.
[[nodiscard]] parsed<std::string> parse_base_url(std::string_view text);
/// Scheme, host and port as a browser sends them in Origin: in lower case, without a default port or a path.
[[nodiscard]] parsed<std::string> parse_origin(std::string_view text);
/// postgres://…, postgresql://… or libpq's "key=value …".
[[nodiscard]] parsed<secret> parse_database_url(std::string_view text);
/// smtp://… or smtps://…, with or without user:password, without path, query and fragment.
[[nodiscard]] parsed<secret> parse_smtp_url(std::string_view text);
/// An address, or a name with an address in angle brackets.
[[nodiscard]] parsed<mail::mailbox> parse_sender(std::string_view text);
/// An IP address or a CIDR block.
[[nodiscard]] parsed<std::string> parse_address_block(std::string_view text);
/// "8443", 1 to 65535.
[[nodiscard]] parsed<std::uint16_t> parse_port(std::string_view text);
/// base64url of exactly 32 bytes, with or without padding.
[[nodiscard]] parsed<secret> parse_fernet_key(std::string_view text);
/// "kid:" and the same.
[[nodiscard]] parsed<secret> parse_jwt_key(std::string_view text);
/// "v25.0".
[[nodiscard]] parsed<std::string> parse_graph_version(std::string_view text);
/// Decimal digits, as Meta's ids are.
[[nodiscard]] parsed<std::string> parse_numeric_id(std::string_view text);
[[nodiscard]] parsed<std::string> parse_anthropic_version(std::string_view text);
/// Any text without control characters.
[[nodiscard]] parsed<std::string> parse_plain(std::string_view text);
/// Any secret that is not empty and has no control characters or blanks at its ends.
[[nodiscard]] parsed<secret> parse_secret(std::string_view text);

/// Whether an endpoint or URL host names this machine only.
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace sellavie::config
