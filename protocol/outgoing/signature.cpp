#include "protocol/outgoing/signature.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"

namespace sellavie::outgoing {
namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr std::string_view version_prefix = "v1,";
constexpr std::size_t shortest_key = 24;
constexpr std::size_t longest_key = 64;
constexpr std::size_t longest_time = 12;

std::optional<std::string> key_of(std::string_view secret) {
  if (!secret.starts_with(secret_prefix)) return std::nullopt;
  auto key = crypto::base64_decode(secret.substr(secret_prefix.size()));
  if (!key || key->size() < shortest_key || key->size() > longest_key) return std::nullopt;
  return key;
}

std::string signature_of(std::string_view key, std::string_view id, std::string_view timestamp,
                         std::string_view body) {
  std::string content{id};
  content.append(".").append(timestamp).append(".").append(body);
  return std::string{version_prefix} + crypto::base64_encode(crypto::hmac_sha256(key, content));
}

/// Short enough that no arithmetic overflows.
std::optional<std::int64_t> seconds_in(std::string_view text) noexcept {
  if (text.size() > longest_time) return std::nullopt;
  std::int64_t seconds = 0;
  const auto* const end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, seconds);
  return failure == std::errc{} && stopped == end ? std::optional{seconds} : std::nullopt;
}

std::int64_t seconds_of(instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

}  // namespace

std::string make_secret(std::span<const std::uint8_t, 32> random) {
  return std::string{secret_prefix} + crypto::base64_encode(random);
}

std::string timestamp_of(instant at) { return std::to_string(seconds_of(at)); }

result<std::string> sign(std::span<const std::string> secrets, const signed_message& message) {
  std::string value;
  for (const auto& secret : secrets) {
    const auto key = key_of(secret);
    if (!key) return make_failure(errc::malformed, "a webhook secret has the wrong shape");
    if (!value.empty()) value += ' ';
    value += signature_of(*key, message.id, timestamp_of(message.at), message.body);
  }
  if (value.empty()) return make_failure(errc::malformed, "there is no webhook secret");
  return value;
}

result<void> verify(std::string_view secret, const received_message& message, instant now,
                    std::chrono::seconds tolerance) {
  const auto refused = [](const char* why) { return make_failure(errc::bad_signature, why); };
  const auto key = key_of(secret);
  const auto at = seconds_in(message.timestamp);
  if (!key || !at) return refused("the secret or the timestamp has the wrong shape");
  const auto age = seconds_of(now) - *at;
  if (age > tolerance.count() || -age > tolerance.count()) return refused("the timestamp is not of now");
  const auto expected = signature_of(*key, message.id, message.timestamp, message.body);
  bool is_match = false;
  for (auto rest = message.signatures; !rest.empty();) {
    const auto one = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
    is_match = crypto::equal_tokens(expected, one) || is_match;
  }
  if (!is_match) return refused("no signature is of this secret");
  return {};
}

}  // namespace sellavie::outgoing
