#include "protocol/api/access_token.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "protocol/crypto/encoding.hpp"

namespace sellavie::api {
namespace {

using nlohmann::json;

constexpr std::size_t longest_token = 1024;
constexpr std::size_t least_key_bytes = 32;
constexpr std::size_t longest_kid = 64;

bool is_kid(std::string_view text) noexcept {
  return !text.empty() && text.size() <= longest_kid && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

/// Keys are written with or without their padding.
std::optional<std::string> secret_of(std::string_view text) {
  return crypto::base64url_decode(text,
                                  text.ends_with('=') ? crypto::padding::required : crypto::padding::none);
}

std::int64_t seconds_of(instant at) { return to_unix_ms(at) / 1000; }

std::optional<json> part_of(std::string_view encoded) {
  const auto text = crypto::base64url_decode(encoded);
  if (!text) return std::nullopt;
  auto parsed = json::parse(*text, nullptr, false);
  if (!parsed.is_object()) return std::nullopt;
  return parsed;
}

std::string_view text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return {};
  return found->get_ref<const std::string&>();
}

/// NumericDate: seconds, perhaps with a fraction.
std::optional<double> date_of(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  const double seconds = found->get<double>();
  if (!(seconds >= 0 && seconds < 1e11)) return std::nullopt;
  return seconds;
}

instant instant_of(double seconds) { return instant_from_ms(static_cast<std::int64_t>(seconds * 1000)); }

std::optional<access_claims> claims_of(const json& payload, instant now) {
  const auto account = parse_uuid(text_of(payload, "sub"));
  const auto session = parse_uuid(text_of(payload, "sid"));
  const auto issued = date_of(payload, "iat");
  const auto expires = date_of(payload, "exp");
  if (!account || !session || !issued || !expires) return std::nullopt;
  if (text_of(payload, "iss") != access_token_issuer || text_of(payload, "aud") != access_token_audience)
    return std::nullopt;
  if (payload.contains("nbf")) {
    const auto not_before = date_of(payload, "nbf");
    if (!not_before || instant_of(*not_before) > now + access_token_leeway) return std::nullopt;
  }
  access_claims claims{{*account}, {*session}, instant_of(*issued), instant_of(*expires)};
  if (claims.issued_at > now + access_token_leeway || claims.expires_at <= now) return std::nullopt;
  if (claims.expires_at - claims.issued_at > access_token_life) return std::nullopt;
  return claims;
}

error refused() { return make_failure(errc::bad_signature, "the access token is not valid"); }

}  // namespace

result<access_token_keys> access_token_keys::parse(std::span<const std::string> keys) {
  if (keys.empty()) return make_failure(errc::invalid_value, "there is no key for access tokens");
  access_token_keys ring;
  for (const std::string& text : keys) {
    const auto colon = text.find(':');
    const auto kid = std::string_view{text}.substr(0, colon);
    const auto secret =
        colon == std::string::npos ? std::nullopt : secret_of(std::string_view{text}.substr(colon + 1));
    const bool doubled =
        std::any_of(ring.keys_.begin(), ring.keys_.end(), [&](const key& one) { return one.kid == kid; });
    if (!is_kid(kid) || doubled || !secret || secret->size() < least_key_bytes)
      return make_failure(errc::malformed,
                          "a key for access tokens must be kid:base64url of 32 bytes, each kid once");
    ring.keys_.push_back({std::string{kid}, crypto::hmac_key{*secret}});
  }
  return ring;
}

std::string access_token_keys::sign(const access_claims& claims) const {
  const key& with = keys_.front();
  const json header{{"alg", "HS256"}, {"typ", "JWT"}, {"kid", with.kid}};
  const json payload{{"iss", access_token_issuer},          {"aud", access_token_audience},
                     {"sub", to_string(claims.account)},    {"sid", to_string(claims.session)},
                     {"iat", seconds_of(claims.issued_at)}, {"exp", seconds_of(claims.expires_at)}};
  std::string token = crypto::base64url_encode(crypto::as_bytes(header.dump())) + '.' +
                      crypto::base64url_encode(crypto::as_bytes(payload.dump()));
  std::array<std::uint8_t, 32> signature{};
  token += '.' + crypto::base64url_encode(with.secret.sign(token, signature));
  return token;
}

// Verified over the bytes as received, before anything of the payload is believed.
result<access_claims> access_token_keys::verify(std::string_view token, instant now) const {
  const auto first = token.find('.');
  const auto second = token.rfind('.');
  if (token.size() > longest_token || first == std::string_view::npos || first == second) return refused();
  const auto header = part_of(token.substr(0, first));
  // "crit" announces rules that we do not know (RFC 7515 4.1.11).
  if (!header || text_of(*header, "alg") != "HS256" || header->contains("crit")) return refused();
  const auto kid = text_of(*header, "kid");
  const auto known = std::find_if(keys_.begin(), keys_.end(), [&](const key& one) { return one.kid == kid; });
  const auto signature = crypto::base64url_decode(token.substr(second + 1));
  if (known == keys_.end() || !signature) return refused();
  if (!known->secret.verify(token.substr(0, second), crypto::as_bytes(*signature))) return refused();
  const auto payload = part_of(token.substr(first + 1, second - first - 1));
  const auto claims = payload ? claims_of(*payload, now) : std::nullopt;
  if (!claims) return refused();
  return *claims;
}

}  // namespace sellavie::api
