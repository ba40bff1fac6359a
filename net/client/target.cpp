#include "net/client/target.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace sellavie::net {
namespace {

constexpr std::array<std::string_view, 5> own_fields{"Host", "Content-Length", "Connection",
                                                     "Transfer-Encoding", "Keep-Alive"};

bool same(std::string_view left, std::string_view right) noexcept {
  return left.size() == right.size() && boost::beast::iequals(left, right);
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return boost::beast::http::detail::is_token_char(c); });
}

bool is_field_value(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

bool is_own_field(std::string_view name) noexcept {
  return std::any_of(own_fields.begin(), own_fields.end(),
                     [name](std::string_view own) { return same(own, name); });
}

std::string_view view(boost::core::string_view text) noexcept { return {text.data(), text.size()}; }

result<origin> origin_of(const boost::urls::url_view& url) {
  origin to;
  if (same(view(url.scheme()), "https")) to.security = origin_security::tls;
  else if (same(view(url.scheme()), "http")) to.security = origin_security::plain;
  else return make_failure(errc::invalid_value, "URL is not http or https");
  if (url.has_userinfo()) return make_failure(errc::invalid_value, "URL has user info");

  to.host = view(url.encoded_host());
  if (to.host.starts_with('[')) to.host = to.host.substr(1, to.host.size() - 2);
  std::transform(to.host.begin(), to.host.end(), to.host.begin(),
                 [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  if (to.host.empty() || to.host.find('%') != std::string::npos)
    return make_failure(errc::invalid_value, "URL has no plain host");

  to.port = view(url.port());
  if (to.port.empty()) to.port = to.security == origin_security::tls ? "443" : "80";
  if (url.has_port() && !url.port().empty() && url.port_number() == 0)
    return make_failure(errc::invalid_value, "URL has no usable port");
  return to;
}

bool sends_length(const actors::outbound_request& request) noexcept {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
         request.method == "PATCH";
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::size_t origin_hash::operator()(const origin& each) const noexcept {
  const std::hash<std::string_view> hash;
  return hash(each.host) * 31 + hash(each.port) * 2 + (each.security == origin_security::tls ? 1U : 0U);
}

result<serialised_request> serialise(const actors::outbound_request& request) {
  if (!is_token(request.method) || request.method == "CONNECT")
    return make_failure(errc::invalid_value, "method is not usable");
  const auto url = boost::urls::parse_uri(request.url);
  if (!url) return make_failure(errc::malformed, "URL does not parse");
  auto to = origin_of(*url);
  if (!to) return to.error();

  serialised_request ready{.to = std::move(*to), .bytes = {}, .is_head = request.method == "HEAD"};
  std::string& out = ready.bytes;
  out.reserve(request.body.size() + 512);
  const std::string_view path = view(url->encoded_path());
  out.append(request.method).append(" ").append(path.empty() ? "/" : path);
  if (url->has_query()) out.append("?").append(view(url->encoded_query()));
  out.append(" HTTP/1.1\r\n");
  append_field(out, "Host", view(url->encoded_host_and_port()));

  bool names_agent = false;
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name) || !is_field_value(value))
      return make_failure(errc::invalid_value, "header is not usable");
    if (is_own_field(name)) continue;
    names_agent = names_agent || same(name, "User-Agent");
    append_field(out, name, value);
  }
  if (!names_agent) append_field(out, "User-Agent", "sellavie");
  if (sends_length(request)) append_field(out, "Content-Length", std::to_string(request.body.size()));
  out.append("\r\n").append(request.body);
  return ready;
}

}  // namespace sellavie::net
