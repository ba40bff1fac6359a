#pragma once
// Beast's incremental parser, filling a `request` and refusing what proxies and servers are known to
// read differently (request smuggling), RFC 9112 sections 2.2, 3.2, 5.1, 6. One object per request.

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "net/http/limits.hpp"
#include "net/http/observer.hpp"
#include "net/http/request.hpp"
#include "net/http/response.hpp"

namespace sellavie::net {

/// Why a request is refused: the status for the client and the reason for the counter.
struct refusal {
  int status = 400;
  http_rejection reason = http_rejection::malformed;
};

class request_parser final : private boost::beast::http::basic_parser<true> {
 public:
  enum class progress : std::uint8_t { need_more, head_complete, complete, refused };

  request_parser(request& into, const http_limits& limits) noexcept;

  /// Takes what it can from the front of `input`, at most to the end of the head.
  progress read_head(std::string_view& input);
  /// To be called after head_complete, once the route's limit is known.
  progress read_body(std::string_view& input, std::uint64_t limit);

  [[nodiscard]] bool has_started() const noexcept { return got_some(); }
  [[nodiscard]] const refusal& why_refused() const noexcept { return refusal_; }

  // Known after head_complete.
  [[nodiscard]] bool has_body() const noexcept { return chunked_ || remaining_ > 0; }
  [[nodiscard]] bool is_too_large(std::uint64_t limit) const noexcept { return remaining_ > limit; }
  [[nodiscard]] std::size_t head_bytes() const noexcept { return head_bytes_; }
  /// At most this much of an input of this size belongs to the body.
  [[nodiscard]] std::size_t body_part_of(std::size_t input) const noexcept {
    return chunked_ || remaining_ > input ? input : static_cast<std::size_t>(remaining_);
  }
  [[nodiscard]] bool wants_keep_alive() const { return keep_alive(); }
  [[nodiscard]] bool expects_continue() const noexcept { return expects_continue_; }
  [[nodiscard]] http_version version() const noexcept { return version_; }

 private:
  using base = boost::beast::http::basic_parser<true>;
  using error_code = boost::beast::error_code;
  using string_view = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb verb, string_view method, string_view target, int version,
                       error_code& ec) override;
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(boost::beast::http::field id, string_view name, string_view value,
                     error_code& ec) override;
  void on_header_impl(error_code& ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view bytes, error_code&) override { return bytes.size(); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code& ec) override;
  void on_finish_impl(error_code&) override {}

  [[nodiscard]] bool is_folded(string_view name, string_view value) const noexcept;
  void note_field(boost::beast::http::field id, std::string_view value, error_code& ec);
  void refuse(error_code& ec, int status, http_rejection reason = http_rejection::malformed);
  progress refuse_for(error_code ec);
  progress read_plain_body(std::string_view& input);

  request& request_;
  request_builder builder_;
  const http_limits& limits_;
  refusal refusal_;
  bool refused_ = false;
  bool has_request_line_ = false;
  bool head_done_ = false;
  bool chunked_ = false;
  bool has_length_ = false;
  bool expects_continue_ = false;
  http_version version_ = http_version::http_1_1;
  unsigned hosts_ = 0;
  std::size_t head_bytes_ = 0;
  std::uint64_t remaining_ = 0;
  /// Bounds of the bytes being parsed, to tell a folded value (Beast copies it) from a plain one.
  std::string_view input_;
};

}  // namespace sellavie::net
