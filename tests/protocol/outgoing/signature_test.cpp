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

std::string signed_with(std::vector<std::string> secrets) { return sign(secrets, {id, now, body}).value(); }

TEST(signature, is_what_another_implementation_makes) {
  std::array<std::uint8_t, 32> bytes{};
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  EXPECT_EQ(make_secret(bytes), secret);
  EXPECT_EQ(timestamp_of(now + 999ms), "1764460800");
  EXPECT_EQ(signed_with({secret}), vector);
}

TEST(signature, is_one_for_each_secret_so_that_a_secret_can_be_replaced) {
  const auto both = signed_with({other, secret});
  EXPECT_EQ(both, signed_with({other}) + ' ' + vector);
}

TEST(signature, is_another_one_for_another_secret_body_id_or_time) {
  const std::vector<std::string> one{secret};
  EXPECT_NE(signed_with({other}), vector);
  EXPECT_NE(sign(one, {id, now, body + ' '}).value(), vector);
  EXPECT_NE(sign(one, {"another", now, body}).value(), vector);
  EXPECT_NE(sign(one, {id, now + 1s, body}).value(), vector);
}

TEST(signature, is_made_with_secrets_of_the_right_shape_only) {
  EXPECT_EQ(sign({}, {id, now, body}).error().code, errc::malformed);
  for (const char* wrong :
       {"", "whsec_", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "whsec_AAEC", "whsec_!!"}) {
    const std::vector<std::string> secrets{secret, wrong};
    EXPECT_EQ(sign(secrets, {id, now, body}).error().code, errc::malformed) << wrong;
  }
}

}  // namespace
}  // namespace sellavie::outgoing
