#include "protocol/crypto/totp.hpp"

#include <algorithm>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"

namespace sellavie::crypto {
namespace {

constexpr std::string_view base32_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Without i, l, o, u: 32 symbols.
constexpr std::string_view recovery_letters = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t recovery_group = 4;

/// Five bits a symbol, from the front; the rest is filled with zero bits.
std::string in_fives(std::span<const std::uint8_t> bytes, std::string_view letters) {
  std::string out;
  out.reserve((bytes.size() * 8 + 4) / 5);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    held = (held << 8U) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) out.push_back(letters[(held >> (bits - 5)) & 31U]);
    held &= 0xFFU;
  }
  if (bits > 0) out.push_back(letters[(held << (5 - bits)) & 31U]);
  return out;
}

bool is_unreserved(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(digits[byte >> 4U]);
    out.push_back(digits[byte & 15U]);
  }
  return out;
}

}  // namespace

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

std::string otpauth_uri(std::span<const std::uint8_t> secret, std::string_view issuer,
                        std::string_view account) {
  const std::string name = percent_encoded(issuer);
  return "otpauth://totp/" + name + ':' + percent_encoded(account) + "?secret=" + base32_encode(secret) +
         "&issuer=" + name + "&algorithm=SHA1&digits=6&period=" + std::to_string(totp_period_s);
}

std::string base32_encode(std::span<const std::uint8_t> bytes) { return in_fives(bytes, base32_letters); }

std::string recovery_code(const recovery_seed& seed) {
  const std::string letters = in_fives(seed, recovery_letters);
  std::string out;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (i > 0 && i % recovery_group == 0) out.push_back('-');
    out.push_back(letters[i]);
  }
  return out;
}

std::string normal_recovery_code(std::string_view typed) {
  std::string out;
  for (char c : typed) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    if (c == 'o') c = '0';
    if (c == 'i' || c == 'l') c = '1';
    if (recovery_letters.find(c) != std::string_view::npos) out.push_back(c);
  }
  return out;
}

}  // namespace sellavie::crypto
