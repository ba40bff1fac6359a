#include "net/http/response.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/http/status.hpp>
#include <charconv>

namespace sellavie::net {
namespace {

constexpr std::string_view security_fields =
    "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nX-Frame-Options: DENY\r\n";

constexpr std::array<std::string_view, 7> own_fields{"Content-Length",    "Content-Type", "Connection",
                                                     "Transfer-Encoding", "Date",         "X-Request-Id",
                                                     "Keep-Alive"};

bool is_name(std::string_view name) noexcept {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return boost::beast::http::detail::is_token_char(c); });
}

bool is_value(std::string_view value) noexcept {
  return std::none_of(value.begin(), value.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

bool is_allowed(std::string_view name, std::string_view value) noexcept {
  if (!is_name(name) || !is_value(value)) return false;
  return std::none_of(own_fields.begin(), own_fields.end(), [name](std::string_view own) {
    return own.size() == name.size() && boost::beast::iequals(own, name);
  });
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_status_line(std::string& out, int status) {
  if (status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(status));
  out.append(" ").append(status_text(status)).append("\r\n");
}

void append_framing(std::string& out, std::size_t length, body_framing framing) {
  switch (framing) {
    case body_framing::by_length:
      out.append("Content-Length: ");
      append_number(out, length);
      out.append("\r\n");
      return;
    case body_framing::chunked: append_field(out, "Transfer-Encoding", "chunked"); return;
    case body_framing::by_close: return;
  }
}

void append_connection(std::string& out, const answer_context& context) {
  if (context.then == after_answer::close) out.append("Connection: close\r\n");
  else if (context.version == http_version::http_1_0) out.append("Connection: keep-alive\r\n");
}

/// True if one of them is Cache-Control.
bool append_given(std::string& out, const header_list& headers) {
  bool has_cache_control = false;
  for (const auto& [name, value] : headers) {
    if (!is_allowed(name, value)) continue;
    append_field(out, name, value);
    has_cache_control = has_cache_control || boost::beast::iequals(name, "Cache-Control");
  }
  return has_cache_control;
}

}  // namespace

std::string_view status_text(int status) noexcept {
  const auto text =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(static_cast<unsigned>(status)));
  return {text.data(), text.size()};
}

bool may_have_body(int status) noexcept { return status >= 200 && status != 204 && status != 304; }

response text_response(int status, std::string body) {
  return {.status = status, .body = std::move(body), .content_type = "text/plain; charset=utf-8"};
}

response json_response(int status, std::string body) {
  return {.status = status, .body = std::move(body), .content_type = "application/json"};
}

response problem_response(int status, std::string_view request_id) {
  std::string body = R"({"type":"about:blank","title":")";
  body.append(status_text(status)).append(R"(","status":)").append(std::to_string(status));
  if (!request_id.empty())
    body.append(R"(,"request_id":")").append(request_id).append("\"");  // safe characters only
  body.append("}");
  return {.status = status, .body = std::move(body), .content_type = "application/problem+json"};
}

void append_head(std::string& out, const response& answer, const answer_context& context) {
  append_status_line(out, answer.status);
  append_field(out, "Date", context.date);
  if (may_have_body(answer.status)) {
    if (!answer.content_type.empty() && is_value(answer.content_type))
      append_field(out, "Content-Type", answer.content_type);
    append_framing(out, answer.whole_body().size(), context.framing);
  }
  append_connection(out, context);
  if (!context.request_id.empty()) append_field(out, "X-Request-Id", context.request_id);
  if (!append_given(out, answer.headers)) out.append("Cache-Control: no-store\r\n");
  out.append(security_fields).append("\r\n");
}

void append_chunk(std::string& out, std::string_view bytes) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes.size(), 16).ptr;
  out.append(digits.data(), end).append("\r\n").append(bytes).append("\r\n");
}

}  // namespace sellavie::net
