#pragma once
// The curve P-256: agreement on a key (ECDH) and signatures (ECDSA with SHA-256, "ES256" of RFC 7518), as web push
// needs them. Keys are bytes: 32 of a private key, 65 of a public one (uncompressed, 0x04 first).
//
// Which private key is the caller's randomness. The nonce of a signature is OpenSSL's own: a caller who could choose it
// could give the key away.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace sellavie::crypto {

using p256_secret = std::array<std::uint8_t, 32>;
using p256_point = std::array<std::uint8_t, 65>;
using p256_signature = std::array<std::uint8_t, 64>;

/// Immutable, cheap to copy, safe to use from many threads at the same time.
class p256_key {
 public:
  /// Nothing when the number is 0 or not below the curve's order: of 32 random bytes, one in 2^32.
  [[nodiscard]] static std::optional<p256_key> from(const p256_secret& secret);

  [[nodiscard]] const p256_point& public_point() const noexcept { return public_; }
  /// The shared secret (an x coordinate); nothing when `other` is no point of the curve.
  [[nodiscard]] std::optional<p256_secret> agree_with(const p256_point& other) const;
  /// r and s, as JWTs have them.
  [[nodiscard]] p256_signature sign(std::string_view message) const;

 private:
  struct held;
  p256_key(std::shared_ptr<const held> key, const p256_point& point) : key_{std::move(key)}, public_{point} {}

  std::shared_ptr<const held> key_;
  p256_point public_;
};

[[nodiscard]] bool is_p256_point(const p256_point& point);
[[nodiscard]] bool verify_p256(const p256_point& signer, std::string_view message,
                               const p256_signature& signature);

}  // namespace sellavie::crypto
