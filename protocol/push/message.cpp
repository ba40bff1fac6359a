#include "protocol/push/message.hpp"

#include <algorithm>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"
#include "protocol/crypto/sealed_box.hpp"

namespace sellavie::push {
namespace {

using namespace std::string_view_literals;
using crypto::as_text;

constexpr std::size_t salt_size = 16;
constexpr std::size_t point_size = 65;
/// salt | record size, 4 bytes | length of the key id, 1 byte | the sender's point as key id.
constexpr std::size_t header_size = salt_size + 4 + 1 + point_size;
constexpr std::size_t tag_size = 16;
constexpr auto record_size = "\0\0\x10\0"sv;  // 4096
constexpr char last_record = '\x02';

struct content_keys {
  crypto::aes128_key key{};
  crypto::gcm_nonce nonce{};
};

/// RFC 8291 section 3.4. `shared` is the same from either side.
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
  std::string body{as_text(with.salt)};
  body.append(record_size).append(1, static_cast<char>(point_size)).append(as_text(sender));
  return body += crypto::seal(keys.key, keys.nonce, "", plain);
}

result<std::string> decrypt(const crypto::p256_key& receiver, const std::array<std::uint8_t, 16>& auth,
                            std::string_view body) {
  if (body.size() < header_size + tag_size + 1 || body.substr(salt_size, 4) != record_size ||
      body[salt_size + 4] != static_cast<char>(point_size))
    return make_failure(errc::bad_signature);
  crypto::p256_point sender{};
  std::copy_n(crypto::as_bytes(body).begin() + salt_size + 5, point_size, sender.begin());
  const auto shared = receiver.agree_with(sender);
  if (!shared) return make_failure(errc::bad_signature);
  const auto keys =
      keys_of(*shared, as_text(auth), receiver.public_point(), sender, body.substr(0, salt_size));
  auto plain = crypto::open(keys.key, keys.nonce, "", body.substr(header_size));
  if (!plain) return plain.error();
  const auto end = plain.value().find_last_not_of('\0');
  if (end == std::string::npos || plain.value()[end] != last_record) return make_failure(errc::bad_signature);
  plain.value().resize(end);
  return plain;
}

}  // namespace sellavie::push
