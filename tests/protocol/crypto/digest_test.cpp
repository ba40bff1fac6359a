#include "protocol/crypto/digest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "protocol/crypto/encoding.hpp"

using namespace sellavie::crypto;

namespace {

TEST(sha256, knows_the_empty_string) {
  EXPECT_EQ(hex_encode(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(hmac, knows_the_vectors_of_rfc_4231) {
  EXPECT_EQ(hex_encode(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex_encode(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex_encode(hmac_sha512("Jefe", "what do ya want for nothing?")),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
            "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

TEST(hmac, hashes_a_key_longer_than_a_block) {
  EXPECT_EQ(hex_encode(hmac_sha256(std::string(131, '\xaa'),
                                   "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(hmac, knows_the_paystack_and_flutterwave_vectors) {
  EXPECT_EQ(
      hex_encode(hmac_sha512(
          "sk_test_abc",
          R"({"event":"charge.success","data":{"reference":"ord_1","amount":500000,"currency":"NGN"}})")),
      "caf6e12a1b794e16697869b64555d62b86f47c7dfa712723f52428e39897a59c"
      "1b510b1aee0a255f47eb5ac461425c7e0287648a990057473bf7bf56a77cad96");
  EXPECT_EQ(base64_encode(hmac_sha256(
                "my-secret-hash",
                R"({"type":"charge.completed","data":{"id":"chg_1","amount":5000,"currency":"NGN"}})")),
            "a8wpgOiL7O0HyUP2JylOO1uMODnF3U8DB9f3SXvem6g=");
}

TEST(hmac, knows_the_jwt_vector_of_rfc_7515) {
  const auto key = base64url_decode(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  ASSERT_TRUE(key);
  EXPECT_EQ(
      base64url_encode(hmac_sha256(
          *key,
          "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
          "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ")),
      "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST(hmac, sha1_gives_the_first_totp_of_rfc_6238) {
  const hmac_key key{"12345678901234567890", hash_algorithm::sha1};
  std::array<std::uint8_t, 20> mac{};
  key.sign(std::string_view{"\0\0\0\0\0\0\0\x01", 8}, mac);
  const std::size_t at = mac[19] & 15;
  const std::uint32_t code = (mac[at] & 0x7fU) << 24 | std::uint32_t{mac[at + 1]} << 16 |
                             std::uint32_t{mac[at + 2]} << 8 | mac[at + 3];
  EXPECT_EQ(code % 100'000'000, 94287082U);
}

TEST(hmac_key, verifies_its_own_signature_and_no_other) {
  const hmac_key key{"secret"};
  auto mac = hmac_sha256("secret", "message");
  EXPECT_TRUE(key.verify("message", mac));
  EXPECT_FALSE(key.verify("messagE", mac));
  EXPECT_FALSE(key.verify("message", std::span{mac}.first(31)));
  EXPECT_FALSE(key.verify("message", {}));
  mac[31] ^= 1;
  EXPECT_FALSE(key.verify("message", mac));
}

TEST(hmac_key, serves_many_threads_at_once) {
  const hmac_key key{"secret"};
  const auto expected = hmac_sha256("secret", "message");
  std::vector<std::thread> threads;
  std::array<bool, 4> right{};
  for (bool& ok : right) {
    threads.emplace_back([&] {
      ok = true;
      for (int i = 0; i < 2000; ++i) ok = ok && key.verify("message", expected);
    });
  }
  for (auto& thread : threads) thread.join();
  for (const bool ok : right) EXPECT_TRUE(ok);
}

TEST(derive_key, knows_the_first_block_of_rfc_5869_case_1) {
  const auto salt = hex_decode("000102030405060708090a0b0c");
  const auto info = hex_decode("f0f1f2f3f4f5f6f7f8f9");
  EXPECT_EQ(hex_encode(derive_key(std::string(22, '\x0b'), *salt, *info)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

TEST(equal_tokens, compares_values_of_any_length) {
  EXPECT_TRUE(equal_tokens("abc", "abc"));
  EXPECT_FALSE(equal_tokens("abc", "abcd"));
  EXPECT_FALSE(equal_tokens("", "a"));
}

}  // namespace
