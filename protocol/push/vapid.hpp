#pragma once
// How a push service knows that a message is ours (VAPID, RFC 8292): a token for its origin, signed with the key that the
// browser was given when it subscribed.

#include <chrono>
#include <string>
#include <string_view>

#include "protocol/crypto/p256.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::push {

/// Services take at most 24 h.
inline constexpr std::chrono::hours vapid_life{12};

/// The value of Authorization. `audience` is the origin of the subscription's endpoint, `contact` a mailto: or https:
/// address at which its operators reach ours; empty: none.
[[nodiscard]] std::string vapid_authorization(const crypto::p256_key& own, std::string_view audience,
                                              std::string_view contact, instant now);

/// "https://push.example:8443" of "https://push.example:8443/send/abc"; empty if it has none.
[[nodiscard]] std::string origin_of(std::string_view endpoint);

/// What browsers want as applicationServerKey.
[[nodiscard]] std::string public_key_text(const crypto::p256_key& own);

}  // namespace sellavie::push
