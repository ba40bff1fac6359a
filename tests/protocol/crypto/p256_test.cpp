#include "protocol/crypto/p256.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "protocol/crypto/encoding.hpp"

namespace sellavie::crypto {
namespace {

template <std::size_t Size>
std::array<std::uint8_t, Size> bytes_of(std::string_view base64url) {
  const auto decoded = base64url_decode(base64url).value();
  std::array<std::uint8_t, Size> bytes{};
  EXPECT_EQ(decoded.size(), Size);
  std::copy_n(as_bytes(decoded).begin(), Size, bytes.begin());
  return bytes;
}

// RFC 8291, appendix A: both sides' keys and what they agree on.
const auto sender_secret = bytes_of<32>("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw");
const auto sender_point =
    bytes_of<65>("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
const auto receiver_secret = bytes_of<32>("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94");
const auto receiver_point =
    bytes_of<65>("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
const auto agreed = bytes_of<32>("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");

TEST(p256, makes_the_point_of_a_secret) {
  EXPECT_EQ(p256_key::from(sender_secret)->public_point(), sender_point);
  EXPECT_EQ(p256_key::from(receiver_secret)->public_point(), receiver_point);
}

TEST(p256, agrees_on_a_secret_from_either_side) {
  EXPECT_EQ(p256_key::from(sender_secret)->agree_with(receiver_point), agreed);
  EXPECT_EQ(p256_key::from(receiver_secret)->agree_with(sender_point), agreed);
}

TEST(p256, takes_secrets_of_the_curve_only) {
  EXPECT_FALSE(p256_key::from({}));
  p256_secret largest{};
  largest.fill(0xff);
  EXPECT_FALSE(p256_key::from(largest));
  // The order itself, and one less.
  auto order = bytes_of<32>("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE");
  EXPECT_FALSE(p256_key::from(order));
  --order.back();
  EXPECT_TRUE(p256_key::from(order));
}

TEST(p256, takes_points_of_the_curve_only) {
  const auto own = p256_key::from(sender_secret).value();
  auto off = receiver_point;
  off.back() ^= 1U;
  auto compressed = receiver_point;
  compressed.front() = 2;
  for (const auto& wrong : {off, compressed, p256_point{}, p256_point{4}}) {
    EXPECT_FALSE(is_p256_point(wrong));
    EXPECT_FALSE(own.agree_with(wrong));
    EXPECT_FALSE(verify_p256(wrong, "m", own.sign("m")));
  }
  EXPECT_TRUE(is_p256_point(receiver_point));
}

TEST(p256, signs_what_its_point_verifies) {
  const auto own = p256_key::from(sender_secret).value();
  for (const char* message :
       {"", "m", "a longer message of some more bytes than one block of the hash has in it"}) {
    const auto signature = own.sign(message);
    EXPECT_TRUE(verify_p256(sender_point, message, signature));
    EXPECT_FALSE(verify_p256(receiver_point, message, signature));
    EXPECT_FALSE(verify_p256(sender_point, std::string{message} + "x", signature));
    for (const std::size_t at : {0, 31, 32, 63}) {
      auto bent = signature;
      bent[at] ^= 1U;
      EXPECT_FALSE(verify_p256(sender_point, message, bent)) << at;
    }
  }
  EXPECT_FALSE(verify_p256(sender_point, "m", {}));
}

// RFC 7515, appendix A.3: a JWS with ES256 that somebody else signed.
TEST(p256, verifies_what_another_implementation_signed) {
  p256_point signer{4};
  const auto x = bytes_of<32>("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU");
  const auto y = bytes_of<32>("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
  std::copy(x.begin(), x.end(), signer.begin() + 1);
  std::copy(y.begin(), y.end(), signer.begin() + 33);
  const std::string message =
      "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  const auto signature =
      bytes_of<64>("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  EXPECT_TRUE(verify_p256(signer, message, signature));
  EXPECT_FALSE(verify_p256(signer, message + "x", signature));
}

}  // namespace
}  // namespace sellavie::crypto
