#include "protocol/push/subscription.hpp"

#include <algorithm>

#include "protocol/crypto/encoding.hpp"

namespace sellavie::push {
namespace {

/// With or without padding: browsers differ.
template <std::size_t Size>
bool decode_into(std::array<std::uint8_t, Size>& bytes, std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  const auto decoded = crypto::base64url_decode(text);
  if (!decoded || decoded->size() != Size) return false;
  std::copy_n(crypto::as_bytes(*decoded).begin(), Size, bytes.begin());
  return true;
}

}  // namespace

result<subscription> parse_subscription(std::string endpoint, std::string_view receiver,
                                        std::string_view auth) {
  subscription read{.endpoint = std::move(endpoint)};
  if (!decode_into(read.receiver, receiver) || !crypto::is_p256_point(read.receiver))
    return make_failure(errc::malformed, "p256dh");
  if (!decode_into(read.auth, auth)) return make_failure(errc::malformed, "auth");
  return read;
}

}  // namespace sellavie::push
