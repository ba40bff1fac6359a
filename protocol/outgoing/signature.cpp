#include "protocol/outgoing/signature.hpp"

#include <chrono>
#include <optional>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"

namespace sellavie::outgoing {
namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr std::string_view version_prefix = "v1,";
constexpr std::size_t shortest_key = 24;
constexpr std::size_t longest_key = 64;

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

}  // namespace

std::string make_secret(std::span<const std::uint8_t, 32> random) {
  return std::string{secret_prefix} + crypto::base64_encode(random);
}

std::string timestamp_of(instant at) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
}

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

}  // namespace sellavie::outgoing
