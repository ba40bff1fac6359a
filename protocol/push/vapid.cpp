#include "protocol/push/vapid.hpp"

#include <nlohmann/json.hpp>

#include "protocol/crypto/encoding.hpp"

namespace sellavie::push {
namespace {

std::string encoded(const nlohmann::json& part) {
  return crypto::base64url_encode(crypto::as_bytes(part.dump()));
}

}  // namespace

std::string origin_of(std::string_view endpoint) {
  constexpr std::string_view mark = "://";
  const auto scheme = endpoint.find(mark);
  if (scheme == std::string_view::npos) return {};
  return std::string{endpoint.substr(0, endpoint.find_first_of("/?#", scheme + mark.size()))};
}

std::string public_key_text(const crypto::p256_key& own) {
  return crypto::base64url_encode(own.public_point());
}

std::string vapid_authorization(const crypto::p256_key& own, std::string_view audience,
                                std::string_view contact, instant now) {
  const auto until = std::chrono::floor<std::chrono::seconds>(now + vapid_life).time_since_epoch().count();
  nlohmann::json claims{{"aud", audience}, {"exp", until}};
  if (!contact.empty()) claims["sub"] = contact;
  auto token = encoded({{"typ", "JWT"}, {"alg", "ES256"}}) + '.' + encoded(claims);
  token += '.' + crypto::base64url_encode(own.sign(token));
  return "vapid t=" + token + ", k=" + public_key_text(own);
}

}  // namespace sellavie::push
