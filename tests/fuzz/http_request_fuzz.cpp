// First byte: where the bytes are cut. Requests on one connection, read at once and in two pieces: how
// they arrive must not change what was asked or where a request ends. (How early a bad one is refused may.)
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "net/http/request_parser.hpp"

using namespace sellavie::net;

namespace {

constexpr std::uint64_t body_limit = 512;

/// Reads request after request, as session.cpp does, and writes down what it understood.
class reader {
 public:
  void feed(std::string_view bytes) {
    if (is_over_) return;
    unread_ += bytes;
    std::string_view input{unread_};
    while (!is_over_ && step(input)) {
    }
    unread_.assign(std::string{input});
  }
  [[nodiscard]] const std::string& understood() const { return understood_; }

 private:
  bool step(std::string_view& input) {
    if (!parser_) parser_.emplace(request_, limits_);
    if (!is_reading_body_) {
      while (!parser_->has_started() && input.starts_with("\r\n")) input.remove_prefix(2);
      if (input.empty() || (!parser_->has_started() && input == "\r")) return false;
      const auto progress = parser_->read_head(input);
      if (progress == request_parser::progress::need_more) return false;
      if (progress == request_parser::progress::refused || parser_->is_too_large(body_limit)) return end();
      is_reading_body_ = true;
    }
    const auto progress =
        parser_->has_body() ? parser_->read_body(input, body_limit) : request_parser::progress::complete;
    if (progress == request_parser::progress::need_more) return false;
    if (progress == request_parser::progress::refused) return end();
    return complete();
  }
  bool end() {
    is_over_ = true;
    return false;
  }
  bool complete() {
    if (request_.body.size() > body_limit) std::abort();
    if (request_.target().empty() || request_.target().front() != '/') std::abort();
    if (request_.header_count("Host") > 1) std::abort();
    if (request_.header_count("Content-Length") > 0 && request_.header_count("Transfer-Encoding") > 0)
      std::abort();
    understood_ += std::string{to_string(request_.method())} + ' ' + std::string{request_.target()} + '\n' +
                   request_.body + '\n';
    (void)request_.query_value("a");
    const bool goes_on = parser_->wants_keep_alive();
    parser_.reset();
    request_builder{request_}.clear();
    is_reading_body_ = false;
    return goes_on || end();
  }

  http_limits limits_ = [] {
    http_limits few;
    few.header_bytes = 8192;  // over every input: how a head that is too long is met depends on its pieces
    few.target_bytes = 256;
    few.header_fields = 16;
    return few;
  }();
  request request_;
  std::optional<request_parser> parser_;
  std::string unread_;
  std::string understood_;
  bool is_reading_body_ = false;
  bool is_over_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data + 1), size - 1};
  reader at_once;
  at_once.feed(bytes);
  const auto cut = data[0] * bytes.size() / 256;
  reader in_two;
  in_two.feed(bytes.substr(0, cut));
  in_two.feed(bytes.substr(cut));
  if (at_once.understood() != in_two.understood()) std::abort();
  return 0;
}
