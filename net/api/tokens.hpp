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
/// Where a refresh token travels.
enum class token_place : std::uint8_t { body, cookie };
struct refresh_token {
  std::string text;
  token_place in = token_place::body;
};
/// What `keep_in` of the body asks for.
[[nodiscard]] token_place wished_place(const api_call& call);

/// New access token, with the refresh token in its place.
[[nodiscard]] api_outcome give_tokens(const workplace& place, const api_call& call, const session_of& whose,
                                      const refresh_token& refresh);

/// From the body, else from the cookie.
[[nodiscard]] std::optional<refresh_token> presented_refresh_token(const api_call& call);
/// Set-Cookie, as answers declare it.
[[nodiscard]] api::parameter refresh_cookie_header(api::presence when);
/// Set-Cookie that takes it away.
[[nodiscard]] std::string forgotten_cookie();

/// A short name of the device for people, from its User-Agent: "Firefox on Android".
[[nodiscard]] std::string device_name(std::string_view user_agent);

}  // namespace sellavie::net
