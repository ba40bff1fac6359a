#include "protocol/crypto/sealed_box.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "protocol/crypto/encoding.hpp"
#include "tests/protocol/crypto/rings.hpp"

using namespace sellavie;
using namespace sellavie::crypto;
using namespace sellavie::crypto::test;

namespace {

constexpr gcm_nonce nonce{1, 2, 3};

TEST(seal, knows_case_14_of_the_gcm_specification) {
  const std::string zeros(16, '\0');
  EXPECT_EQ(hex_encode(as_bytes(seal(aes_key{}, gcm_nonce{}, "", zeros))),
            "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
  EXPECT_EQ(hex_encode(as_bytes(seal(aes_key{}, gcm_nonce{}, "", ""))), "530f8afbc74536b9a963b4f1c4cb738b");
}

TEST(seal, knows_cases_1_and_2_of_the_gcm_specification) {
  const std::string zeros(16, '\0');
  EXPECT_EQ(hex_encode(as_bytes(seal(aes128_key{}, gcm_nonce{}, "", ""))),
            "58e2fccefa7e3061367f1d57a4e7455a");
  const auto sealed = seal(aes128_key{}, gcm_nonce{}, "", zeros);
  EXPECT_EQ(hex_encode(as_bytes(sealed)), "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf");
  EXPECT_EQ(*open(aes128_key{}, gcm_nonce{}, "", sealed), zeros);
  EXPECT_FALSE(open(aes128_key{1}, gcm_nonce{}, "", sealed));
}

TEST(open, refuses_a_changed_box_another_aad_and_another_nonce) {
  const std::string sealed = seal(aes_key{}, nonce, "row 1", "body");
  EXPECT_EQ(*open(aes_key{}, nonce, "row 1", sealed), "body");
  EXPECT_FALSE(open(aes_key{}, nonce, "row 2", sealed));
  EXPECT_FALSE(open(aes_key{}, gcm_nonce{9}, "row 1", sealed));
  EXPECT_FALSE(open(aes_key{1}, nonce, "row 1", sealed));
  EXPECT_FALSE(open(aes_key{}, nonce, "row 1", sealed.substr(0, 15)));
  EXPECT_FALSE(open(aes_key{}, nonce, "row 1", ""));
}

TEST(body_cipher, still_opens_old_boxes_after_a_rotation_and_again_after_errors) {
  body_cipher before{ring_of({key_text})};
  body_cipher after{ring_of({other_key_text, key_text})};
  const std::string box = before.seal(nonce, "row", "body");
  EXPECT_FALSE(after.open("other row", box));
  EXPECT_EQ(*after.open("row", box), "body");
  EXPECT_FALSE(before.open("row", after.seal(nonce, "row", "body")));
}

RC_GTEST_PROP(body_cipher, gives_back_any_bytes, (const std::string& aad, const std::string& body)) {
  static body_cipher cipher{ring_of({key_text})};
  const std::string box = cipher.seal(nonce, aad, body);
  RC_ASSERT(box.size() == body.size() + 33);
  RC_ASSERT(*cipher.open(aad, box) == body);
}

RC_GTEST_PROP(body_cipher, refuses_any_changed_byte, (const std::string& body)) {
  static body_cipher cipher{ring_of({key_text})};
  std::string box = cipher.seal(nonce, "row", body);
  box[*rc::gen::inRange<std::size_t>(0, box.size())] ^= static_cast<char>(1 << *rc::gen::inRange(0, 8));
  RC_ASSERT(!cipher.open("row", box));
}

RC_GTEST_PROP(body_cipher, refuses_arbitrary_bytes, (const std::string& bytes)) {
  static body_cipher cipher{ring_of({key_text})};
  RC_ASSERT(!cipher.open("row", bytes));
}

}  // namespace
