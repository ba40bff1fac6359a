#include "protocol/action/plan_codec.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sellavie {
namespace {

plan a_plan() {
  plan value;
  value.round = 2;
  value.actions = {{proposal::place_order{{{"A1", 2}, {"B2", 1}}, "gift \"wrap\"\n"}, "call_1"},
                   {proposal::change_order{{{"A1", 3}}}, ""},
                   {proposal::record_contact{"Ada", "", "+234", "12 Allen Ave\nIkeja"}, ""},
                   {proposal::hand_off{"\xC3\xA9t\xC3\xA9"}, ""}};
  value.reply_text = "Sure \xF0\x9F\x91\x8D";
  value.nonce_hash = "ab12";
  value.shown = {{"A1", 3}, {"B2", 1}};
  auto placed = make_outcome(action_kind::place_order, action_effect::order_placed);
  placed.order_number = 7;
  value.told = {placed, make_refusal(action_kind::check_payment, refusal::no_open_order)};
  return value;
}

TEST(plan_codec, gives_back_what_was_stored) {
  auto wanted = a_plan();
  // Notes are trimmed when they are read, as the parser does.
  std::get<proposal::place_order>(wanted.actions[0].what).note = "gift \"wrap\"";
  const auto decoded = decode_plan(encode_plan(wanted));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(*decoded, wanted);
}

TEST(plan_codec, gives_back_every_kind_of_action) {
  for (const auto& what : {action{proposal::cancel_order{}}, action{proposal::request_checkout{}},
                           action{proposal::send_invoice{}}, action{proposal::check_payment{}},
                           action{proposal::hand_off{""}}}) {
    const auto decoded = decode_action(encode_action(what));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(*decoded, what);
  }
}

TEST(plan_codec, knows_which_price_it_showed) {
  EXPECT_EQ(shown_version_of(a_plan(), "A1"), 3);
  EXPECT_EQ(shown_version_of(a_plan(), "C9"), 0);
}

TEST(plan_codec, refuses_what_it_did_not_write) {
  for (const std::string text :
       {"", "[]", "{}", "null", R"({"v":2,"round":1})", R"({"v":1,"round":3})", R"({"v":1,"round":"1"})",
        R"({"v":1,"round":1,"actions":{}})",
        R"({"v":1,"round":1,"actions":[{"kind":"refund","arguments":{}}]})",
        R"({"v":1,"round":1,"actions":[{"kind":"cancel_order","arguments":{"price":1}}]})",
        R"({"v":1,"round":1,"shown":[["A1"]]})", R"({"v":1,"round":1,"shown":[[1,"A1"]]})",
        R"({"v":1,"round":2,"told":{}})", R"({"v":1,"round":2,"told":["{\"effect\":\"theft\"}"]})",
        R"({"v":1,"round":2,"told":[1]})"})
    EXPECT_FALSE(decode_plan(text)) << text;
  EXPECT_FALSE(decode_action(std::string(100, '[')));
}

TEST(plan_codec, writes_valid_json_for_any_bytes) {
  plan value;
  value.reply_text = "\xFF\xFE bad";
  EXPECT_TRUE(decode_plan(encode_plan(value)));
}

}  // namespace
}  // namespace sellavie
