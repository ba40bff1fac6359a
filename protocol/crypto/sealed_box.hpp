#pragma once
// AES-256-GCM boxes: what is sealed can be read and was not changed, moved or truncated.
// Nonces are arguments (this folder has no randomness); a nonce must never repeat under one key.

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/crypto/fernet.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie::crypto {

using aes_key = std::array<std::uint8_t, 32>;
using gcm_nonce = std::array<std::uint8_t, 12>;

/// ciphertext || 16-byte tag; the caller keeps the nonce.
[[nodiscard]] std::string seal(const aes_key& key, const gcm_nonce& nonce, std::string_view aad,
                               std::string_view plaintext);
/// The plaintext, or errc::bad_signature without a reason.
[[nodiscard]] result<std::string> open(const aes_key& key, const gcm_nonce& nonce, std::string_view aad,
                                       std::string_view sealed);

/// The same with AES-128-GCM, which web push prescribes (RFC 8188).
using aes128_key = std::array<std::uint8_t, 16>;
[[nodiscard]] std::string seal(const aes128_key& key, const gcm_nonce& nonce, std::string_view aad,
                               std::string_view plaintext);
[[nodiscard]] result<std::string> open(const aes128_key& key, const gcm_nonce& nonce, std::string_view aad,
                                       std::string_view sealed);

/// Encrypts inbox bodies. Keys are derived (HKDF-SHA256, info "sellavie inbox body v1") from the
/// Fernet ring: the first seals, each opens. A box is
///   0x01 | first 4 bytes of SHA-256(derived key) | nonce 12 | ciphertext | tag 16.
/// Not thread-safe: it reuses its cipher contexts; make one per thread.
class body_cipher {
 public:
  explicit body_cipher(const fernet_ring& ring);
  ~body_cipher();
  body_cipher(body_cipher&&) noexcept;
  body_cipher& operator=(body_cipher&&) noexcept;

  /// `aad` binds the box to its row, for example its dedupe key.
  [[nodiscard]] std::string seal(const gcm_nonce& nonce, std::string_view aad, std::string_view plaintext);
  [[nodiscard]] result<std::string> open(std::string_view aad, std::string_view box);
  /// How every box of the first key begins, and none of another one.
  [[nodiscard]] std::string current_prefix() const;

 private:
  struct keyed_contexts;
  std::vector<keyed_contexts> keys_;
};

}  // namespace sellavie::crypto
