#pragma once
// The other end of protocol/push/message: reads a message as a browser does (RFC 8291). Throws when it cannot.

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"
#include "protocol/crypto/p256.hpp"
#include "protocol/crypto/sealed_box.hpp"

namespace sellavie::push {

inline std::string decrypt(const crypto::p256_key& receiver, const std::array<std::uint8_t, 16>& auth,
                           std::string_view body) {
  using namespace std::string_view_literals;
  using crypto::as_text;
  constexpr std::size_t header =
      16 + 4 + 1 + 65;  // salt, record size, length of the key id, the sender's point
  if (body.size() <= header) throw std::runtime_error{"a push message without a body"};
  const auto salt = body.substr(0, 16);
  crypto::p256_point sender{};
  std::copy_n(crypto::as_bytes(body).begin() + 21, sender.size(), sender.begin());
  std::string info{"WebPush: info\0"sv};
  info.append(as_text(receiver.public_point())).append(as_text(sender));
  const auto input = crypto::derive_key(as_text(receiver.agree_with(sender).value()), as_text(auth), info);
  const auto key_bytes = crypto::derive_key(as_text(input), salt, "Content-Encoding: aes128gcm\0"sv);
  const auto nonce_bytes = crypto::derive_key(as_text(input), salt, "Content-Encoding: nonce\0"sv);
  crypto::aes128_key key{};
  crypto::gcm_nonce nonce{};
  std::copy_n(key_bytes.begin(), key.size(), key.begin());
  std::copy_n(nonce_bytes.begin(), nonce.size(), nonce.begin());
  auto plain = crypto::open(key, nonce, "", body.substr(header)).value();
  plain.resize(plain.find_last_of('\x02'));  // what follows is padding
  return plain;
}

}  // namespace sellavie::push
