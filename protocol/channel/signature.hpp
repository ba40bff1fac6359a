#pragma once
// Is it Meta who calls? Handshake (hub.challenge) and X-Hub-Signature-256, as Meta documents webhooks.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "protocol/crypto/digest.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie::channel {

/// Checks the bytes exactly as they came. `header_values`: every value of X-Hub-Signature-256.
/// Gives the index of the app secret that signed. errc::bad_signature when the header is missing,
/// doubled, not "sha256=" + 64 lower-case hex digits (upper case is refused: Meta never sends it,
/// so it is somebody else), or no key matches; the detail is for the log, never for the caller.
[[nodiscard]] result<std::size_t> verify_meta_signature(std::string_view raw_body,
                                                        std::span<const std::string_view> header_values,
                                                        std::span<const crypto::hmac_key> app_secrets);

/// One decoded query parameter.
struct query_parameter {
  std::string_view name;
  std::string_view value;
};

struct handshake_answer {
  /// 200, 400 (a parameter is missing or doubled) or 403 (mode or token is wrong).
  int status = 400;
  /// The challenge as text/plain; empty unless 200.
  std::string body;
};

/// GET handshake; takes hub.mode and hub_mode alike. An empty token in `tokens` never matches.
[[nodiscard]] handshake_answer answer_handshake(std::span<const query_parameter> parameters,
                                                std::span<const std::string> tokens);

}  // namespace sellavie::channel
