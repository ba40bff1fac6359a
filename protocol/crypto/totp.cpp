#include "protocol/crypto/totp.hpp"

#include <array>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"

namespace sellavie::crypto {

std::int64_t totp_step(instant at) noexcept { return to_unix_ms(at) / (1000 * totp_period_s); }

std::string hotp_code(std::span<const std::uint8_t> secret, std::int64_t counter) {
  std::array<std::uint8_t, 8> message{};
  for (std::size_t i = 0; i < 8; ++i)
    message[7 - i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(counter) >> (8 * i));
  std::array<std::uint8_t, 20> mac{};
  (void)hmac_key{as_text(secret), hash_algorithm::sha1}.sign(as_text(message), mac);
  const std::size_t offset = mac[19] & 15U;
  const std::uint32_t number = (static_cast<std::uint32_t>(mac[offset] & 0x7FU) << 24U) |
                               (static_cast<std::uint32_t>(mac[offset + 1]) << 16U) |
                               (static_cast<std::uint32_t>(mac[offset + 2]) << 8U) | mac[offset + 3];
  const std::string digits = std::to_string(number % 1'000'000);
  return std::string(6 - digits.size(), '0') + digits;
}

// All three are computed, so that the time tells nothing.
std::optional<std::int64_t> accept_totp(std::span<const std::uint8_t> secret, std::string_view code,
                                        instant now, std::int64_t last_accepted) {
  const std::int64_t present = totp_step(now);
  std::optional<std::int64_t> accepted;
  for (const std::int64_t step : {present - 1, present, present + 1}) {
    const bool fits = equal_tokens(hotp_code(secret, step), code);
    if (fits && step > last_accepted && !accepted) accepted = step;
  }
  return accepted;
}

std::string otpauth_uri(std::string_view issuer, std::string_view account,
                        std::span<const std::uint8_t> secret) {
  return "otpauth://totp/" + percent_encode(issuer) + ':' + percent_encode(account) +
         "?secret=" + base32_encode(secret) + "&issuer=" + percent_encode(issuer) +
         "&algorithm=SHA1&digits=6&period=" + std::to_string(totp_period_s);
}

}  // namespace sellavie::crypto
