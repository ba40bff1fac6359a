#pragma once
// How a receiver knows that a webhook is ours, and of now: the scheme of standardwebhooks.com, for which there are
// libraries in many languages. Three headers: webhook-id (the event's), webhook-timestamp (seconds, of this attempt) and
// webhook-signature ("v1," and base64 of HMAC-SHA256 over "<id>.<timestamp>.<body>"; one for each secret that is valid,
// with blanks between them, so that a secret can be replaced without a gap).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/domain/error.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::outgoing {

/// "whsec_" and base64 of 32 bytes.
[[nodiscard]] std::string make_secret(std::span<const std::uint8_t, 32> random);

struct signed_message {
  std::string_view id;
  instant at{};
  std::string_view body;
};

/// The value of webhook-signature under each of the secrets, in their order. errc::malformed: one is no secret.
[[nodiscard]] result<std::string> sign(std::span<const std::string> secrets, const signed_message& message);
/// The value of webhook-timestamp.
[[nodiscard]] std::string timestamp_of(instant at);

}  // namespace sellavie::outgoing
