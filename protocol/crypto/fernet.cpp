#include "protocol/crypto/fernet.hpp"

#include <algorithm>
#include <limits>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"
#include "protocol/crypto/openssl_ptr.hpp"

namespace sellavie::crypto {
namespace {

constexpr std::size_t block_size = 16;
constexpr std::size_t token_header_size = 1 + 8 + block_size;
constexpr std::size_t mac_size = 32;
constexpr std::size_t minimum_size = token_header_size + block_size + mac_size;
constexpr auto max_plaintext = static_cast<std::size_t>(std::numeric_limits<int>::max()) / 2;

const EVP_CIPHER* aes_128_cbc() {
  static const auto cipher = own(EVP_CIPHER_fetch(nullptr, "AES-128-CBC", nullptr));
  return cipher.get();
}

std::string_view signing_part(const fernet_key& key) { return as_text(key.bytes().first(16)); }

// The AES half of a key, in one direction; nullopt only for bad padding.
std::optional<std::string> run_aes(const fernet_key& key, const std::uint8_t* iv, std::string_view input,
                                   bool encrypt) {
  const auto context = own(EVP_CIPHER_CTX_new());
  require(EVP_CipherInit_ex2(context.get(), aes_128_cbc(), key.bytes().data() + 16, iv, encrypt ? 1 : 0,
                             nullptr) == 1);
  std::string out(input.size() + block_size, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  int body = 0;
  int tail = 0;
  require(EVP_CipherUpdate(context.get(), to, &body, as_bytes(input).data(),
                           static_cast<int>(input.size())) == 1);
  if (EVP_CipherFinal_ex(context.get(), to + body, &tail) != 1) return std::nullopt;
  out.resize(static_cast<std::size_t>(body) + static_cast<std::size_t>(tail));
  return out;
}

std::string encrypt_at(const fernet_key& key, std::string_view plaintext, const fernet_iv& iv,
                       std::uint64_t seconds) {
  require(plaintext.size() <= max_plaintext);
  std::string token(1, '\x80');
  for (int shift = 56; shift >= 0; shift -= 8) token.push_back(static_cast<char>(seconds >> shift & 0xff));
  token += as_text(iv);
  token += run_aes(key, iv.data(), plaintext, true).value();
  const auto mac = hmac_sha256(signing_part(key), token);
  token += as_text(mac);
  return base64url_encode(as_bytes(token), padding::required);
}

std::uint64_t seconds_of(std::string_view token) noexcept {
  std::uint64_t seconds = 0;
  for (const char c : token.substr(1, 8)) seconds = seconds << 8 | static_cast<std::uint8_t>(c);
  return seconds;
}

bool is_signed_by(const fernet_key& key, std::string_view token) {
  const auto mac = hmac_sha256(signing_part(key), token.substr(0, token.size() - mac_size));
  return equal_constant_time(mac, as_bytes(token.substr(token.size() - mac_size)));
}

// The raw token if its shape is right, before any key is involved.
std::optional<std::string> unwrap(std::string_view token) {
  auto raw = base64url_decode(token, padding::required);
  if (!raw || raw->size() < minimum_size || (raw->size() - token_header_size - mac_size) % block_size != 0)
    return std::nullopt;
  if (raw->size() > max_plaintext || raw->front() != '\x80') return std::nullopt;
  return raw;
}

}  // namespace

std::optional<fernet_key> fernet_key::parse(std::string_view text) {
  const auto raw = base64url_decode(text, padding::required);
  if (!raw || raw->size() != 32) return std::nullopt;
  std::array<std::uint8_t, 32> bytes{};
  std::copy(raw->begin(), raw->end(), bytes.begin());
  return fernet_key{bytes};
}

std::string fernet_key::text() const { return base64url_encode(bytes_, padding::required); }

std::string fernet_key::fingerprint() const {
  const auto digest = hmac_sha256("sellavie key fingerprint v1", as_text(bytes_));
  return hex_encode(std::span{digest}.first(8));
}

result<fernet_ring> fernet_ring::parse(std::span<const std::string> keys) {
  if (keys.empty()) return make_failure(errc::invalid_value, "no Fernet key");
  std::vector<fernet_key> parsed;
  for (const std::string& text : keys) {
    const auto key = fernet_key::parse(text);
    if (!key) return make_failure(errc::malformed, "a Fernet key is not 32 bytes of padded base64url");
    parsed.push_back(*key);
  }
  fernet_ring ring{parsed.front()};
  ring.keys_ = std::move(parsed);
  return ring;
}

std::string fernet_ring::encrypt(std::string_view plaintext, const fernet_iv& iv, instant now) const {
  return encrypt_at(keys_.front(), plaintext, iv,
                    static_cast<std::uint64_t>(std::max<std::int64_t>(to_unix_ms(now), 0) / 1000));
}

result<fernet_content> fernet_ring::decrypt(std::string_view token) const {
  const auto raw = unwrap(token);
  if (!raw) return make_failure(errc::bad_signature);
  for (const fernet_key& key : keys_) {
    if (!is_signed_by(key, *raw)) continue;
    const std::string_view ciphertext =
        std::string_view{*raw}.substr(token_header_size, raw->size() - token_header_size - mac_size);
    auto plaintext = run_aes(key, as_bytes(*raw).data() + 9, ciphertext, false);
    if (!plaintext) return make_failure(errc::bad_signature);
    constexpr std::uint64_t latest =
        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / 1000);
    return fernet_content{
        std::move(*plaintext),
        instant_from_ms(static_cast<std::int64_t>(std::min(seconds_of(*raw), latest)) * 1000)};
  }
  return make_failure(errc::bad_signature);
}

bool fernet_ring::is_current(std::string_view token) const {
  const auto raw = unwrap(token);
  return raw && is_signed_by(keys_.front(), *raw);
}

}  // namespace sellavie::crypto
