#pragma once
// A message to one browser, encrypted so that the push service in between reads nothing (RFC 8291, with the content
// coding aes128gcm of RFC 8188): one record, a key of its own for each message.

#include <array>
#include <string>
#include <string_view>

#include "protocol/crypto/p256.hpp"
#include "protocol/domain/error.hpp"
#include "protocol/push/subscription.hpp"

namespace sellavie::push {

/// What every push service takes, encrypted: 4096 bytes.
inline constexpr std::size_t largest_message = 3'993;
/// A message is padded to this length or to the largest one, so that the service does not learn its kind.
inline constexpr std::size_t usual_length = 512;

/// Fresh for each message.
struct message_keys {
  crypto::p256_key sender;
  std::array<std::uint8_t, 16> salt{};
};

/// The body of the request. errc::too_large; errc::malformed when the receiver's point is none.
[[nodiscard]] result<std::string> encrypt(const subscription& to, std::string_view message,
                                          const message_keys& with, std::size_t padded_to = usual_length);

}  // namespace sellavie::push
