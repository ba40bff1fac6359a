#include "protocol/crypto/p256.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

#include <vector>

#include "protocol/crypto/openssl_ptr.hpp"

namespace sellavie::crypto {
namespace {

constexpr int number_size = 32;
constexpr char group_name[] = "prime256v1";

struct ec_free {
  void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }
  void operator()(EVP_PKEY_CTX* p) const noexcept { EVP_PKEY_CTX_free(p); }
  void operator()(EC_GROUP* p) const noexcept { EC_GROUP_free(p); }
  void operator()(EC_POINT* p) const noexcept { EC_POINT_free(p); }
  void operator()(BIGNUM* p) const noexcept { BN_clear_free(p); }
  void operator()(OSSL_PARAM_BLD* p) const noexcept { OSSL_PARAM_BLD_free(p); }
  void operator()(OSSL_PARAM* p) const noexcept { OSSL_PARAM_free(p); }
  void operator()(ECDSA_SIG* p) const noexcept { ECDSA_SIG_free(p); }
};
template <class T>
using ec_ptr = std::unique_ptr<T, ec_free>;

template <class T>
ec_ptr<T> hold(T* pointer) {
  require(pointer != nullptr);
  return ec_ptr<T>{pointer};
}

const EC_GROUP* curve() {
  static const auto group = hold(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  return group.get();
}

ec_ptr<BIGNUM> number_of(std::span<const std::uint8_t> bytes) {
  return hold(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

p256_point point_of(const BIGNUM* secret) {
  const auto point = hold(EC_POINT_new(curve()));
  require(EC_POINT_mul(curve(), point.get(), secret, nullptr, nullptr, nullptr) == 1);
  p256_point bytes{};
  require(EC_POINT_point2oct(curve(), point.get(), POINT_CONVERSION_UNCOMPRESSED, bytes.data(), bytes.size(),
                             nullptr) == bytes.size());
  return bytes;
}

ec_ptr<EVP_PKEY> make_key(const p256_point& point, const BIGNUM* secret) {
  const auto build = hold(OSSL_PARAM_BLD_new());
  require(OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, group_name, 0) == 1);
  require(OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                           point.size()) == 1);
  if (secret != nullptr)
    require(OSSL_PARAM_BLD_push_BN_pad(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, secret, number_size) == 1);
  const auto parameters = hold(OSSL_PARAM_BLD_to_param(build.get()));
  const auto context = hold(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  require(EVP_PKEY_fromdata_init(context.get()) == 1);
  EVP_PKEY* made = nullptr;
  const int kind = secret != nullptr ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
  require(EVP_PKEY_fromdata(context.get(), &made, kind, parameters.get()) == 1);
  return hold(made);
}

std::vector<unsigned char> to_der(const p256_signature& signature) {
  const auto whole = std::span{signature};
  auto pair = hold(ECDSA_SIG_new());
  require(ECDSA_SIG_set0(pair.get(), number_of(whole.first<number_size>()).release(),
                         number_of(whole.last<number_size>()).release()) == 1);
  unsigned char* bytes = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &bytes);
  require(size > 0);
  std::vector<unsigned char> der(bytes, bytes + size);
  OPENSSL_free(bytes);
  return der;
}

p256_signature from_der(const std::vector<unsigned char>& der) {
  const unsigned char* at = der.data();
  const auto pair = hold(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  p256_signature signature{};
  require(BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), signature.data(), number_size) == number_size);
  require(BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), signature.data() + number_size, number_size) ==
          number_size);
  return signature;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

struct p256_key::held {
  ec_ptr<EVP_PKEY> key;
};

std::optional<p256_key> p256_key::from(const p256_secret& secret) {
  const auto number = number_of(secret);
  if (BN_is_zero(number.get()) || BN_cmp(number.get(), EC_GROUP_get0_order(curve())) >= 0)
    return std::nullopt;
  const auto point = point_of(number.get());
  return p256_key{std::make_shared<const held>(held{make_key(point, number.get())}), point};
}

std::optional<p256_secret> p256_key::agree_with(const p256_point& other) const {
  if (!is_p256_point(other)) return std::nullopt;
  const auto peer = make_key(other, nullptr);
  const auto context = hold(EVP_PKEY_CTX_new_from_pkey(nullptr, key_->key.get(), nullptr));
  require(EVP_PKEY_derive_init(context.get()) == 1);
  require(EVP_PKEY_derive_set_peer(context.get(), peer.get()) == 1);
  p256_secret shared{};
  std::size_t size = shared.size();
  require(EVP_PKEY_derive(context.get(), shared.data(), &size) == 1 && size == shared.size());
  return shared;
}

p256_signature p256_key::sign(std::string_view message) const {
  const auto context = own(EVP_MD_CTX_new());
  require(EVP_DigestSignInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key_->key.get(),
                                nullptr) == 1);
  std::size_t size = 0;
  require(EVP_DigestSign(context.get(), nullptr, &size, bytes_of(message), message.size()) == 1);
  std::vector<unsigned char> der(size);
  require(EVP_DigestSign(context.get(), der.data(), &size, bytes_of(message), message.size()) == 1);
  der.resize(size);
  return from_der(der);
}

bool is_p256_point(const p256_point& point) {
  const auto read = hold(EC_POINT_new(curve()));
  // The point at infinity has another length.
  const bool is_one = point.front() == POINT_CONVERSION_UNCOMPRESSED &&
                      EC_POINT_oct2point(curve(), read.get(), point.data(), point.size(), nullptr) == 1;
  if (!is_one) ERR_clear_error();
  return is_one;
}

bool verify_p256(const p256_point& signer, std::string_view message, const p256_signature& signature) {
  if (!is_p256_point(signer)) return false;
  const auto key = make_key(signer, nullptr);
  const auto context = own(EVP_MD_CTX_new());
  require(EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key.get(), nullptr) ==
          1);
  const auto der = to_der(signature);
  const bool is_good =
      EVP_DigestVerify(context.get(), der.data(), der.size(), bytes_of(message), message.size()) == 1;
  if (!is_good) ERR_clear_error();
  return is_good;
}

}  // namespace sellavie::crypto
