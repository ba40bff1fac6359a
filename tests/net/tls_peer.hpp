#pragma once
// A throw-away certificate authority and a blocking TLS server, made anew by each test run.

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/net/raw_peer.hpp"

namespace sellavie::test {

struct key_and_certificate {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> certificate;
};

/// Signed by `issuer`, or by itself (a CA) when there is none.
inline key_and_certificate make_certificate(const std::string& subject, const std::string& alternative_name,
                                            const key_and_certificate* issuer, long valid_for_s = 3600) {
  key_and_certificate made{{EVP_EC_gen("P-256"), EVP_PKEY_free}, {X509_new(), X509_free}};
  X509* x = made.certificate.get();
  X509_set_version(x, 2);
  static long serial = 1;
  ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x), -7200);
  X509_gmtime_adj(X509_getm_notAfter(x), valid_for_s);
  X509_set_pubkey(x, made.key.get());
  X509_NAME* name = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(subject.c_str()), -1, -1, 0);
  X509_set_issuer_name(x, issuer != nullptr ? X509_get_subject_name(issuer->certificate.get()) : name);
  const auto extend = [x](int id, const char* value) {
    X509V3_CTX context{};
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, x, x, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension{
        X509V3_EXT_conf_nid(nullptr, &context, id, value), X509_EXTENSION_free};
    X509_add_ext(x, extension.get(), -1);
  };
  extend(NID_basic_constraints, issuer != nullptr ? "CA:FALSE" : "critical,CA:TRUE");
  if (!alternative_name.empty()) extend(NID_subject_alt_name, alternative_name.c_str());
  X509_sign(x, issuer != nullptr ? issuer->key.get() : made.key.get(), EVP_sha256());
  return made;
}

/// The authority's certificate as a PEM file that lives as long as this.
class test_authority {
 public:
  test_authority() : root_{make_certificate("Test CA", "", nullptr)} {
    path_ = std::filesystem::temp_directory_path() / ("sellavie_ca_" + std::to_string(::getpid()) + ".pem");
    FILE* file = std::fopen(path_.c_str(), "w");
    PEM_write_X509(file, root_.certificate.get());
    std::fclose(file);
  }
  ~test_authority() { std::filesystem::remove(path_); }
  test_authority(const test_authority&) = delete;
  test_authority& operator=(const test_authority&) = delete;

  [[nodiscard]] std::string file() const { return path_.string(); }
  [[nodiscard]] const key_and_certificate& root() const { return root_; }

 private:
  key_and_certificate root_;
  std::filesystem::path path_;
};

/// The server's end of one TLS connection; blocking, bounded by the socket's timeouts.
class tls_peer {
 public:
  tls_peer(raw_peer socket, const key_and_certificate& identity, int highest_version = TLS1_3_VERSION)
      : socket_{std::move(socket)}, context_{SSL_CTX_new(TLS_server_method()), SSL_CTX_free} {
    SSL_CTX_use_certificate(context_.get(), identity.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity.key.get());
    SSL_CTX_set_max_proto_version(context_.get(), highest_version);
    ssl_ = {SSL_new(context_.get()), SSL_free};
    SSL_set_fd(ssl_.get(), socket_.fd());
    accepted_ = SSL_accept(ssl_.get()) == 1;
    ERR_clear_error();
  }

  [[nodiscard]] bool is_accepted() const { return accepted_; }
  [[nodiscard]] std::string server_name() const {
    const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    return name != nullptr ? name : "";
  }
  void send(std::string_view bytes) { SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())); }
  /// One read: enough for the small requests of the tests.
  [[nodiscard]] std::string read() {
    std::string buffer(64 * 1024, '\0');
    const int size = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    buffer.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return buffer;
  }
  void say_farewell() { SSL_shutdown(ssl_.get()); }
  void close() { socket_.close(); }

 private:
  raw_peer socket_;
  std::shared_ptr<SSL_CTX> context_;
  std::shared_ptr<SSL> ssl_;
  bool accepted_ = false;
};

}  // namespace sellavie::test
