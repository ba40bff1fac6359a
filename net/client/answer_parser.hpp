#pragma once
// Beast's incremental parser, filling an outbound_response: chunked, Content-Length and
// close-delimited bodies, interim (1xx) answers skipped by the caller. One object per message.

#include <boost/beast/http/basic_parser.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "actors/transport.hpp"
#include "net/client/limits.hpp"

namespace sellavie::net {

enum class expected_body : unsigned char { by_its_head, none };

class answer_parser final : private boost::beast::http::basic_parser<false> {
 public:
  enum class progress : std::uint8_t { need_more, complete, too_large, malformed };

  answer_parser(const client_limits& limits, expected_body body);

  /// Takes what belongs to this message from the front of `input`.
  progress read(std::string_view& input);
  /// The stream ended: complete for a close-delimited body, malformed (cut off) for others.
  progress read_end();

  [[nodiscard]] bool has_started() const noexcept { return got_some(); }
  [[nodiscard]] bool is_interim() const noexcept {
    return answer_.status >= 100 && answer_.status < 200 && answer_.status != 101;
  }
  /// After complete: the connection may carry another request.
  [[nodiscard]] bool allows_reuse() const { return keep_alive() && answer_.status != 101; }
  /// From `Keep-Alive: timeout=n`.
  [[nodiscard]] std::optional<std::chrono::seconds> idle_hint() const noexcept { return idle_hint_; }
  [[nodiscard]] actors::outbound_response take() { return std::move(answer_); }

 private:
  using base = boost::beast::http::basic_parser<false>;
  using error_code = boost::beast::error_code;
  using string_view = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int status, string_view reason, int version, error_code& ec) override;
  void on_field_impl(boost::beast::http::field id, string_view name, string_view value,
                     error_code& ec) override;
  void on_header_impl(error_code&) override { head_done_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override;
  std::size_t on_body_impl(string_view bytes, error_code&) override;
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) override;
  void on_finish_impl(error_code&) override {}

  const client_limits& limits_;
  actors::outbound_response answer_;
  bool head_done_ = false;
  std::size_t head_bytes_ = 0;
  std::optional<std::chrono::seconds> idle_hint_;
};

}  // namespace sellavie::net
