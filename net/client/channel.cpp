#include "net/client/channel.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace sellavie::net {
namespace {

bool must_wait() noexcept { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

int clamp(std::size_t size) noexcept { return static_cast<int>(std::min<std::size_t>(size, INT_MAX)); }

}  // namespace

/// OpenSSL's own socket BIO would raise SIGPIPE; this one also counts.
struct socket_bio {
  static channel& owner(BIO* bio) noexcept { return *static_cast<channel*>(BIO_get_data(bio)); }

  static int write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    channel& self = owner(bio);
    const auto sent = ::send(self.socket_.native_handle(), bytes, static_cast<std::size_t>(size),
                             MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && must_wait()) BIO_set_retry_write(bio);
    if (sent > 0) self.bytes_out_ += static_cast<std::uint64_t>(sent);
    return static_cast<int>(sent);
  }

  static int read(BIO* bio, char* into, int size) {
    BIO_clear_retry_flags(bio);
    channel& self = owner(bio);
    const auto got = ::recv(self.socket_.native_handle(), into, static_cast<std::size_t>(size), MSG_DONTWAIT);
    if (got < 0 && must_wait()) BIO_set_retry_read(bio);
    self.socket_ended_ = got == 0;
    return static_cast<int>(got);
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "sellavie");
      BIO_meth_set_write(fresh, &socket_bio::write);
      BIO_meth_set_read(fresh, &socket_bio::read);
      BIO_meth_set_ctrl(fresh, &socket_bio::control);
      return fresh;
    }();
    return made;
  }
};

bool channel::use_tls(SSL_CTX* context, const std::string& host, SSL_SESSION* resumed) {
  ssl_ = make_client_ssl(context, host);
  BIO* bio = ssl_ ? BIO_new(socket_bio::method()) : nullptr;
  if (bio == nullptr) return false;
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  if (resumed != nullptr) SSL_set_session(ssl_.get(), resumed);
  return true;
}

channel::outcome channel::why(int ssl_result) {
  switch (SSL_get_error(ssl_.get(), ssl_result)) {
    case SSL_ERROR_WANT_READ: return outcome::want_read;
    case SSL_ERROR_WANT_WRITE: return outcome::want_write;
    case SSL_ERROR_ZERO_RETURN: return outcome::closed;
    default: return outcome::failed;
  }
}

channel::outcome channel::handshake() {
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_.get());
  return done == 1 ? outcome::done : why(done);
}

std::string channel::handshake_failure() const {
  const long verdict = SSL_get_verify_result(ssl_.get());
  if (verdict == X509_V_OK) return "TLS handshake failed";
  return std::string{"TLS certificate refused: "} + X509_verify_cert_error_string(verdict);
}

channel::transfer channel::read(std::span<char> into) {
  if (ssl_) {
    ERR_clear_error();
    const int got = SSL_read(ssl_.get(), into.data(), clamp(into.size()));
    if (got > 0) return {outcome::done, static_cast<std::size_t>(got)};
    return {why(got), 0};
  }
  const auto got = ::recv(socket_.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
  if (got > 0) return {outcome::done, static_cast<std::size_t>(got)};
  if (got == 0) return {outcome::closed, 0};
  return {must_wait() ? outcome::want_read : outcome::failed, 0};
}

channel::transfer channel::write(std::string_view bytes) {
  if (ssl_) {
    ERR_clear_error();
    const int sent = SSL_write(ssl_.get(), bytes.data(), clamp(bytes.size()));
    if (sent > 0) return {outcome::done, static_cast<std::size_t>(sent)};
    return {why(sent), 0};
  }
  const auto sent = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) return {must_wait() ? outcome::want_write : outcome::failed, 0};
  bytes_out_ += static_cast<std::uint64_t>(sent);
  return {outcome::done, static_cast<std::size_t>(sent)};
}

bool channel::is_stale() {
  char byte = 0;
  const auto seen = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (seen < 0) return !must_wait();
  if (seen == 0 || !ssl_) return true;
  ERR_clear_error();  // TLS may say something between answers: tickets, key updates, the farewell
  const int got = SSL_peek(ssl_.get(), &byte, 1);
  return got > 0 || why(got) != outcome::want_read || socket_ended_;
}

void channel::say_farewell() {
  if (!ssl_ || SSL_is_init_finished(ssl_.get()) != 1) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

ssl_session_ptr channel::resumable_session() const {
  if (!ssl_) return nullptr;
  ssl_session_ptr session{SSL_get1_session(ssl_.get())};
  return session && SSL_SESSION_is_resumable(session.get()) == 1 ? std::move(session) : nullptr;
}

}  // namespace sellavie::net
