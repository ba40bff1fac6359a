#pragma once
// One-time codes of an authenticator app: TOTP (RFC 6238) with SHA-1, 6 digits and 30 s, which is
// what the apps out there support, and the recovery codes beside it. Time and randomness are
// arguments. Source of the rules: facts/PROVIDERS C3.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/domain/time.hpp"

namespace sellavie::crypto {

/// 160 bits, as RFC 4226 recommends.
using totp_secret = std::array<std::uint8_t, 20>;

inline constexpr int totp_period_s = 30;

/// Number of the 30 s step that `at` falls into.
[[nodiscard]] std::int64_t totp_step(instant at) noexcept;
/// HOTP (RFC 4226): six digits.
[[nodiscard]] std::string hotp_code(std::span<const std::uint8_t> secret, std::int64_t counter);

/// The step that `code` belongs to: the present one or a neighbour, and later than `last_accepted`
/// (a code is never accepted twice). Nothing otherwise. Constant time over the code.
[[nodiscard]] std::optional<std::int64_t> accept_totp(std::span<const std::uint8_t> secret,
                                                      std::string_view code, instant now,
                                                      std::int64_t last_accepted);

/// What the QR code of the enrolment says; `account` is shown in the app.
[[nodiscard]] std::string otpauth_uri(std::span<const std::uint8_t> secret, std::string_view issuer,
                                      std::string_view account);

/// RFC 4648 section 6, upper-case, without padding: for typing a secret by hand.
[[nodiscard]] std::string base32_encode(std::span<const std::uint8_t> bytes);

using recovery_seed = std::array<std::uint8_t, 10>;
/// "9f3k-a0bc-77xy-zz1q": 80 bits in letters and digits that nobody mixes up.
[[nodiscard]] std::string recovery_code(const recovery_seed& seed);
/// As typed by a person: case, spaces and dashes do not matter. The form that is hashed.
[[nodiscard]] std::string normal_recovery_code(std::string_view typed);

}  // namespace sellavie::crypto
