#pragma once
// How tokens are made and how they reach a client: in the body, or (browsers) the refresh token in a
// cookie that scripts cannot read and other sites cannot send. A request that uses the cookie must
// also carry the header X-Sellavie-Client, which a foreign page cannot set without our consent (CORS).

#include <optional>
#include <string>
#include <string_view>

#include "net/api/call.hpp"
#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"

namespace sellavie::net {

inline constexpr std::string_view refresh_cookie = "sellavie_refresh";

/// 256 random bits as text, and what is stored of it.
struct secret_token {
  std::string text;
  crypto::sha256_digest hash{};
};
[[nodiscard]] secret_token make_secret_token(const api_services& with);
[[nodiscard]] crypto::fernet_iv make_iv(const api_services& with);

struct session_of {
  api::account_id account;
  api::session_id session;
};
/// New access token, with the refresh token where `keep_in` of the body wants it.
[[nodiscard]] api_outcome give_tokens(const workplace& place, const api_call& call, const session_of& whose,
                                      const std::string& refresh_token);

/// From the body, else from the cookie.
[[nodiscard]] std::optional<std::string> presented_refresh_token(const api_call& call);
/// Set-Cookie that takes it away.
[[nodiscard]] std::string forgotten_cookie();

/// A short name of the device for people, from its User-Agent: "Firefox on Android".
[[nodiscard]] std::string device_name(std::string_view user_agent);

}  // namespace sellavie::net
