#pragma once
// Bytes over one connected socket, plain or TLS, never blocking: a call does what it can at once and
// says what to wait for. TLS works on the socket directly, without an intermediate buffer pair.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "net/client/tls_context.hpp"
#include "net/lane_socket.hpp"

namespace sellavie::net {

class channel {
 public:
  enum class outcome : std::uint8_t {
    done,
    want_read,
    want_write,
    /// The peer ended the stream properly.
    closed,
    /// The stream broke: reset, or ended inside TLS without its farewell.
    failed,
  };
  struct transfer {
    outcome what = outcome::failed;
    std::size_t size = 0;
  };

  explicit channel(lane_socket& socket) noexcept : socket_{socket} {}
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;

  /// Before the handshake; `resumed` may be null. False when out of memory.
  [[nodiscard]] bool use_tls(SSL_CTX* context, const std::string& host, SSL_SESSION* resumed);
  [[nodiscard]] outcome handshake();
  /// Why the handshake failed, for the reason of an outcome.
  [[nodiscard]] std::string handshake_failure() const;

  [[nodiscard]] transfer read(std::span<char> into);
  [[nodiscard]] transfer write(std::string_view bytes);
  /// read() would give more without asking the socket.
  [[nodiscard]] bool has_buffered() const noexcept { return ssl_ && SSL_has_pending(ssl_.get()) == 1; }
  /// For an unused connection: the peer has ended it or said something unasked.
  [[nodiscard]] bool is_stale();
  /// Bytes given to the kernel so far.
  [[nodiscard]] std::uint64_t bytes_out() const noexcept { return bytes_out_; }
  /// Before closing: TLS's end of stream, if it can be written at once.
  void say_farewell();
  /// A session for the next connection to this origin, or null.
  [[nodiscard]] ssl_session_ptr resumable_session() const;

 private:
  friend struct socket_bio;
  [[nodiscard]] outcome why(int ssl_result);

  lane_socket& socket_;
  ssl_ptr ssl_;
  std::uint64_t bytes_out_ = 0;
  bool socket_ended_ = false;
};

}  // namespace sellavie::net
