#include "net/client/answer_parser.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <charconv>

#include "net/http/last_chunk.hpp"

namespace sellavie::net {
namespace {

namespace beast_http = boost::beast::http;

/// Longest chunk size line or trailer that may still be incomplete.
constexpr std::size_t framing_bytes = 16 * 1024;
constexpr std::uint64_t reserved_body_bytes = 256 * 1024;
constexpr std::size_t usual_field_count = 24;

std::string lower_case(std::string_view name) {
  std::string lowered(name.size(), '\0');
  std::transform(name.begin(), name.end(), lowered.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lowered;
}

std::optional<std::chrono::seconds> timeout_of(std::string_view keep_alive) noexcept {
  const auto at = keep_alive.find("timeout=");
  if (at == std::string_view::npos) return std::nullopt;
  const char* digits = keep_alive.data() + at + 8;
  unsigned seconds = 0;
  const auto end = std::from_chars(digits, keep_alive.data() + keep_alive.size(), seconds);
  if (end.ec != std::errc{}) return std::nullopt;
  return std::chrono::seconds{seconds};
}

}  // namespace

answer_parser::answer_parser(const client_limits& limits, expected_body body) : limits_{limits} {
  eager(true);
  header_limit(limits.answer_header_bytes);
  body_limit(limits.answer_bytes);
  if (body == expected_body::none) skip(true);
}

answer_parser::progress answer_parser::read(std::string_view& input) {
  error_code ec;
  while (!input.empty() && !is_done() && !ec &&
         !(head_done_ && chunked() && is_less_than_a_last_chunk(input))) {
    const std::size_t taken = put(boost::asio::buffer(input.data(), input.size()), ec);
    input.remove_prefix(taken);
    if (!head_done_) head_bytes_ += taken;
  }
  if (ec == beast_http::error::body_limit) return progress::too_large;
  if (ec && ec != beast_http::error::need_more) return progress::malformed;
  if (is_done()) return progress::complete;
  const std::size_t pending_limit =
      head_done_
          ? framing_bytes
          : limits_.answer_header_bytes - std::min<std::size_t>(head_bytes_, limits_.answer_header_bytes);
  return input.size() > pending_limit ? progress::malformed : progress::need_more;
}

answer_parser::progress answer_parser::read_end() {
  if (!got_some()) return progress::malformed;
  error_code ec;
  put_eof(ec);
  return !ec && is_done() ? progress::complete : progress::malformed;
}

void answer_parser::on_response_impl(int status, string_view, int, error_code&) {
  answer_.outcome = actors::transport_outcome::answered;
  answer_.status = status;
  answer_.headers.reserve(usual_field_count);
}

void answer_parser::on_field_impl(beast_http::field id, string_view name, string_view value, error_code& ec) {
  if (head_done_) return;  // a trailer
  if (id == beast_http::field::transfer_encoding && !boost::beast::iequals(value, "chunked")) {
    ec = beast_http::error::bad_transfer_encoding;
    return;
  }
  if (id == beast_http::field::keep_alive) idle_hint_ = timeout_of({value.data(), value.size()});
  answer_.headers.emplace_back(lower_case({name.data(), name.size()}),
                               std::string{value.data(), value.size()});
}

void answer_parser::on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) {
  if (length) answer_.body.reserve(static_cast<std::size_t>(std::min(*length, reserved_body_bytes)));
}

std::size_t answer_parser::on_body_impl(string_view bytes, error_code&) {
  answer_.body.append(bytes.data(), bytes.size());
  return bytes.size();
}

std::size_t answer_parser::on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) {
  answer_.body.append(bytes.data(), bytes.size());
  return bytes.size();
}

}  // namespace sellavie::net
