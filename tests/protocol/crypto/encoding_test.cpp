#include "protocol/crypto/encoding.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

using namespace sellavie::crypto;

namespace {

TEST(hex, refuses_upper_case_odd_length_and_other_characters) {
  EXPECT_EQ(hex_encode(as_bytes(std::string_view{"\x00\xff\x10", 3})), "00ff10");
  EXPECT_EQ(hex_decode("00ff10"), (std::string{"\x00\xff\x10", 3}));
  for (const char* bad : {"0", "0F", "0g", "0x", " 0", "00 "}) EXPECT_FALSE(hex_decode(bad)) << bad;
}

TEST(base32, knows_the_vectors_of_rfc_4648_without_padding) {
  EXPECT_EQ(base32_encode(as_bytes("")), "");
  EXPECT_EQ(base32_encode(as_bytes("f")), "MY");
  EXPECT_EQ(base32_encode(as_bytes("fo")), "MZXQ");
  EXPECT_EQ(base32_encode(as_bytes("foobar")), "MZXW6YTBOI");
  EXPECT_EQ(base32_encode(as_bytes("Hello!\xde\xad\xbe\xef")), "JBSWY3DPEHPK3PXP");
}

TEST(base64, knows_the_vectors_of_rfc_4648) {
  EXPECT_EQ(base64_encode(as_bytes("foobar")), "Zm9vYmFy");
  EXPECT_EQ(base64_encode(as_bytes("fooba")), "Zm9vYmE=");
  EXPECT_EQ(base64_encode(as_bytes("f")), "Zg==");
  EXPECT_EQ(base64url_encode(as_bytes("f")), "Zg");
  EXPECT_EQ(base64url_encode(as_bytes("\xfb\xff")), "-_8");
  EXPECT_EQ(base64_decode("Zm9vYg=="), "foob");
  EXPECT_EQ(base64url_decode("Zm9vYg"), "foob");
}

TEST(base64, refuses_junk_wrong_padding_and_stray_bits) {
  for (const char* bad :
       {"Zg", "Zg=", "Zg===", "Z===", "====", "Zh==", "Zg==\n", "Z g=", "-_8=", "Zg==Zg=="}) {
    EXPECT_FALSE(base64_decode(bad)) << bad;
  }
  for (const char* bad : {"Zg==", "Z", "Zh", "+/8", "Zg\n"}) EXPECT_FALSE(base64url_decode(bad)) << bad;
}

TEST(percent_encode, leaves_nothing_that_means_something_in_an_address) {
  EXPECT_EQ(percent_encode("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(percent_encode("a b/c?d=e&f+g#%"), "a%20b%2Fc%3Fd%3De%26f%2Bg%23%25");
  EXPECT_EQ(percent_encode(std::string_view{"\0\r\n\xC3\xA9", 5}), "%00%0D%0A%C3%A9");
}

RC_GTEST_PROP(codecs, give_back_any_bytes, (const std::string& bytes)) {
  RC_ASSERT(hex_decode(hex_encode(as_bytes(bytes))) == bytes);
  for (const padding style : {padding::required, padding::none}) {
    RC_ASSERT(base64_decode(base64_encode(as_bytes(bytes), style), style) == bytes);
    RC_ASSERT(base64url_decode(base64url_encode(as_bytes(bytes), style), style) == bytes);
  }
}

RC_GTEST_PROP(codecs, accept_only_the_one_spelling, (const std::string& text)) {
  if (const auto bytes = base64url_decode(text)) RC_ASSERT(base64url_encode(as_bytes(*bytes)) == text);
  if (const auto bytes = hex_decode(text)) RC_ASSERT(hex_encode(as_bytes(*bytes)) == text);
}

}  // namespace
