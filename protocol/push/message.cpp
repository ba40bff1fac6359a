#include "protocol/push/message.hpp"

#include <algorithm>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"
#include "protocol/crypto/sealed_box.hpp"

namespace sellavie::push {
namespace {

using namespace std::string_view_literals;
using crypto::as_text;

constexpr std::size_t point_size = 65;
constexpr auto record_size = "\0\0\x10\0"sv;  // 4096
constexpr char last_record = '\x02';

struct content_keys {
  crypto::aes128_key key{};
  crypto::gcm_nonce nonce{};
};

/// RFC 8291 section 3.4.
content_keys keys_of(const crypto::p256_secret& shared, std::string_view auth,
                     const crypto::p256_point& receiver, const crypto::p256_point& sender,
                     std::string_view salt) {
  std::string info{"WebPush: info\0"sv};
  info.append(as_text(receiver)).append(as_text(sender));
  const auto input = crypto::derive_key(as_text(shared), auth, info);
  const auto key = crypto::derive_key(as_text(input), salt, "Content-Encoding: aes128gcm\0"sv);
  const auto nonce = crypto::derive_key(as_text(input), salt, "Content-Encoding: nonce\0"sv);
  content_keys keys;
  std::copy_n(key.begin(), keys.key.size(), keys.key.begin());
  std::copy_n(nonce.begin(), keys.nonce.size(), keys.nonce.begin());
  return keys;
}

}  // namespace

result<std::string> encrypt(const subscription& to, std::string_view message, const message_keys& with,
                            std::size_t padded_to) {
  if (message.size() > largest_message) return make_failure(errc::too_large, "a push message is too long");
  const auto shared = with.sender.agree_with(to.receiver);
  if (!shared) return make_failure(errc::malformed, "a push subscription has no key");
  const auto& sender = with.sender.public_point();
  const auto keys = keys_of(*shared, as_text(to.auth), to.receiver, sender, as_text(with.salt));
  std::string plain{message};
  plain += last_record;
  plain.resize(std::max(plain.size(), std::min(padded_to, largest_message) + 1), '\0');
  // salt | record size | length of the key id | the sender's point as key id
  std::string body{as_text(with.salt)};
  body.append(record_size).append(1, static_cast<char>(point_size)).append(as_text(sender));
  return body += crypto::seal(keys.key, keys.nonce, "", plain);
}

}  // namespace sellavie::push
