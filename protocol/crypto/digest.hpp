#pragma once
// Hashes, keyed hashes and constant-time comparison. OpenSSL appears in protocol/crypto only.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace sellavie::crypto {

using sha256_digest = std::array<std::uint8_t, 32>;
using sha512_digest = std::array<std::uint8_t, 64>;

[[nodiscard]] sha256_digest sha256(std::string_view data);

/// Takes the same time wherever the first difference is; different lengths are unequal at once.
[[nodiscard]] bool equal_constant_time(std::span<const std::uint8_t> left,
                                       std::span<const std::uint8_t> right) noexcept;
/// For passwords and tokens: hides the length too, by comparing hashes.
[[nodiscard]] bool equal_tokens(std::string_view left, std::string_view right);

/// sha1 only for TOTP, which the apps out there demand.
enum class hash_algorithm : std::uint8_t { sha1, sha256, sha512 };

/// A key prepared once: `sign` copies the two precomputed hash states instead of hashing the key
/// again. Immutable, cheap to copy, safe to use from many threads at the same time.
class hmac_key {
 public:
  explicit hmac_key(std::string_view secret, hash_algorithm algorithm = hash_algorithm::sha256);

  [[nodiscard]] hash_algorithm algorithm() const noexcept;
  /// 20, 32 or 64.
  [[nodiscard]] std::size_t size() const noexcept;
  /// Writes size() bytes to the front of `out` and returns them. `out` holds at least size() bytes.
  std::span<const std::uint8_t> sign(std::string_view message, std::span<std::uint8_t> out) const;
  /// True if `signature` (raw bytes, exactly size() long) is this key's for `message`.
  [[nodiscard]] bool verify(std::string_view message, std::span<const std::uint8_t> signature) const;

 private:
  struct prepared;
  std::shared_ptr<const prepared> prepared_;
};

/// One-shot forms for the cold paths.
[[nodiscard]] sha256_digest hmac_sha256(std::string_view secret, std::string_view message);
[[nodiscard]] sha512_digest hmac_sha512(std::string_view secret, std::string_view message);

/// HKDF-SHA256 (RFC 5869) with a 32-byte output: one key for one purpose (`info`).
[[nodiscard]] sha256_digest derive_key(std::string_view input_key, std::string_view salt,
                                       std::string_view info);

}  // namespace sellavie::crypto
