#pragma once
// Fernet tokens (github.com/fernet/spec) for secrets at rest, with a ring of keys.
// Time and IV are arguments. Decryption is strict and has one generic error.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/error.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::crypto {

using fernet_iv = std::array<std::uint8_t, 16>;

/// 16 bytes for signing, then 16 for encryption.
class fernet_key {
 public:
  /// The usual text form: 44 characters of padded base64url.
  [[nodiscard]] static std::optional<fernet_key> parse(std::string_view text);
  /// From 32 random bytes.
  explicit fernet_key(const std::array<std::uint8_t, 32>& bytes) noexcept : bytes_{bytes} {}

  [[nodiscard]] std::string text() const;
  /// 16 hex digits that name the key without revealing it; the database keeps these.
  [[nodiscard]] std::string fingerprint() const;
  [[nodiscard]] std::span<const std::uint8_t, 32> bytes() const noexcept { return bytes_; }

 private:
  std::array<std::uint8_t, 32> bytes_;
};

/// What a token held, and when it was made (seconds resolution).
struct fernet_content {
  std::string plaintext;
  instant created_at{};
};

/// The first key encrypts, each decrypts. Never empty.
class fernet_ring {
 public:
  explicit fernet_ring(fernet_key first) : keys_{first} {}
  /// errc::malformed for a bad key, errc::invalid_value for an empty list; never quotes the key.
  [[nodiscard]] static result<fernet_ring> parse(std::span<const std::string> keys);

  [[nodiscard]] std::string encrypt(std::string_view plaintext, const fernet_iv& iv, instant now) const;
  /// Age is not checked: these are secrets at rest.
  [[nodiscard]] result<fernet_content> decrypt(std::string_view token) const;
  /// True if the first key made it: nothing to seal anew.
  [[nodiscard]] bool is_current(std::string_view token) const;
  [[nodiscard]] const std::vector<fernet_key>& keys() const noexcept { return keys_; }

 private:
  std::vector<fernet_key> keys_;
};

}  // namespace sellavie::crypto
