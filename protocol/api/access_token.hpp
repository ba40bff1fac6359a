#pragma once
// Access tokens: JWT (RFC 7519), HS256 and nothing else, signed by the first key of a ring and
// verified by the one that `kid` names. Lives 60 minutes; whether its session was revoked is the
// caller's question. Source of the rules: RFC 8725.

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/crypto/digest.hpp"
#include "protocol/domain/error.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::api {

using account_id = basic_id<struct account_tag>;
using session_id = basic_id<struct session_tag>;

inline constexpr std::chrono::minutes access_token_life{60};
/// How far clocks may differ.
inline constexpr std::chrono::seconds access_token_leeway{30};
inline constexpr std::string_view access_token_issuer = "sellavie";
inline constexpr std::string_view access_token_audience = "sellavie-api";

struct access_claims {
  account_id account;
  session_id session;
  instant issued_at{};
  instant expires_at{};

  friend bool operator==(const access_claims&, const access_claims&) = default;
};

class access_token_keys {
 public:
  /// "kid:key" with key = base64url of at least 32 bytes. errc::malformed for a bad or doubled one,
  /// errc::invalid_value for none; never quotes it.
  [[nodiscard]] static result<access_token_keys> parse(std::span<const std::string> keys);

  [[nodiscard]] std::string sign(const access_claims& claims) const;
  /// errc::bad_signature for whatever is wrong, also with time; it never says which.
  [[nodiscard]] result<access_claims> verify(std::string_view token, instant now) const;

 private:
  struct key {
    std::string kid;
    crypto::hmac_key secret;
  };
  std::vector<key> keys_;
};

}  // namespace sellavie::api
