#include "protocol/outgoing/signature.hpp"

#include <gtest/gtest.h>

#include <array>
#include <numeric>
#include <vector>

namespace sellavie::outgoing {
namespace {

using namespace std::chrono_literals;

constexpr auto now = instant_from_ms(1'764'460'800'000);
const std::string id = "01920000-0000-7000-8000-000000000001";
const std::string body = R"({"id":"01920000-0000-7000-8000-000000000001","type":"ping","data":{}})";
// Made by node: createHmac("sha256", bytes 0..31).update(`${id}.1764460800.${body}`).digest("base64").
const std::string vector = "v1,OvbJD5uGPcSdg1R/yoebHR20aAw9cUfICe9ED9zTMo8=";
const std::string secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const std::string other = "whsec_ICECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

std::string signed_with(std::vector<std::string> secrets, instant at = now) {
  return sign(secrets, {id, at, body}).value();
}

bool is_taken(std::string_view with, std::string_view signatures, instant at = now,
              std::string_view said = "1764460800", std::string_view what = body) {
  return verify(with, {id, said, signatures, what}, at).has_value();
}

TEST(signature, is_what_another_implementation_makes) {
  std::array<std::uint8_t, 32> bytes{};
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  EXPECT_EQ(make_secret(bytes), secret);
  EXPECT_EQ(timestamp_of(now + 999ms), "1764460800");
  EXPECT_EQ(signed_with({secret}), vector);
  EXPECT_TRUE(is_taken(secret, vector));
}

TEST(signature, is_one_for_each_secret_so_that_a_secret_can_be_replaced) {
  const auto both = signed_with({other, secret});
  EXPECT_EQ(both, signed_with({other}) + ' ' + vector);
  EXPECT_TRUE(is_taken(secret, both));
  EXPECT_TRUE(is_taken(other, both));
}

TEST(signature, of_another_secret_body_id_or_time_is_refused) {
  EXPECT_FALSE(is_taken(other, vector));
  EXPECT_FALSE(is_taken(secret, vector, now, "1764460800", body + ' '));
  EXPECT_FALSE(is_taken(secret, vector, now, "1764460801"));
  EXPECT_FALSE(verify(secret, {"another", "1764460800", vector, body}, now));
  EXPECT_EQ(verify(other, {id, "1764460800", vector, body}, now).error().code, errc::bad_signature);
}

TEST(signature, holds_for_five_minutes_before_and_after) {
  EXPECT_TRUE(is_taken(secret, vector, now + 300s));
  EXPECT_FALSE(is_taken(secret, vector, now + 301s));
  EXPECT_TRUE(is_taken(secret, vector, now - 300s));
  EXPECT_FALSE(is_taken(secret, vector, now - 301s));
}

TEST(signature, of_the_wrong_shape_is_refused) {
  for (const char* signatures : {"", " ", "v1,", "v1", "v2,OvbJD5uGPcSdg1R/yoebHR20aAw9cUfICe9ED9zTMo8=",
                                 "OvbJD5uGPcSdg1R/yoebHR20aAw9cUfICe9ED9zTMo8="})
    EXPECT_FALSE(is_taken(secret, signatures)) << signatures;
  for (const char* time : {"", "x", "1764460800x", " 1764460800", "99999999999999999999", "-"})
    EXPECT_FALSE(is_taken(secret, vector, now, time)) << time;
}

TEST(signature, is_made_with_secrets_of_the_right_shape_only) {
  EXPECT_EQ(sign({}, {id, now, body}).error().code, errc::malformed);
  for (const char* wrong :
       {"", "whsec_", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "whsec_AAEC", "whsec_!!"}) {
    const std::vector<std::string> secrets{secret, wrong};
    EXPECT_EQ(sign(secrets, {id, now, body}).error().code, errc::malformed) << wrong;
    EXPECT_FALSE(is_taken(wrong, vector)) << wrong;
  }
}

}  // namespace
}  // namespace sellavie::outgoing
