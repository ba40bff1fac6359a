#pragma once
// One HTTP answer as a handler gives it, and its serialised head.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sellavie::net {

class stream;

using header_list = std::vector<std::pair<std::string, std::string>>;

struct response {
  int status = 200;
  /// Without Content-Length, Content-Type, Connection, Date and X-Request-Id: the server sets those,
  /// and drops them here. A field with a control character in it is dropped too.
  header_list headers{};
  std::string body{};
  std::string content_type{};
  /// The body comes from there, for as long as it likes (see responder::open_stream); `body` is not sent.
  std::shared_ptr<stream> goes_on{};
  /// In place of `body`: bytes of the server itself, which many answers share. They are in no budget: they cost nothing more.
  std::shared_ptr<const std::string> shared_body{};

  [[nodiscard]] std::string_view whole_body() const noexcept {
    return shared_body ? std::string_view{*shared_body} : std::string_view{body};
  }
};

[[nodiscard]] std::string_view status_text(int status) noexcept;

[[nodiscard]] response text_response(int status, std::string body);
[[nodiscard]] response json_response(int status, std::string body);
/// RFC 9457: a generic title for the client; the log explains the request id.
[[nodiscard]] response problem_response(int status, std::string_view request_id);

enum class http_version : unsigned char { http_1_0, http_1_1 };
enum class after_answer : unsigned char { keep_alive, close };

/// How the end of the body is told.
enum class body_framing : unsigned char { by_length, chunked, by_close };

/// What the connection adds to an answer.
struct answer_context {
  http_version version = http_version::http_1_1;
  after_answer then = after_answer::keep_alive;
  std::string_view request_id;
  /// IMF-fixdate.
  std::string_view date;
  body_framing framing = body_framing::by_length;
};

/// Appends status line, fields and the empty line.
void append_head(std::string& out, const response& answer, const answer_context& context);
/// Appends `bytes` (not empty) as one chunk (RFC 9112 section 7.1).
void append_chunk(std::string& out, std::string_view bytes);
inline constexpr std::string_view last_chunk = "0\r\n\r\n";
/// Whether the status allows a body at all (not 1xx, 204, 304).
[[nodiscard]] bool may_have_body(int status) noexcept;

}  // namespace sellavie::net
