#include "protocol/crypto/digest.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <string>

#include "protocol/crypto/encoding.hpp"
#include "protocol/crypto/openssl_ptr.hpp"

namespace sellavie::crypto {
namespace {

// Fetched once: an implicit fetch per call takes a lock inside OpenSSL 3.
const EVP_MD* hash_of(hash_algorithm algorithm) {
  static const auto sha1_hash = own(EVP_MD_fetch(nullptr, "SHA1", nullptr));
  static const auto sha256_hash = own(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  static const auto sha512_hash = own(EVP_MD_fetch(nullptr, "SHA512", nullptr));
  switch (algorithm) {
    case hash_algorithm::sha1: return sha1_hash.get();
    case hash_algorithm::sha256: return sha256_hash.get();
    case hash_algorithm::sha512: return sha512_hash.get();
  }
  return sha256_hash.get();
}

EVP_MD_CTX* scratch_context() {
  thread_local const auto context = own(EVP_MD_CTX_new());
  return context.get();
}

constexpr std::size_t digest_size(hash_algorithm algorithm) noexcept {
  switch (algorithm) {
    case hash_algorithm::sha1: return 20;
    case hash_algorithm::sha256: return 32;
    case hash_algorithm::sha512: return 64;
  }
  return 32;
}

openssl_ptr<EVP_MD_CTX> hash_state(hash_algorithm algorithm, std::span<const std::uint8_t> block) {
  auto context = own(EVP_MD_CTX_new());
  require(EVP_DigestInit_ex2(context.get(), hash_of(algorithm), nullptr) == 1);
  require(EVP_DigestUpdate(context.get(), block.data(), block.size()) == 1);
  return context;
}

}  // namespace

sha256_digest sha256(std::string_view data) {
  sha256_digest out{};
  EVP_MD_CTX* context = scratch_context();
  require(EVP_DigestInit_ex2(context, hash_of(hash_algorithm::sha256), nullptr) == 1);
  require(EVP_DigestUpdate(context, data.data(), data.size()) == 1);
  require(EVP_DigestFinal_ex(context, out.data(), nullptr) == 1);
  return out;
}

bool equal_constant_time(std::span<const std::uint8_t> left, std::span<const std::uint8_t> right) noexcept {
  return left.size() == right.size() &&
         (left.empty() || CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0);
}

bool equal_tokens(std::string_view left, std::string_view right) {
  return equal_constant_time(sha256(left), sha256(right));
}

// RFC 2104: H(key ^ opad, H(key ^ ipad, message)); both first blocks are hashed once, here.
struct hmac_key::prepared {
  hash_algorithm algorithm;
  openssl_ptr<EVP_MD_CTX> inner;
  openssl_ptr<EVP_MD_CTX> outer;
};

hmac_key::hmac_key(std::string_view secret, hash_algorithm algorithm) {
  std::array<std::uint8_t, 128> block{};
  const std::size_t block_size = algorithm == hash_algorithm::sha512 ? 128 : 64;
  if (secret.size() > block_size) {
    const auto context = hash_state(algorithm, as_bytes(secret));
    require(EVP_DigestFinal_ex(context.get(), block.data(), nullptr) == 1);
  } else {
    std::copy(secret.begin(), secret.end(), block.begin());
  }
  const std::span<std::uint8_t> used{block.data(), block_size};
  for (auto& byte : used) byte ^= 0x36;
  auto inner = hash_state(algorithm, used);
  for (auto& byte : used) byte ^= 0x36 ^ 0x5c;
  auto outer = hash_state(algorithm, used);
  OPENSSL_cleanse(block.data(), block.size());
  prepared_ = std::make_shared<const prepared>(prepared{algorithm, std::move(inner), std::move(outer)});
}

hash_algorithm hmac_key::algorithm() const noexcept { return prepared_->algorithm; }
std::size_t hmac_key::size() const noexcept { return digest_size(prepared_->algorithm); }

std::span<const std::uint8_t> hmac_key::sign(std::string_view message, std::span<std::uint8_t> out) const {
  require(out.size() >= size());
  EVP_MD_CTX* context = scratch_context();
  require(EVP_MD_CTX_copy_ex(context, prepared_->inner.get()) == 1);
  require(EVP_DigestUpdate(context, message.data(), message.size()) == 1);
  require(EVP_DigestFinal_ex(context, out.data(), nullptr) == 1);
  require(EVP_MD_CTX_copy_ex(context, prepared_->outer.get()) == 1);
  require(EVP_DigestUpdate(context, out.data(), size()) == 1);
  require(EVP_DigestFinal_ex(context, out.data(), nullptr) == 1);
  return out.first(size());
}

bool hmac_key::verify(std::string_view message, std::span<const std::uint8_t> signature) const {
  std::array<std::uint8_t, 64> expected{};
  return equal_constant_time(sign(message, expected), signature);
}

sha256_digest hmac_sha256(std::string_view secret, std::string_view message) {
  sha256_digest out{};
  hmac_key{secret, hash_algorithm::sha256}.sign(message, out);
  return out;
}

sha512_digest hmac_sha512(std::string_view secret, std::string_view message) {
  sha512_digest out{};
  hmac_key{secret, hash_algorithm::sha512}.sign(message, out);
  return out;
}

sha256_digest derive_key(std::string_view input_key, std::string_view salt, std::string_view info) {
  const auto pseudo_random_key = hmac_sha256(salt, input_key);
  return hmac_sha256(as_text(pseudo_random_key), std::string{info} + '\x01');
}

}  // namespace sellavie::crypto
