#pragma once
// Blocking sockets without any HTTP knowledge of ours: what goes over the wire is what the test says.
// Every wait is bounded, so a hanging server fails a test instead of stopping the run.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace sellavie::test {

inline constexpr std::chrono::seconds patience{20};

/// Polls until it holds; false when patience ends.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

/// One answer, taken apart only as far as its framing.
struct raw_answer {
  std::string head;
  std::string body;

  [[nodiscard]] int status() const { return head.size() > 12 ? std::atoi(head.substr(9, 3).c_str()) : 0; }
  [[nodiscard]] bool has(std::string_view text) const { return head.find(text) != head.npos; }
};

class raw_peer {
 public:
  explicit raw_peer(int fd = -1) : fd_{fd} {
    if (fd_ >= 0) prepare();
  }
  raw_peer(raw_peer&& other) noexcept
      : fd_{std::exchange(other.fd_, -1)}, received_{std::move(other.received_)} {}
  raw_peer& operator=(raw_peer&& other) noexcept {
    close();
    fd_ = std::exchange(other.fd_, -1);
    received_ = std::move(other.received_);
    return *this;
  }
  ~raw_peer() { close(); }

  [[nodiscard]] static raw_peer connect_to(std::uint16_t port) { return connect_from(1, port); }

  /// As 127.0.0.`host`: each host is a peer of its own.
  [[nodiscard]] static raw_peer connect_from(unsigned char host, std::uint16_t port) {
    raw_peer peer{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in from = loopback(0);
    from.sin_addr.s_addr = htonl((INADDR_LOOPBACK & ~0xffU) | host);
    ::bind(peer.fd_, reinterpret_cast<sockaddr*>(&from), sizeof from);
    sockaddr_in at = loopback(port);
    if (::connect(peer.fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) peer.close();
    return peer;
  }

  [[nodiscard]] static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(port);
    return at;
  }

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] int fd() const { return fd_; }

  raw_peer& send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return *this;
  }

  void finish_sending() { ::shutdown(fd_, SHUT_WR); }

  /// Ends with a reset instead of a FIN.
  void abort() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }

  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

  /// The next answer framed by Content-Length (or without a body); empty head if the stream ended.
  [[nodiscard]] raw_answer read_answer(bool with_body = true) {
    raw_answer answer;
    const auto head_end = fill_until("\r\n\r\n");
    if (head_end == std::string::npos) return answer;
    answer.head = take(head_end + 4);
    const auto field = answer.head.find("Content-Length: ");
    if (field == std::string::npos || !with_body) return answer;
    const auto size = std::strtoull(answer.head.c_str() + field + 16, nullptr, 10);
    while (received_.size() < size && receive()) continue;
    answer.body = take(size);
    return answer;
  }

  /// Everything up to the end of the stream; nullopt if it did not end in time.
  [[nodiscard]] std::optional<std::string> read_to_end() {
    while (receive()) continue;
    if (!ended_) return std::nullopt;
    return std::exchange(received_, {});
  }

  /// Everything up to and including `mark`, or what there was when the stream ended.
  [[nodiscard]] std::string read_through(std::string_view mark) {
    const auto found = fill_until(mark);
    return take(found == std::string::npos ? received_.size() : found + mark.size());
  }

  /// The request head on the server's side of a test; with its body when Content-Length says so.
  [[nodiscard]] std::string read_request() {
    const raw_answer framed = read_answer();
    return framed.head + framed.body;
  }

 private:
  void prepare() const {
    const timeval bound{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof bound);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  bool receive() {
    char buffer[16 * 1024];
    const auto size = ::recv(fd_, buffer, sizeof buffer, 0);
    if (size > 0) received_.append(buffer, static_cast<std::size_t>(size));
    // A reset is an end too; only running out of patience is not.
    ended_ = size == 0 || (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
    return size > 0;
  }

  std::size_t fill_until(std::string_view mark) {
    auto found = received_.find(mark);
    while (found == std::string::npos && receive()) found = received_.find(mark);
    return found;
  }

  std::string take(std::size_t size) {
    std::string front = received_.substr(0, size);
    received_.erase(0, size);
    return front;
  }

  int fd_ = -1;
  bool ended_ = false;
  std::string received_;
};

/// A listening socket on an ephemeral loopback port.
class raw_listener {
 public:
  raw_listener() : fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in at = raw_peer::loopback(0);
    socklen_t size = sizeof at;
    ::bind(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at);
    ::listen(fd_, 64);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    const timeval bound{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &bound, sizeof bound);
  }
  raw_listener(const raw_listener&) = delete;
  raw_listener& operator=(const raw_listener&) = delete;
  ~raw_listener() { close(); }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int fd() const { return fd_; }
  /// Ends a blocked accept() on another thread.
  void stop() { ::shutdown(fd_, SHUT_RDWR); }
  [[nodiscard]] raw_peer accept() { return raw_peer{::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC)}; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace sellavie::test
