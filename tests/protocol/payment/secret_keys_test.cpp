#include "protocol/payment/secret_keys.hpp"

#include <gtest/gtest.h>

#include "protocol/payment/paystack.hpp"

namespace sellavie::payment {
namespace {

TEST(secret_keys, tell_their_mode) {
  EXPECT_EQ(mode_of_key("paystack", "sk_test_abc"), "test");
  EXPECT_EQ(mode_of_key("paystack", "sk_live_abc"), "live");
  EXPECT_EQ(mode_of_key("stripe", "rk_live_abc"), "live");
  EXPECT_EQ(mode_of_key("flutterwave", "FLWSECK_TEST-abc-X"), "test");
  EXPECT_EQ(mode_of_key("flutterwave", "FLWSECK-abc-X"), "live");
}

TEST(secret_keys, of_others_and_public_ones_are_none) {
  for (const auto* key : {"", "sk_test_", "pk_test_abc", "SK_TEST_abc", " sk_test_abc", "FLWPUBK-abc"})
    for (const auto* provider : {"paystack", "stripe", "flutterwave", "paypal"})
      EXPECT_FALSE(mode_of_key(provider, key)) << provider << ' ' << key;
  EXPECT_FALSE(mode_of_key("paystack", "rk_live_abc"));
}

TEST(paystack_balance, tells_whether_a_key_works) {
  EXPECT_FALSE(paystack::decode_balance(200, R"({"status":true,"data":[{"currency":"NGN","balance":0}]})"));
  EXPECT_EQ(paystack::decode_balance(401, R"({"status":false,"code":"invalid_Key"})")->failure,
            failure_class::credentials);
  EXPECT_EQ(paystack::decode_balance(403, "<html>")->failure, failure_class::malformed) << "a proxy's page";
  EXPECT_EQ(paystack::decode_balance(503, "")->failure, failure_class::unavailable);
  EXPECT_EQ(paystack::decode_balance(200, "<html>")->failure, failure_class::malformed);
  EXPECT_EQ(paystack::encode_balance().path, "/balance");
}

}  // namespace
}  // namespace sellavie::payment
