#include "net/http/request_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <charconv>
#include <optional>

#include "net/http/last_chunk.hpp"

namespace sellavie::net {
namespace {

namespace beast_http = boost::beast::http;

constexpr std::size_t body_step = 64 * 1024;
/// Chunk sizes, extensions and trailers that have not yet ended in a line break.
constexpr std::size_t framing_bytes = 8 * 1024;

/// Digits only; Beast would also take lists and signs.
std::optional<std::uint64_t> parse_length(std::string_view text) noexcept {
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return length;
}

/// The part from the path on of an origin-form or absolute-form target; empty if it is neither.
std::string_view origin_form(std::string_view target) noexcept {
  if (target.starts_with('/')) return target;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() <= scheme.size() || !boost::beast::iequals(target.substr(0, scheme.size()), scheme))
      continue;
    const auto rest = target.find_first_of("/?", scheme.size());
    if (rest == scheme.size()) return {};
    if (rest == std::string_view::npos) return "/";
    return target[rest] == '/' ? target.substr(rest) : std::string_view{};
  }
  return {};
}

bool is_dot_segment(std::string_view segment) noexcept {
  std::size_t dots = 0;
  while (!segment.empty()) {
    if (segment.front() == '.') segment.remove_prefix(1);
    else if (segment.size() >= 3 && boost::beast::iequals(segment.substr(0, 3), "%2e"))
      segment.remove_prefix(3);
    else return false;
    ++dots;
  }
  return dots == 1 || dots == 2;
}

/// "." and ".." segments have no business here: whoever normalises them sees another path.
bool has_dot_segment(std::string_view target) noexcept {
  std::string_view path = target.substr(0, target.find('?'));
  if (path.find("/.") == path.npos && path.find("/%") == path.npos) return false;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto slash = std::min(path.find('/'), path.size());
    if (is_dot_segment(path.substr(0, slash))) return true;
    path.remove_prefix(slash);
  }
  return false;
}

}  // namespace

request_parser::request_parser(request& into, const http_limits& limits) noexcept
    : request_{into}, builder_{into}, limits_{limits} {
  header_limit(static_cast<std::uint32_t>(limits.header_bytes));
  body_limit(boost::none);  // ours: known only with the route
}

void request_parser::refuse(error_code& ec, int status, http_rejection reason) {
  refusal_ = {status, reason};
  refused_ = true;
  ec = beast_http::error::bad_field;
}

request_parser::progress request_parser::refuse_for(error_code ec) {
  if (refused_) return progress::refused;
  refused_ = true;
  if (ec == beast_http::error::header_limit)
    refusal_ = has_request_line_ ? refusal{431, http_rejection::header_too_large}
                                 : refusal{414, http_rejection::target_too_long};
  else if (ec == beast_http::error::body_limit) refusal_ = {413, http_rejection::body_too_large};
  return progress::refused;
}

request_parser::progress request_parser::read_head(std::string_view& input) {
  error_code ec;
  input_ = input;
  const std::size_t taken = put(boost::asio::buffer(input.data(), input.size()), ec);
  input.remove_prefix(taken);
  head_bytes_ += taken;
  if (ec && ec != beast_http::error::need_more) return refuse_for(ec);
  const std::size_t seen = head_bytes_ + (head_done_ ? 0 : input.size());
  if (seen > limits_.header_bytes) return refuse_for(beast_http::error::header_limit);
  return head_done_ ? progress::head_complete : progress::need_more;
}

request_parser::progress request_parser::read_body(std::string_view& input, std::uint64_t limit) {
  if (!chunked_) return read_plain_body(input);
  if (is_done()) return progress::complete;
  if (!eager()) body_limit(limit);  // once: Beast counts it down
  eager(true);
  error_code ec;
  input_ = input;
  while (!is_done() && !ec && !is_less_than_a_last_chunk(input)) {
    const std::size_t taken = put(boost::asio::buffer(input.data(), input.size()), ec);
    input.remove_prefix(taken);
  }
  if (ec && ec != beast_http::error::need_more) return refuse_for(ec);
  if (!is_done() && input.size() > framing_bytes) return refuse_for(beast_http::error::bad_chunk);
  return is_done() ? progress::complete : progress::need_more;
}

request_parser::progress request_parser::read_plain_body(std::string_view& input) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size()));
  // Memory follows what has arrived, not what was announced.
  if (request_.body.capacity() < request_.body.size() + size)
    request_.body.reserve(request_.body.size() +
                          static_cast<std::size_t>(std::min<std::uint64_t>(
                              remaining_, std::max(size, request_.body.size()) + body_step)));
  request_.body.append(input.substr(0, size));
  input.remove_prefix(size);
  remaining_ -= size;
  return remaining_ == 0 ? progress::complete : progress::need_more;
}

void request_parser::on_request_impl(beast_http::verb, string_view method, string_view target, int version,
                                     error_code& ec) {
  has_request_line_ = true;
  version_ = version == 11 ? http_version::http_1_1 : http_version::http_1_0;
  if (target.size() > limits_.target_bytes) return refuse(ec, 414, http_rejection::target_too_long);
  const auto known = parse_http_method({method.data(), method.size()});
  if (!known) return refuse(ec, 501, http_rejection::not_implemented);
  const std::string_view path = origin_form({target.data(), target.size()});
  if (path.empty() || path.find('#') != path.npos || has_dot_segment(path)) return refuse(ec, 400);
  builder_.begin(*known, path);
}

bool request_parser::is_folded(string_view name, string_view value) const noexcept {
  const char* after_name = name.data() + name.size();
  if (value.data() < after_name || value.data() > input_.data() + input_.size()) return true;
  return std::find(after_name, value.data(), '\n') != value.data();
}

void request_parser::on_field_impl(beast_http::field id, string_view name, string_view value,
                                   error_code& ec) {
  if (is_folded(name, value)) return refuse(ec, 400);
  if (head_done_) return;  // a trailer: nobody asked for it
  if (request_.header_size() >= limits_.header_fields)
    return refuse(ec, 431, http_rejection::header_too_large);
  const std::string_view text{value.data(), value.size()};
  note_field(id, text, ec);
  if (!ec) builder_.add_header({name.data(), name.size()}, text);
}

void request_parser::note_field(beast_http::field id, std::string_view value, error_code& ec) {
  switch (id) {
    case beast_http::field::host:
      if (++hosts_ > 1) refuse(ec, 400);
      break;
    case beast_http::field::content_length: {
      const auto length = parse_length(value);
      if (!length || has_length_ || chunked_) return refuse(ec, 400);
      has_length_ = true;
      remaining_ = *length;
      break;
    }
    case beast_http::field::transfer_encoding:
      if (has_length_ || chunked_ || version_ == http_version::http_1_0) return refuse(ec, 400);
      if (!boost::beast::iequals(value, "chunked")) return refuse(ec, 501, http_rejection::not_implemented);
      chunked_ = true;
      break;
    case beast_http::field::expect:
      if (!boost::beast::iequals(value, "100-continue")) return refuse(ec, 417);
      expects_continue_ = version_ == http_version::http_1_1;
      break;
    default: break;
  }
}

void request_parser::on_header_impl(error_code& ec) {
  head_done_ = true;
  if (hosts_ == 0 && version_ == http_version::http_1_1) refuse(ec, 400);
}

std::size_t request_parser::on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) {
  request_.body.append(bytes.data(), bytes.size());
  return bytes.size();
}

}  // namespace sellavie::net
