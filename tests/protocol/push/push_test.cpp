// Messages to browsers: RFC 8291's own example, VAPID tokens, and subscriptions that are none.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "protocol/crypto/encoding.hpp"
#include "protocol/push/message.hpp"
#include "protocol/push/notification_message.hpp"
#include "protocol/push/vapid.hpp"
#include "tests/protocol/push/receiving_browser.hpp"

namespace sellavie::push {
namespace {

std::string decoded(std::string_view text) { return crypto::base64url_decode(text).value(); }

template <std::size_t Size>
std::array<std::uint8_t, Size> bytes_of(std::string_view text) {
  const auto bytes = decoded(text);
  std::array<std::uint8_t, Size> all{};
  std::copy_n(crypto::as_bytes(bytes).begin(), Size, all.begin());
  return all;
}

// RFC 8291, section 5.
constexpr auto sentence = "When I grow up, I want to be a watermelon";
constexpr auto receiver_text =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
constexpr auto auth_text = "BTBZMqHH6r4Tts7J_aSIgg";
constexpr auto body_text =
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
const auto receiver =
    crypto::p256_key::from(bytes_of<32>("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")).value();
const auto sender =
    crypto::p256_key::from(bytes_of<32>("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).value();
const message_keys keys{sender, bytes_of<16>("DGv6ra1nlYgDCS1FRnbzlw")};

subscription a_subscription() {
  return parse_subscription("https://push.example/send/abc", receiver_text, auth_text).value();
}

TEST(push_message, is_the_one_of_rfc_8291) {
  EXPECT_EQ(encrypt(a_subscription(), sentence, keys, 0).value(), decoded(body_text));
  EXPECT_EQ(decrypt(receiver, a_subscription().auth, decoded(body_text)), sentence);
}

TEST(push_message, hides_its_length) {
  const auto size = [](std::size_t length) {
    return encrypt(a_subscription(), std::string(length, 'x'), keys).value().size();
  };
  EXPECT_EQ(size(0), size(usual_length));
  EXPECT_EQ(size(largest_message), 4'096U);
  EXPECT_EQ(encrypt(a_subscription(), std::string(largest_message + 1, 'x'), keys).error().code,
            errc::too_large);
}

TEST(push_message, comes_back_whatever_it_holds) {
  for (const std::string& text :
       {std::string{}, std::string{"\0\x02\0", 3}, std::string{"₦ naïve"}, std::string(largest_message, 'x')})
    EXPECT_EQ(decrypt(receiver, a_subscription().auth, encrypt(a_subscription(), text, keys).value()), text);
}

TEST(subscription, is_what_a_browser_says_and_nothing_else) {
  const auto wrong = [](std::string_view point, std::string_view auth) {
    const auto read = parse_subscription("https://push.example/", point, auth);
    return read ? std::string{} : read.error().detail;
  };
  EXPECT_EQ(wrong(receiver_text, auth_text), "");
  EXPECT_EQ(wrong(std::string{receiver_text} + "=", std::string{auth_text} + "=="), "") << "with padding";
  for (const char* point :
       {"", "x", "BCVxsr7N", "!!!",
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw8"})
    EXPECT_EQ(wrong(point, auth_text), "p256dh") << point;
  for (const char* auth : {"", "BTBZMqHH6r4Tts7J_aSI", "BTBZMqHH6r4Tts7J_aSIggAA", "%"})
    EXPECT_EQ(wrong(receiver_text, auth), "auth") << auth;
}

TEST(vapid, is_a_token_for_the_services_origin) {
  const auto now = instant_from_ms(1'764'460'800'999);
  const auto value = vapid_authorization(sender, origin_of("https://push.example:8443/send/abc?d=e"),
                                         "mailto:ops@shop.example", now);
  ASSERT_TRUE(value.starts_with("vapid t="));
  const auto comma = value.find(", k=");
  EXPECT_EQ(value.substr(comma + 4), public_key_text(sender));
  const auto token = value.substr(8, comma - 8);
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  using nlohmann::json;
  EXPECT_EQ(json::parse(decoded(token.substr(0, first))), (json{{"typ", "JWT"}, {"alg", "ES256"}}));
  EXPECT_EQ(
      json::parse(decoded(token.substr(first + 1, last - first - 1))),
      (json{
          {"aud", "https://push.example:8443"}, {"exp", 1'764'504'000}, {"sub", "mailto:ops@shop.example"}}));
  EXPECT_TRUE(crypto::verify_p256(sender.public_point(), token.substr(0, last),
                                  bytes_of<64>(token.substr(last + 1))));
}

TEST(notification_message, says_what_happened_where_and_what_it_replaces) {
  const auto written = [](const told_line& line) {
    return write_notification(std::vector{line}, "0190-shop");
  };
  EXPECT_EQ(written({notification_kind::hand_over, 1, "0190-chat"}),
            R"({"tag":"hand_over 0190-shop 0190-chat","title":"A chat waits for you.",)"
            R"("url":"/businesses/0190-shop/inbox/0190-chat"})");
  EXPECT_EQ(
      written({notification_kind::paid_order, 3, {}}),
      R"({"tag":"paid_order 0190-shop","title":"3 orders were paid.","url":"/businesses/0190-shop/orders"})");
}

TEST(notification_message, of_several_kinds_is_one_that_leads_to_the_first) {
  const std::vector<told_line> lines{{notification_kind::hand_over, 1, "0190-chat"},
                                     {notification_kind::paid_order, 3, {}}};
  EXPECT_EQ(write_notification(lines, "0190-shop"),
            R"({"tag":"many 0190-shop","title":"A chat waits for you, and more",)"
            R"("url":"/businesses/0190-shop/inbox/0190-chat"})");
}

TEST(origin, is_what_stands_before_the_path) {
  EXPECT_EQ(origin_of("https://push.example"), "https://push.example");
  EXPECT_EQ(origin_of("https://push.example?x"), "https://push.example");
  EXPECT_EQ(origin_of("push.example/x"), "");
}

}  // namespace
}  // namespace sellavie::push
