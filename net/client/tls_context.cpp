#include "net/client/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <array>
#include <boost/asio/ip/address.hpp>

namespace sellavie::net {
namespace {

constexpr std::array<unsigned char, 9> alpn{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

bool is_address(const std::string& host) {
  boost::system::error_code ec;
  boost::asio::ip::make_address(host, ec);
  return !ec;
}

bool expect_peer(SSL* ssl, const std::string& host) {
  if (is_address(host)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  // SSL_set_tlsext_host_name is a macro with an old-style cast.
  const long named =
      SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(host.c_str()));
  return named == 1 && SSL_set1_host(ssl, host.c_str()) == 1;
}

}  // namespace

result<ssl_context_ptr> make_client_tls(const std::string& extra_ca_file) {
  ssl_context_ptr context{SSL_CTX_new(TLS_client_method())};
  if (!context) return make_failure(errc::internal, "TLS context");
  SSL_CTX* raw = context.get();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_options(raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(
      raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(raw, 1);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_default_verify_paths(raw);
  if (!extra_ca_file.empty() && SSL_CTX_load_verify_locations(raw, extra_ca_file.c_str(), nullptr) != 1)
    return make_failure(errc::invalid_value, "the extra CA file cannot be read");
  ERR_clear_error();
  return context;
}

ssl_ptr make_client_ssl(SSL_CTX* context, const std::string& host) {
  ssl_ptr ssl{SSL_new(context)};
  if (!ssl || !expect_peer(ssl.get(), host)) return nullptr;
  SSL_set_alpn_protos(ssl.get(), alpn.data(), static_cast<unsigned>(alpn.size()));
  SSL_set_connect_state(ssl.get());
  return ssl;
}

}  // namespace sellavie::net
