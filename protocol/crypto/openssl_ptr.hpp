#pragma once
// Owning pointers for OpenSSL's objects. Private to protocol/crypto.

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

namespace sellavie::crypto {

struct openssl_free {
  void operator()(EVP_MD* p) const noexcept { EVP_MD_free(p); }
  void operator()(EVP_MD_CTX* p) const noexcept { EVP_MD_CTX_free(p); }
  void operator()(EVP_CIPHER* p) const noexcept { EVP_CIPHER_free(p); }
  void operator()(EVP_CIPHER_CTX* p) const noexcept { EVP_CIPHER_CTX_free(p); }
};
template <class T>
using openssl_ptr = std::unique_ptr<T, openssl_free>;

/// OpenSSL fails on these calls only when memory or the provider is missing: nothing to decide on.
inline void require(bool ok) {
  if (!ok) throw std::runtime_error("OpenSSL failed");
}

template <class T>
[[nodiscard]] openssl_ptr<T> own(T* pointer) {
  require(pointer != nullptr);
  return openssl_ptr<T>{pointer};
}

}  // namespace sellavie::crypto
