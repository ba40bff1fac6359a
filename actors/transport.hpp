#pragma once
// The port through which actors reach other servers. Declared here, implemented in net/client;
// a simulation gives its own. Never blocks; calls the completion exactly once, from any thread.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sellavie::actors {

using header_list = std::vector<std::pair<std::string, std::string>>;

struct outbound_request {
  std::string method = "POST";
  /// Absolute http(s) URL. The connection pool is keyed by scheme, host and port.
  std::string url;
  /// Without Host, Content-Length and Connection: the transport sets them.
  header_list headers;
  std::string body;
  /// From send() to the last byte of the answer.
  std::chrono::milliseconds timeout{12000};
};

/// How far a failed request got; decides whether it may be repeated blindly.
enum class transport_outcome : std::uint8_t {
  /// A complete HTTP answer arrived; see `status`.
  answered,
  /// Nothing reached the other side (refused, DNS, TLS, pool full): safe to repeat.
  not_sent,
  /// Bytes left us and no complete answer came: the other side may have acted.
  lost,
};

struct outbound_response {
  transport_outcome outcome = transport_outcome::not_sent;
  int status = 0;
  /// Names lower-cased.
  header_list headers;
  std::string body;
  /// Why, when not answered ("connect refused", "deadline"); holds no secret and no body text.
  std::string reason;

  /// First value of a (lower-case) header, or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept {
    for (const auto& [key, value] : headers)
      if (key == name) return value;
    return {};
  }
};

class transport {
 public:
  using completion = std::function<void(outbound_response)>;
  virtual ~transport() = default;
  virtual void send(outbound_request request, completion done) = 0;
};

}  // namespace sellavie::actors
