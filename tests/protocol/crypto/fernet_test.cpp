// Vectors of the specification (github.com/fernet/spec).
#include "protocol/crypto/fernet.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <numeric>

#include "tests/protocol/crypto/rings.hpp"

using namespace sellavie;
using namespace sellavie::crypto;
using namespace sellavie::crypto::test;

namespace {

const std::string hello =
    "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";

instant at_second(std::int64_t seconds) { return instant_from_ms(seconds * 1000); }
fernet_iv counting_iv() {
  fernet_iv iv{};
  std::iota(iv.begin(), iv.end(), std::uint8_t{0});
  return iv;
}

TEST(fernet, makes_the_token_of_the_specification) {
  EXPECT_EQ(ring_of({key_text}).encrypt("hello", counting_iv(), at_second(499162800)), hello);
}

TEST(fernet, reads_the_token_of_the_specification) {
  const auto content = ring_of({key_text}).decrypt(hello);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->plaintext, "hello");
  EXPECT_EQ(content->created_at, at_second(499162800));
}

TEST(fernet, makes_and_reads_the_tokens_of_npm_fernet) {
  const std::pair<std::string, const char*> vectors[] = {
      {"",
       "gAAAAABrC3uGAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkrYzZQ0uiGDyXEiiLjbdYrQAi1ogZJh2T8kl68d09f3w=="},
      {"EAAG-a-page-token",
       "gAAAAABrC3uGAAECAwQFBgcICQoLDA0ODyHqGhgQmT5tk-dxkDCa0XwFCjtutYshXKbTDcSFo1FgO0m9ZjZn_24rlJxaUTd8mOnXNt0n50-0"
       "C_VgWSWC-KE="},
      {"näira ₦",
       "gAAAAABrC3uGAAECAwQFBgcICQoLDA0ODyfbhhC1rthN6ftKAtDNTQVWYLiwyaXCNU4dKDTMU4CiHxRo6l2Bz0TMh0ECwzCyaw=="},
      {std::string(64, 'x'),
       "gAAAAABrC3uGAAECAwQFBgcICQoLDA0OD9O-hSSAA1cDYH_uVfvb_j3D-1fzy-VwrXV00j2FAEDThr9Qccwelr5zuGMY7w792Ep6-DYLUdrb"
       "Otjerbw-rnXZ3VkivNf3DbE2MugbQs6HIXs_ozpxOW9-EpLGA6bk7dpejXeRz_7naeix2YKUOB4="},
  };
  const auto ring = ring_of({key_text});
  for (const auto& [plain, token] : vectors) {
    const auto content = ring.decrypt(token);
    ASSERT_TRUE(content) << token;
    EXPECT_EQ(content->plaintext, plain);
    EXPECT_EQ(ring.encrypt(plain, counting_iv(), content->created_at), token);
  }
}

struct bad_token {
  const char* why;
  const char* token;
};

TEST(fernet, refuses_every_invalid_vector_but_those_of_age_with_the_same_error) {
  const bad_token cases[] = {
      {"incorrect mac",
       "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ=="},
      {"too short", "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA=="},
      {"invalid base64",
       "%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q=="},
      {"bad block size",
       "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm"},
      {"bad padding",
       "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw=="},
      {"wrong IV",
       "gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ=="},
  };
  const auto ring = ring_of({key_text});
  for (const auto& one : cases) {
    const auto content = ring.decrypt(one.token);
    ASSERT_FALSE(content) << one.why;
    EXPECT_EQ(content.error(), make_failure(errc::bad_signature)) << one.why;
  }
}

// The specification's expired and far-future tokens: secrets at rest do not expire, their time is told.
TEST(fernet, reads_a_token_of_any_age_and_tells_when_it_was_made) {
  const auto ring = ring_of({key_text});
  const auto expired = ring.decrypt(
      "gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==");
  ASSERT_TRUE(expired);
  EXPECT_EQ(expired->plaintext, "");
  EXPECT_EQ(expired->created_at, at_second(499162801));
  const auto far_future = ring.decrypt(
      "gAAAAAAdwStRAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAnja1xKYyhd-Y6mSkTOyTGJmw2Xc2a6kBd-iX9b_qXQcw==");
  ASSERT_TRUE(far_future);
  EXPECT_EQ(far_future->plaintext, "");
  EXPECT_EQ(far_future->created_at, at_second(499198801)) << "ten hours later";
}

TEST(fernet, refuses_junk_around_and_inside_a_valid_token) {
  const auto ring = ring_of({key_text});
  EXPECT_FALSE(ring.decrypt(hello + "trailingdata"));
  EXPECT_FALSE(ring.decrypt(hello + "\n"));
  for (const char junk : {'*', '!', '?', '@', '/', '+', ' '}) {
    std::string token = hello;
    token[40] = junk;
    EXPECT_FALSE(ring.decrypt(token)) << junk;
    token = hello;
    token.insert(40, 1, junk);
    EXPECT_FALSE(ring.decrypt(token)) << junk;
  }
}

TEST(fernet_ring, decrypts_with_any_key_and_encrypts_with_the_first) {
  const auto old_ring = ring_of({key_text});
  const auto ring = ring_of({other_key_text, key_text});
  EXPECT_EQ(ring.decrypt(hello)->plaintext, "hello");
  EXPECT_FALSE(ring.is_current(hello));
  EXPECT_TRUE(old_ring.is_current(hello));
  EXPECT_FALSE(old_ring.decrypt(ring.encrypt("new", counting_iv(), at_second(1))));
}

TEST(fernet_ring, refuses_bad_keys_without_quoting_them) {
  const std::string short_key = "c2hvcnQ=";
  for (const std::string& bad : {short_key, key_text.substr(0, 43), std::string{}, key_text + "=="}) {
    const auto ring = fernet_ring::parse(std::vector<std::string>{bad});
    ASSERT_FALSE(ring);
    EXPECT_TRUE(bad.empty() || ring.error().detail.find(bad) == std::string::npos);
  }
  EXPECT_FALSE(fernet_ring::parse({}));
}

TEST(fernet_key, its_fingerprint_is_stable_and_says_nothing_of_the_key) {
  const auto key = *fernet_key::parse(key_text);
  EXPECT_EQ(key.text(), key_text);
  EXPECT_EQ(key.fingerprint().size(), 16U);
  EXPECT_EQ(key.fingerprint(), fernet_key::parse(key_text)->fingerprint());
  EXPECT_NE(key.fingerprint(), fernet_key::parse(other_key_text)->fingerprint());
}

RC_GTEST_PROP(fernet, gives_back_any_bytes, (const std::string& plaintext)) {
  const auto ring = ring_of({key_text});
  RC_ASSERT(ring.decrypt(ring.encrypt(plaintext, counting_iv(), at_second(7)))->plaintext == plaintext);
}

RC_GTEST_PROP(fernet, refuses_any_changed_character, ()) {
  std::string token = hello;
  const auto at = *rc::gen::inRange<std::size_t>(0, token.size());
  token[at] = *rc::gen::arbitrary<char>();
  RC_PRE(token != hello);
  RC_ASSERT(!ring_of({key_text}).decrypt(token));
}

}  // namespace
