#pragma once
// The client side of TLS: 1.2 or newer, the system's roots, peers always verified, HTTP/1.1 by ALPN.

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "protocol/domain/error.hpp"

namespace sellavie::net {

struct ssl_deleter {
  void operator()(SSL_CTX* each) const noexcept { SSL_CTX_free(each); }
  void operator()(SSL* each) const noexcept { SSL_free(each); }
  void operator()(SSL_SESSION* each) const noexcept { SSL_SESSION_free(each); }
};
using ssl_context_ptr = std::unique_ptr<SSL_CTX, ssl_deleter>;
using ssl_ptr = std::unique_ptr<SSL, ssl_deleter>;
using ssl_session_ptr = std::unique_ptr<SSL_SESSION, ssl_deleter>;

[[nodiscard]] result<ssl_context_ptr> make_client_tls(const std::string& extra_ca_file);

/// A TLS object that will accept only a certificate for `host` (name with SNI, or address).
/// Null when out of memory.
[[nodiscard]] ssl_ptr make_client_ssl(SSL_CTX* context, const std::string& host);

}  // namespace sellavie::net
