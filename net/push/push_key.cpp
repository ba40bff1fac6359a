#include "net/push/push_key.hpp"

#include <algorithm>

#include "protocol/crypto/encoding.hpp"

namespace sellavie::net {

result<crypto::p256_key> push_key_of(const config::security_settings& security) {
  const auto& text = security.push_key.reveal();
  const auto style = text.ends_with('=') ? crypto::padding::required : crypto::padding::none;
  const auto bytes = crypto::base64url_decode(text, style);
  crypto::p256_secret number{};
  if (bytes && bytes->size() == number.size()) {
    std::copy_n(crypto::as_bytes(*bytes).begin(), number.size(), number.begin());
    if (auto key = crypto::p256_key::from(number)) return *std::move(key);
  }
  return make_failure(errc::malformed, "security.push_key is no number of the curve P-256; make another one");
}

}  // namespace sellavie::net
