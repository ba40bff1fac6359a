#pragma once
// One-time codes of an authenticator app: TOTP (RFC 6238) with SHA-1, 6 digits and 30 s, which is
// what the apps out there support. Time is an argument.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/domain/time.hpp"

namespace sellavie::crypto {

inline constexpr int totp_period_s = 30;
/// 160 bits, as RFC 4226 recommends.
inline constexpr std::size_t totp_secret_size = 20;

/// Number of the 30 s step that `at` falls into.
[[nodiscard]] std::int64_t totp_step(instant at) noexcept;
/// HOTP (RFC 4226): six digits.
[[nodiscard]] std::string hotp_code(std::span<const std::uint8_t> secret, std::int64_t counter);

/// The step that `code` belongs to: the present one or a neighbour, and later than `last_accepted`
/// (a code is never accepted twice). Nothing otherwise. Constant time over the code.
[[nodiscard]] std::optional<std::int64_t> accept_totp(std::span<const std::uint8_t> secret,
                                                      std::string_view code, instant now,
                                                      std::int64_t last_accepted);

/// What an authenticator app reads, as text or from a picture: otpauth://totp/Issuer:account?secret=…
[[nodiscard]] std::string otpauth_uri(std::string_view issuer, std::string_view account,
                                      std::span<const std::uint8_t> secret);

}  // namespace sellavie::crypto
