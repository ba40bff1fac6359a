#include "protocol/action/outcome_codec.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sellavie {
namespace {

action_outcome a_rich_outcome() {
  auto outcome = make_outcome(action_kind::place_order, action_effect::order_placed);
  const auto naira = *parse_currency("NGN");
  outcome.order = order_id{*parse_uuid("0192f5a0-7b1c-7000-8000-000000000001")};
  outcome.order_number = 1042;
  outcome.status = order_status::awaiting_payment;
  outcome.lines = {{"A1", "Ankara \"6\" yards", 2, {1'500'000, naira}, {3'000'000, naira}}};
  outcome.total = {3'000'000, naira};
  outcome.added_tax = {225'000, naira};
  outcome.payment_reference = "sv-1";
  outcome.payment_url = "https://pay.example/x";
  outcome.invoice_number = "INV-7";
  outcome.invoice_url = "https://shop.example/i/x";
  outcome.review = review_reason::wrong_amount;
  outcome.sku = "A1";
  outcome.product_name = "Ankara";
  outcome.requested = 3;
  outcome.available = 1;
  outcome.price = {1, naira};
  outcome.detail = "d";
  outcome.tracking = "GIG 4711";
  outcome.wish = "w";
  outcome.refund.value.bytes[3] = 7;
  outcome.attempt = 2;
  outcome.amount = {-5, *parse_currency("KWD")};
  outcome.state = "needs_attention";
  outcome.by = "person:1";
  return outcome;
}

TEST(outcome_codec, gives_back_what_was_stored) {
  const auto wanted = a_rich_outcome();
  const auto decoded = decode_outcome(encode_outcome(wanted));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, wanted);
}

TEST(outcome_codec, gives_back_every_refusal) {
  for (int i = 0; i <= static_cast<int>(refusal::already_resolved); ++i) {
    const auto wanted = make_refusal(action_kind::change_order, static_cast<refusal>(i));
    const auto decoded = decode_outcome(encode_outcome(wanted));
    ASSERT_TRUE(decoded) << i;
    EXPECT_EQ(*decoded, wanted) << i;
  }
}

TEST(outcome_codec, gives_back_an_outcome_without_a_kind) {
  const auto wanted = make_outcome(std::nullopt, action_effect::reservations_expired);
  EXPECT_EQ(decode_outcome(encode_outcome(wanted)).value(), wanted);
}

TEST(outcome_codec, refuses_what_it_cannot_understand) {
  for (const std::string text :
       {"", "[]", "{}", R"({"accepted":true})", R"({"accepted":true,"effect":"magic","why":"none"})",
        R"({"accepted":1,"effect":"nothing","why":"none"})",
        R"({"accepted":true,"effect":"nothing","why":"none","order":"x"})",
        R"({"accepted":true,"effect":"nothing","why":"none","lines":[1]})"})
    EXPECT_FALSE(decode_outcome(text)) << text;
}

TEST(outcome_codec, tells_the_model_no_ids_links_or_totals) {
  const auto told = outcome_for_model(a_rich_outcome());
  for (const auto* secret : {"0192f5a0", "https://", "30,000", "3000000", "sv-1"})
    EXPECT_EQ(told.find(secret), std::string::npos) << secret;
  auto refused = make_refusal(action_kind::place_order, refusal::out_of_stock);
  refused.sku = "A1";
  refused.requested = 3;
  refused.available = 1;
  EXPECT_EQ(outcome_for_model(refused),
            R"({"available":1,"reason":"out_of_stock","requested":3,"result":"refused","sku":"A1"})");
}

}  // namespace
}  // namespace sellavie
