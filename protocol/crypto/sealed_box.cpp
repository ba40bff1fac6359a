#include "protocol/crypto/sealed_box.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <limits>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"
#include "protocol/crypto/openssl_ptr.hpp"

namespace sellavie::crypto {
namespace {

constexpr std::size_t tag_size = 16;
constexpr std::size_t hint_size = 4;
constexpr std::size_t nonce_size = std::tuple_size_v<gcm_nonce>;
constexpr std::size_t header_size = 1 + hint_size + nonce_size;
constexpr char version_byte = '\x01';
constexpr auto max_input = static_cast<std::size_t>(std::numeric_limits<int>::max()) - 64;
enum class direction : int { decrypt = 0, encrypt = 1 };

const EVP_CIPHER* aes_256_gcm() {
  static const auto cipher = own(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  return cipher.get();
}

const EVP_CIPHER* aes_128_gcm() {
  static const auto cipher = own(EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr));
  return cipher.get();
}

template <std::size_t Size>
openssl_ptr<EVP_CIPHER_CTX> keyed_context(const std::array<std::uint8_t, Size>& key, direction way) {
  static_assert(Size == 16 || Size == 32);
  auto context = own(EVP_CIPHER_CTX_new());
  require(EVP_CipherInit_ex2(context.get(), Size == 16 ? aes_128_gcm() : aes_256_gcm(), key.data(), nullptr,
                             static_cast<int>(way), nullptr) == 1);
  return context;
}

unsigned char* bytes_of(char* text) { return reinterpret_cast<unsigned char*>(text); }

// Starts a message under the context's key and feeds the associated data.
void start(EVP_CIPHER_CTX* context, const std::uint8_t* nonce, std::string_view aad) {
  require(aad.size() <= max_input);
  require(EVP_CipherInit_ex2(context, nullptr, nullptr, nonce, -1, nullptr) == 1);
  int written = 0;
  require(EVP_CipherUpdate(context, nullptr, &written, as_bytes(aad).data(), static_cast<int>(aad.size())) ==
          1);
}

// Appends ciphertext and tag to `out`.
void seal_onto(std::string& out, EVP_CIPHER_CTX* context, const std::uint8_t* nonce, std::string_view aad,
               std::string_view plaintext) {
  require(plaintext.size() <= max_input);
  const std::size_t at = out.size();
  out.resize(at + plaintext.size() + tag_size);
  start(context, nonce, aad);
  int written = 0;
  if (!plaintext.empty()) {
    require(EVP_CipherUpdate(context, bytes_of(out.data() + at), &written, as_bytes(plaintext).data(),
                             static_cast<int>(plaintext.size())) == 1);
  }
  require(EVP_CipherFinal_ex(context, bytes_of(out.data() + at + plaintext.size()), &written) == 1);
  require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, tag_size, out.data() + at + plaintext.size()) ==
          1);
}

result<std::string> open_with(EVP_CIPHER_CTX* context, const std::uint8_t* nonce, std::string_view aad,
                              std::string_view sealed) {
  if (sealed.size() < tag_size || sealed.size() > max_input) return make_failure(errc::bad_signature);
  const std::string_view ciphertext = sealed.substr(0, sealed.size() - tag_size);
  std::array<char, tag_size> tag{};
  std::copy_n(sealed.end() - tag_size, tag_size, tag.begin());
  std::string plaintext(ciphertext.size(), '\0');
  start(context, nonce, aad);
  int written = 0;
  if (!ciphertext.empty()) {
    require(EVP_CipherUpdate(context, bytes_of(plaintext.data()), &written, as_bytes(ciphertext).data(),
                             static_cast<int>(ciphertext.size())) == 1);
  }
  require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, tag_size, tag.data()) == 1);
  unsigned char none = 0;
  if (EVP_CipherFinal_ex(context, &none, &written) != 1) return make_failure(errc::bad_signature);
  return plaintext;
}

}  // namespace

std::string seal(const aes_key& key, const gcm_nonce& nonce, std::string_view aad,
                 std::string_view plaintext) {
  std::string out;
  seal_onto(out, keyed_context(key, direction::encrypt).get(), nonce.data(), aad, plaintext);
  return out;
}

result<std::string> open(const aes_key& key, const gcm_nonce& nonce, std::string_view aad,
                         std::string_view sealed) {
  return open_with(keyed_context(key, direction::decrypt).get(), nonce.data(), aad, sealed);
}

std::string seal(const aes128_key& key, const gcm_nonce& nonce, std::string_view aad,
                 std::string_view plaintext) {
  std::string out;
  seal_onto(out, keyed_context(key, direction::encrypt).get(), nonce.data(), aad, plaintext);
  return out;
}

result<std::string> open(const aes128_key& key, const gcm_nonce& nonce, std::string_view aad,
                         std::string_view sealed) {
  return open_with(keyed_context(key, direction::decrypt).get(), nonce.data(), aad, sealed);
}

struct body_cipher::keyed_contexts {
  std::string hint;
  openssl_ptr<EVP_CIPHER_CTX> encrypting;
  openssl_ptr<EVP_CIPHER_CTX> decrypting;
};

body_cipher::body_cipher(const fernet_ring& ring) {
  for (const fernet_key& key : ring.keys()) {
    aes_key derived = derive_key(as_text(key.bytes()), "", "sellavie inbox body v1");
    const auto digest = sha256(as_text(derived));
    keys_.push_back({std::string{as_text(digest).substr(0, hint_size)},
                     keyed_context(derived, direction::encrypt), keyed_context(derived, direction::decrypt)});
    OPENSSL_cleanse(derived.data(), derived.size());
  }
}
body_cipher::~body_cipher() = default;
body_cipher::body_cipher(body_cipher&&) noexcept = default;
body_cipher& body_cipher::operator=(body_cipher&&) noexcept = default;

std::string body_cipher::seal(const gcm_nonce& nonce, std::string_view aad, std::string_view plaintext) {
  const keyed_contexts& key = keys_.front();
  std::string box;
  box.reserve(header_size + plaintext.size() + tag_size);
  box += version_byte;
  box += key.hint;
  box += as_text(nonce);
  seal_onto(box, key.encrypting.get(), nonce.data(), aad, plaintext);
  return box;
}

std::string body_cipher::current_prefix() const { return version_byte + keys_.front().hint; }

result<std::string> body_cipher::open(std::string_view aad, std::string_view box) {
  if (box.size() < header_size + tag_size || box.front() != version_byte)
    return make_failure(errc::bad_signature);
  const std::string_view hint = box.substr(1, hint_size);
  const std::uint8_t* nonce = as_bytes(box.substr(1 + hint_size)).data();
  for (const keyed_contexts& key : keys_) {
    if (key.hint == hint) return open_with(key.decrypting.get(), nonce, aad, box.substr(header_size));
  }
  return make_failure(errc::bad_signature);
}

}  // namespace sellavie::crypto
