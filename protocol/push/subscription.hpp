#pragma once
// Where one browser takes messages, as its PushSubscription says: the push service's address, and for whom a message
// is encrypted (RFC 8291 section 2).

#include <array>
#include <string>
#include <string_view>

#include "protocol/crypto/p256.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie::push {

struct subscription {
  /// Whoever knows it can send there: a secret.
  std::string endpoint;
  crypto::p256_point receiver{};
  std::array<std::uint8_t, 16> auth{};
};

/// `receiver` and `auth` are base64url, as browsers give them (p256dh, auth). errc::malformed names the one that is wrong.
[[nodiscard]] result<subscription> parse_subscription(std::string endpoint, std::string_view receiver,
                                                      std::string_view auth);

}  // namespace sellavie::push
