#pragma once
// One HTTP request as a handler sees it. The text of the head lies in one buffer; all accessors give
// views into it, valid until the request is moved, changed or destroyed. A handler that wants to keep
// the request beyond its call moves it away; otherwise the session reuses its memory.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sellavie::net {

enum class http_method : std::uint8_t { get, head, post, put, patch, del, options };
inline constexpr std::size_t http_method_count = 7;

[[nodiscard]] std::string_view to_string(http_method method) noexcept;
[[nodiscard]] std::optional<http_method> parse_http_method(std::string_view name) noexcept;

/// Decodes %XX (and '+' as a space when asked); nullopt on a broken escape.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

class request {
 public:
  [[nodiscard]] http_method method() const noexcept { return method_; }
  /// Origin form, as sent: path and query, still percent-encoded.
  [[nodiscard]] std::string_view target() const noexcept { return view(target_); }
  [[nodiscard]] std::string_view path() const noexcept;
  /// Without the question mark; empty if there is none.
  [[nodiscard]] std::string_view query() const noexcept;
  /// First value of a query parameter as it was sent. The name is compared undecoded.
  [[nodiscard]] std::optional<std::string_view> raw_query_value(std::string_view name) const noexcept;
  /// The same, decoded; nullopt also on a broken escape.
  [[nodiscard]] std::optional<std::string> query_value(std::string_view name) const;

  /// First value of a header; names compare without case.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
  /// All values of a header that is a list, in order, as one list (RFC 9110 5.3); empty when there is none.
  [[nodiscard]] std::string joined_header(std::string_view name) const;
  /// How often a header occurs.
  [[nodiscard]] std::size_t header_count(std::string_view name) const noexcept;
  [[nodiscard]] std::size_t header_size() const noexcept { return fields_.size(); }

  /// What stood in the place of `{name}` in the route, undecoded; empty if the route has no such part.
  [[nodiscard]] std::string_view parameter(std::string_view name) const noexcept;

  /// The bytes exactly as received (a chunked body without its framing).
  std::string body;
  /// From X-Request-Id when that is harmless, else generated. Repeated in the answer.
  std::string request_id;
  /// Address of the connected peer without port (behind a proxy: the proxy's).
  std::string peer_address;

 private:
  friend class request_builder;
  struct span {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
  };
  struct field {
    span name;
    span value;
  };
  struct route_parameter {
    std::string_view name;  // owned by the router
    span value;
  };

  [[nodiscard]] std::string_view view(span part) const noexcept {
    return std::string_view{head_}.substr(part.offset, part.length);
  }

  http_method method_ = http_method::get;
  span target_;
  std::string head_;
  std::vector<field> fields_;
  std::vector<route_parameter> parameters_;
};

/// Fills a request; for the parser, and for tests of handlers that need one without a socket.
class request_builder {
 public:
  explicit request_builder(request& target) noexcept : request_{target} {}
  /// Empties it, keeping its memory (large memory is given back).
  void clear();
  void clear_body();
  void begin(http_method method, std::string_view target);
  void add_header(std::string_view name, std::string_view value);
  /// `value` must be a part of target(); `name` must outlive the request.
  void add_parameter(std::string_view name, std::string_view value);

 private:
  request::span append(std::string_view text);
  request& request_;
};

}  // namespace sellavie::net
