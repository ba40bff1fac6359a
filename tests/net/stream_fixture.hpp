#pragma once
// A server whose streams a test holds in its hand.

#include "net/http/stream.hpp"
#include "tests/net/http_fixture.hpp"

namespace sellavie::test {

[[nodiscard]] inline net::stream_bytes bytes(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

/// What came through chunked framing; empty when the framing is broken, or cut off.
[[nodiscard]] inline std::string unchunked(std::string_view text) {
  std::string body;
  for (;;) {
    const auto line = text.find("\r\n");
    if (line == std::string_view::npos) return {};
    const auto size = std::strtoull(std::string{text.substr(0, line)}.c_str(), nullptr, 16);
    text.remove_prefix(line + 2);
    if (size == 0) return text == "\r\n" ? body : std::string{};
    if (text.size() < size + 2 || text.substr(size, 2) != "\r\n") return {};
    body.append(text.substr(0, size));
    text.remove_prefix(size + 2);
  }
}

class stream_test : public http_server_test {
 protected:
  struct listener {
    raw_peer peer;
    std::shared_ptr<net::stream> stream;
  };
  /// A client that has read the head, and the stream that it hears.
  [[nodiscard]] listener listen(net::stream_options options = {}) {
    listener one{connect(), nullptr};
    one.peer.send("GET /hold HTTP/1.1\r\nHost: t\r\n\r\n");
    one.stream = take_held().open_stream({.content_type = "text/plain"}, std::move(options));
    head = one.peer.read_through("\r\n\r\n");
    return one;
  }

  std::string head;
};

}  // namespace sellavie::test
