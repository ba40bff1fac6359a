#include "config/values.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <boost/url/parse.hpp>
#include <charconv>

namespace sellavie::config {
namespace {

complaint complain(std::string what, std::string advice) { return {std::move(what), std::move(advice)}; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_ip(int family, std::string_view text) {
  std::array<unsigned char, 16> address{};
  return inet_pton(family, std::string{text}.c_str(), address.data()) == 1;
}

template <class Number>
bool parse_number(std::string_view text, Number& number) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc{} && end == text.data() + text.size();
}

bool is_base64url(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

/// 32 bytes are 43 characters, the last of which carries only four bits.
bool is_key_of_32_bytes(std::string_view text) {
  if (text.size() == 44 && text.back() == '=') text.remove_suffix(1);
  constexpr std::string_view last_characters = "AEIMQUYcgkosw048";
  return text.size() == 43 && std::all_of(text.begin(), text.end(), is_base64url) &&
         last_characters.find(text.back()) != std::string_view::npos;
}

}  // namespace

parsed<endpoint> parse_endpoint(std::string_view text) {
  const auto fail = [](std::string what) {
    return complain(std::move(what), "write for example 127.0.0.1:8080 or [::1]:8080");
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return fail("has no port");
  std::string_view host = text.substr(0, colon);
  endpoint found;
  if (!parse_number(text.substr(colon + 1), found.port)) return fail("has a port that is not 0 to 65535");
  if (host == "localhost") host = "127.0.0.1";
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    if (!is_ip(AF_INET6, host)) return fail("has no valid IPv6 address between the brackets");
  } else if (!is_ip(AF_INET, host)) {
    return fail("does not start with an IP address");
  }
  found.host = host;
  return found;
}

parsed<std::string> parse_base_url(std::string_view text) {
  const auto fail = [](std::string what) {
    return complain(std::move(what), "write for example https://shop.example.com");
  };
  const auto url = boost::urls::parse_uri({text.data(), text.size()});
  if (!url) return fail("is not a URL");
  if (url->scheme() != "https" && url->scheme() != "http")
    return fail("does not start with https:// or http://");
  if (url->host().empty()) return fail("has no host");
  const auto port = url->port();
  std::uint16_t number = 0;
  if (url->has_port() && (!parse_number(std::string_view{port.data(), port.size()}, number) || number == 0))
    return fail("has a port that is not 1 to 65535");
  if (url->has_userinfo()) return fail("has a user name in it");
  if (url->has_query() || url->has_fragment()) return fail("has a query or a fragment");
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string{text};
}

parsed<std::string> parse_origin(std::string_view text) {
  const auto fail = [](std::string what) {
    return complain(std::move(what), "write for example https://app.example.com, as a browser sends it");
  };
  const auto base = parse_base_url(text);
  if (!base) return fail("is not an origin");
  const auto after_scheme = text.find("://") + 3;
  if (text.find('/', after_scheme) != std::string_view::npos) return fail("has a path");
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return (c >= 'A' && c <= 'Z') || c == '*' || c == '%'; }))
    return fail("is not written as browsers send it");
  const bool is_https = text.starts_with("https://");
  if (text.ends_with(is_https ? ":443" : ":80") || text.ends_with(':'))
    return fail("names the port that it has anyway");
  return std::string{text};
}

parsed<secret> parse_database_url(std::string_view text) {
  const bool is_url = text.starts_with("postgres://") || text.starts_with("postgresql://");
  const bool is_pairs =
      text.find('=') != std::string_view::npos && text.find("://") == std::string_view::npos;
  if (has_control(text) || (!is_url && !is_pairs))
    return complain("is not a PostgreSQL address", "write postgresql://user:password@host/database");
  return secret{std::string{text}};
}

parsed<secret> parse_smtp_url(std::string_view text) {
  const auto fail = [](std::string what) {
    return complain(std::move(what), "write for example smtp://user:password@mail.example.com:587");
  };
  while (text.ends_with('/')) text.remove_suffix(1);
  const auto url = boost::urls::parse_uri({text.data(), text.size()});
  if (!url || (url->scheme() != "smtp" && url->scheme() != "smtps"))
    return fail("is not an smtp:// or smtps:// address");
  if (url->host().empty()) return fail("has no host");
  const auto port = url->port();
  std::uint16_t number = 0;
  if (url->has_port() && (!parse_number(std::string_view{port.data(), port.size()}, number) || number == 0))
    return fail("has a port that is not 1 to 65535");
  if (url->has_query() || url->has_fragment() || !url->encoded_path().empty())
    return fail("has something behind the port");
  return secret{std::string{text}};
}

parsed<mail::mailbox> parse_sender(std::string_view text) {
  if (auto found = mail::parse_mailbox(text)) return *std::move(found);
  return complain("is not a sender of mails", "write for example Shop <shop@example.com>");
}

parsed<std::string> parse_address_block(std::string_view text) {
  const auto fail = [](std::string what) {
    return complain(std::move(what), "write for example 10.0.0.1, 10.0.0.0/8 or fd00::/8");
  };
  const auto slash = text.find('/');
  const auto address = text.substr(0, slash);
  const bool is_v4 = is_ip(AF_INET, address);
  if (!is_v4 && !is_ip(AF_INET6, address)) return fail("has an element that is not an IP address");
  if (slash != std::string_view::npos) {
    unsigned bits = 0;
    if (!parse_number(text.substr(slash + 1), bits) || bits > (is_v4 ? 32U : 128U))
      return fail("has an element with a wrong number of bits after the slash");
  }
  return std::string{text};
}

parsed<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  if (!parse_number(text, port) || port == 0)
    return complain("has an element that is not a port", "write for example [\"9443\"]");
  return port;
}

parsed<secret> parse_fernet_key(std::string_view text) {
  if (!is_key_of_32_bytes(text))
    return complain("holds a key that is not base64url of 32 bytes",
                    "make one with: openssl rand -base64 32 | tr '+/' '-_'");
  return secret{std::string{text}};
}

parsed<secret> parse_jwt_key(std::string_view text) {
  const auto colon = text.find(':');
  const auto kid = text.substr(0, colon);
  const bool is_kid = !kid.empty() && kid.size() <= 32 && std::all_of(kid.begin(), kid.end(), is_base64url);
  if (colon == std::string_view::npos || !is_kid || !is_key_of_32_bytes(text.substr(colon + 1)))
    return complain("holds a key that is not a key id, a colon and base64url of 32 bytes",
                    "make one with: echo k1:$(openssl rand -base64 32 | tr '+/' '-_')");
  return secret{std::string{text}};
}

parsed<std::string> parse_graph_version(std::string_view text) {
  const auto dot = text.find('.');
  unsigned major = 0;
  unsigned minor = 0;
  if (!text.starts_with('v') || dot == std::string_view::npos ||
      !parse_number(text.substr(1, dot - 1), major) || !parse_number(text.substr(dot + 1), minor))
    return complain("is not a version of the Graph API", "write for example v25.0");
  return std::string{text};
}

parsed<std::string> parse_numeric_id(std::string_view text) {
  if (!std::all_of(text.begin(), text.end(), is_digit) || text.size() > 32)
    return complain("is not a number", "copy the app's id from Meta's dashboard");
  return std::string{text};
}

parsed<std::string> parse_anthropic_version(std::string_view text) {
  if (text != "2023-06-01" && text != "2026-10-21")
    return complain("is not a version that this server speaks", "write 2023-06-01 or 2026-10-21");
  return std::string{text};
}

parsed<std::string> parse_plain(std::string_view text) {
  if (has_control(text)) return complain("has control characters", "write it in one line");
  return std::string{text};
}

parsed<secret> parse_secret(std::string_view text) {
  if (text.empty()) return complain("has an empty element", "remove it");
  if (has_control(text) || text.front() == ' ' || text.back() == ' ')
    return complain("has blanks or control characters around it", "copy it again without them");
  return secret{std::string{text}};
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host == "[::1]" ||
         (host.starts_with("127.") && is_ip(AF_INET, host));
}

}  // namespace sellavie::config
