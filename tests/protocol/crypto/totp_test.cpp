#include "protocol/crypto/totp.hpp"

#include <gtest/gtest.h>

#include "protocol/crypto/encoding.hpp"

namespace sellavie::crypto {
namespace {

const std::string rfc_secret = "12345678901234567890";

instant at(std::int64_t seconds) { return instant_from_ms(seconds * 1000); }
auto accept(std::string_view code, std::int64_t seconds, std::int64_t last = 0) {
  return accept_totp(as_bytes(rfc_secret), code, at(seconds), last);
}

TEST(totp, gives_the_codes_of_rfc_4226) {
  const char* expected[] = {"755224", "287082", "359152", "969429", "338314",
                            "254676", "287922", "162583", "399871", "520489"};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(hotp_code(as_bytes(rfc_secret), i), expected[i]);
}

TEST(totp, gives_the_codes_of_rfc_6238) {
  EXPECT_EQ(hotp_code(as_bytes(rfc_secret), totp_step(at(59))), "287082");
  EXPECT_EQ(hotp_code(as_bytes(rfc_secret), totp_step(at(1'111'111'109))), "081804");
  EXPECT_EQ(hotp_code(as_bytes(rfc_secret), totp_step(at(1'111'111'111))), "050471");
  EXPECT_EQ(hotp_code(as_bytes(rfc_secret), totp_step(at(1'234'567'890))), "005924");
  EXPECT_EQ(hotp_code(as_bytes(rfc_secret), totp_step(at(2'000'000'000))), "279037");
  EXPECT_EQ(hotp_code(as_bytes(rfc_secret), totp_step(at(20'000'000'000))), "353130");
}

TEST(totp, accepts_the_neighbouring_steps_only) {
  EXPECT_EQ(accept("287082", 59), 1);
  EXPECT_EQ(accept("287082", 89), 1) << "one step late";
  EXPECT_EQ(accept("287082", 29), 1) << "one step early";
  EXPECT_EQ(accept("287082", 90), std::nullopt);
}

TEST(totp, accepts_no_code_twice) {
  EXPECT_EQ(accept("287082", 59, 1), std::nullopt);
  EXPECT_EQ(accept("287082", 59, 2), std::nullopt) << "nor one that is older than the last";
}

TEST(totp, refuses_other_spellings) {
  for (const char* bad : {"", "28708", "2870820", " 287082", "287 082", "２８７０８２"})
    EXPECT_EQ(accept(bad, 59), std::nullopt) << bad;
}

TEST(totp, tells_an_app_what_it_needs_in_one_address) {
  EXPECT_EQ(otpauth_uri("Sellavie", "ada+1@ex.com", as_bytes(rfc_secret)),
            "otpauth://totp/Sellavie:ada%2B1%40ex.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
            "&issuer=Sellavie&algorithm=SHA1&digits=6&period=30");
  EXPECT_EQ(otpauth_uri("A shop", "\xc3\xa9:&", as_bytes("x")).substr(0, 37),
            "otpauth://totp/A%20shop:%C3%A9%3A%26?");
}

}  // namespace
}  // namespace sellavie::crypto
