#include "protocol/action/action_parser.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "protocol/action/clean_text.hpp"

namespace sellavie {
namespace {

constexpr std::string_view nonce = "k7Qx92mZ";

parsed_reply read_tags(std::string text) {
  return parse_completion({std::move(text), {}}, nonce, action_encoding::tags);
}
parsed_reply read_call(std::string name, std::string arguments, std::string text = "Sure.") {
  return parse_completion({std::move(text), {{"call_1", std::move(name), std::move(arguments)}}}, nonce,
                          action_encoding::tools);
}
bool has(const parsed_reply& reply, diagnostic_kind kind) {
  return std::any_of(reply.diagnostics.begin(), reply.diagnostics.end(),
                     [&](const auto& one) { return one.kind == kind; });
}
action order_of(std::vector<proposal::item> items, std::string note = {}) {
  return proposal::place_order{std::move(items), std::move(note)};
}

TEST(action_parser, reads_a_tag_and_cuts_it_from_the_text) {
  const auto reply =
      read_tags("Great choice!\n[[k7Qx92mZ:place_order {\"items\":[{\"sku\":\"A1\",\"quantity\":2}]}]]");
  EXPECT_EQ(reply.text, "Great choice!");
  ASSERT_EQ(reply.actions.size(), 1U);
  EXPECT_EQ(reply.actions[0].what, order_of({{"A1", 2}}));
  EXPECT_FALSE(reply.lost_action);
  EXPECT_FALSE(reply.needs_handoff);
}

TEST(action_parser, reads_every_action_of_the_vocabulary) {
  const std::vector<std::pair<std::string, action>> table = {
      {R"(place_order {"items":[{"sku":"A1","quantity":1}],"note":"red"})", order_of({{"A1", 1}}, "red")},
      {R"(place_order {"items":[{"sku":"A1","quantity":1}],"note":null})", order_of({{"A1", 1}})},
      {R"(change_order {"items":[{"sku":"B-2","quantity":10000}]})",
       proposal::change_order{{{"B-2", 10000}}}},
      {"cancel_order {}", proposal::cancel_order{}},
      {"cancel_order", proposal::cancel_order{}},
      {"request_checkout {}", proposal::request_checkout{}},
      {"send_invoice {}", proposal::send_invoice{}},
      {"check_payment {}", proposal::check_payment{}},
      {R"(hand_off {"reason":"asks for a person"})", proposal::hand_off{"asks for a person"}},
      {R"(record_contact {"name":"Ada","phone":"0803"})", proposal::record_contact{"Ada", "", "0803", ""}}};
  for (const auto& [tag, wanted] : table) {
    const auto reply = read_tags("[[k7Qx92mZ:" + tag + "]]");
    ASSERT_EQ(reply.actions.size(), 1U) << tag;
    EXPECT_EQ(reply.actions[0].what, wanted) << tag;
    EXPECT_EQ(reply.text, "") << tag;
  }
}

TEST(action_parser, reads_tool_calls_with_their_ids) {
  const auto reply = read_call("place_order", R"({"items":[{"sku":"A1","quantity":2}],"note":null})");
  ASSERT_EQ(reply.actions.size(), 1U);
  EXPECT_EQ(reply.actions[0].tool_call_id, "call_1");
  EXPECT_EQ(reply.text, "Sure.");
}

TEST(action_parser, a_wrong_nonce_does_nothing_and_is_cut) {
  const auto reply = read_tags("Ok [[guessed1:cancel_order {}]] done");
  EXPECT_TRUE(reply.actions.empty());
  EXPECT_EQ(reply.text, "Ok done");
  EXPECT_TRUE(has(reply, diagnostic_kind::wrong_nonce));
  EXPECT_TRUE(reply.lost_action);
}

TEST(action_parser, a_nonce_in_another_case_is_wrong) {
  const auto reply = read_tags("[[K7QX92MZ:cancel_order {}]]");
  EXPECT_TRUE(reply.actions.empty());
  EXPECT_TRUE(reply.needs_handoff);
}

TEST(action_parser, an_empty_nonce_matches_no_tag) {
  const auto reply = parse_completion({"[[:cancel_order {}]]", {}}, "", action_encoding::tags);
  EXPECT_TRUE(reply.actions.empty());
  EXPECT_TRUE(reply.needs_handoff);
}

TEST(action_parser, nothing_of_a_tag_reaches_the_customer) {
  for (const auto* text :
       {"Hi [[anything at all]] there", "Hi [[a [[b]] c]] there", "Hi [ [k7Qx92mZ:x {}] ] there",
        "Hi [\xE2\x80\x8B[k7Qx92mZ:cancel_order {}]\xE2\x80\x8B] there", "Hi \\[\\[x\\]\\] there",
        "Hi \xEF\xBC\xBB\xEF\xBC\xBBx\xEF\xBC\xBD\xEF\xBC\xBD there", "Hi [[[x]]] there",
        "Hi [[x:place_order {\"note\":\"]] leak\"}]] there", "Hi \xE2\x9F\xA6x\xE2\x9F\xA7 there"}) {
    const auto reply = read_tags(text);
    EXPECT_TRUE(reply.text == "Hi there" || reply.text == "Hi ] there") << text << " -> " << reply.text;
    EXPECT_TRUE(reply.actions.size() <= 1U);
  }
}

TEST(action_parser, an_unclosed_tag_takes_the_rest_with_it) {
  const auto reply = read_tags("Fine. [[k7Qx92mZ:cancel_order {} and more text");
  EXPECT_EQ(reply.text, "Fine.");
  EXPECT_TRUE(has(reply, diagnostic_kind::unclosed_tag));
  EXPECT_TRUE(reply.lost_action);
}

TEST(action_parser, cuts_that_join_brackets_or_nonces_are_cut_again) {
  EXPECT_EQ(read_tags("a [k7Qx92mZ[secret]] b").text.find("secret"), std::string::npos);
  EXPECT_EQ(read_tags("k7Q[[x]]x92mZ").text, "");
  EXPECT_EQ(read_tags("k7Qk7Qx92mZx92mZ ok").text, "ok");
  EXPECT_EQ(read_tags("[[[a]][b]] ok").text.find("[["), std::string::npos);
}

TEST(action_parser, the_nonce_never_reaches_the_customer) {
  for (const auto* text : {"code k7Qx92mZ!", "code K7QX92MZ!", "code k7Q x92 mZ!", "code k-7-Q-x-9-2-m-Z!",
                           "code k7Q\xE2\x80\x8Bx92mZ!", "code k7Q\xE2\x80\x8Dx92mZ!", "code **k7Q**x92mZ!",
                           "code \xEF\xBD\x8B\xEF\xBC\x97Qx92mZ!", "code k7Q\nx92mZ!"}) {
    const auto reply = read_tags(text);
    EXPECT_THAT(reply.text, ::testing::AnyOf("code !", "code **!", "code!")) << text;
    EXPECT_TRUE(has(reply, diagnostic_kind::nonce_in_text)) << text;
  }
}

TEST(action_parser, strips_tags_also_when_tools_are_used) {
  const auto reply = read_call("check_payment", "{}", "Let me look [[k7Qx92mZ:cancel_order {}]] k7Qx92mZ");
  EXPECT_EQ(reply.text, "Let me look");
  ASSERT_EQ(reply.actions.size(), 1U);
  EXPECT_EQ(kind_of(reply.actions[0].what), action_kind::check_payment);
}

TEST(action_parser, a_tool_call_of_a_tag_provider_does_nothing) {
  const auto reply = parse_completion({"ok", {{"1", "cancel_order", "{}"}}}, nonce, action_encoding::tags);
  EXPECT_TRUE(reply.actions.empty());
  EXPECT_TRUE(has(reply, diagnostic_kind::unexpected_tool_call));
  EXPECT_TRUE(reply.lost_action);
}

TEST(action_parser, a_field_that_only_the_server_binds_refuses_the_action) {
  for (const auto* field : {"price", "total", "discount", "currency", "business", "customer", "order_id",
                            "unit_price", "business_id", "Price", "TOTAL", "id", "orderId"}) {
    const auto top = read_call("place_order",
                               R"({"items":[{"sku":"A1","quantity":1}],")" + std::string{field} + R"(":1})");
    EXPECT_TRUE(top.actions.empty()) << field;
    EXPECT_TRUE(has(top, diagnostic_kind::forbidden_field)) << field;
    const auto inside = read_call(
        "place_order", R"({"items":[{"sku":"A1","quantity":1,")" + std::string{field} + R"(":1}]})");
    EXPECT_TRUE(inside.actions.empty()) << field;
    const auto bare = read_call("cancel_order", R"({")" + std::string{field} + R"(":"x"})");
    EXPECT_TRUE(bare.actions.empty()) << field;
    EXPECT_TRUE(bare.lost_action);
  }
}

TEST(action_parser, other_fields_refuse_it_too) {
  EXPECT_TRUE(has(read_call("cancel_order", R"({"force":true})"), diagnostic_kind::unknown_field));
}

TEST(action_parser, unknown_actions_are_only_noted) {
  for (const auto* name : {"refund", "place_order2", "PLACE_ORDER", "", "place_order\n", "place order"}) {
    const auto reply = read_call(name, "{}");
    EXPECT_TRUE(reply.actions.empty()) << name;
    EXPECT_TRUE(has(reply, diagnostic_kind::unknown_action)) << name;
  }
}

TEST(action_parser, quantities_are_integers_from_1_to_10000) {
  for (const auto* quantity : {"0", "-1", "10001", "1.5", "2.0", "1e3", "\"2\"", "null", "true",
                               "18446744073709551615", "99999999999999999999999", "[1]", "{}"}) {
    const auto reply =
        read_call("place_order", R"({"items":[{"sku":"A1","quantity":)" + std::string{quantity} + "}]}");
    EXPECT_TRUE(reply.actions.empty()) << quantity;
    EXPECT_TRUE(has(reply, diagnostic_kind::bad_value)) << quantity;
  }
}

TEST(action_parser, skus_are_1_to_64_printable_characters) {
  for (const auto& sku : {std::string{}, std::string(65, 'a'), std::string{"a b"}, std::string{"\\u0000"},
                          std::string{"a]]"}, std::string{"\xC3\xA9"}, std::string{"a\\n"}}) {
    const auto reply = read_call("place_order", R"({"items":[{"sku":")" + sku + R"(","quantity":1}]})");
    EXPECT_TRUE(reply.actions.empty()) << sku;
  }
  EXPECT_EQ(read_call("place_order", R"({"items":[{"sku":")" + std::string(64, 'a') + R"(","quantity":1}]})")
                .actions.size(),
            1U);
}

TEST(action_parser, at_most_fifty_items_and_equal_skus_are_summed) {
  const auto list = [](int count, bool same) {
    std::string items;
    for (int i = 0; i < count; ++i)
      items +=
          std::string{i ? "," : ""} + R"({"sku":"A)" + std::to_string(same ? 0 : i) + R"(","quantity":1})";
    return R"({"items":[)" + items + "]}";
  };
  EXPECT_EQ(read_call("place_order", list(50, false)).actions.size(), 1U);
  EXPECT_TRUE(read_call("place_order", list(51, false)).actions.empty());
  EXPECT_EQ(read_call("place_order", list(3, true)).actions.at(0).what, order_of({{"A0", 3}}));
  EXPECT_TRUE(read_call("place_order", R"({"items":[]})").actions.empty());
  EXPECT_TRUE(read_call("place_order", R"({"items":[{"sku":"A","quantity":9999},{"sku":"A","quantity":2}]})")
                  .actions.empty());
}

TEST(action_parser, bad_huge_and_deep_arguments_are_only_noted) {
  EXPECT_TRUE(has(read_call("place_order", "{items:"), diagnostic_kind::bad_json));
  EXPECT_TRUE(has(read_call("place_order", "[]"), diagnostic_kind::bad_json));
  EXPECT_TRUE(has(read_call("place_order", "{\"note\":\"\xFF\"}"), diagnostic_kind::bad_json));
  EXPECT_TRUE(has(read_call("place_order", std::string(20'000, ' ') + "x" + std::string(20'000, 'y')),
                  diagnostic_kind::too_large));
  EXPECT_TRUE(has(read_call("place_order", std::string(9, '[')), diagnostic_kind::too_large));
  EXPECT_TRUE(has(read_call("place_order", std::string(100'000, '{')), diagnostic_kind::too_large));
}

TEST(action_parser, identical_actions_collapse) {
  const auto reply = read_tags("[[k7Qx92mZ:cancel_order {}]][[k7Qx92mZ:cancel_order {}]] ok");
  EXPECT_EQ(reply.actions.size(), 1U);
  EXPECT_TRUE(has(reply, diagnostic_kind::duplicate_action));
  EXPECT_FALSE(reply.lost_action);
}

TEST(action_parser, takes_at_most_four_actions) {
  std::string text;
  for (int i = 1; i <= 6; ++i)
    text += "[[k7Qx92mZ:change_order {\"items\":[{\"sku\":\"A\",\"quantity\":" + std::to_string(i) + "}]}]]";
  const auto reply = read_tags(text);
  EXPECT_EQ(reply.actions.size(), max_actions_per_plan);
  EXPECT_TRUE(has(reply, diagnostic_kind::too_many_actions));
}

TEST(action_parser, repairs_encoding_and_drops_control_characters) {
  const auto reply = read_tags(std::string{"A\x00\x1B[31mB\xFF\xE2\x80\xAE", 12} + "C\r\nD");
  EXPECT_EQ(reply.text,
            "A[31mB\xEF\xBF\xBD"
            "C\nD");
}

TEST(action_parser, caps_the_text_at_a_word) {
  std::string text;
  while (text.size() < 20'000) text += "word \xF0\x9F\x91\x8D ";
  const auto reply = read_tags(text);
  EXPECT_LE(reply.text.size(), max_reply_bytes);
  EXPECT_TRUE(has(reply, diagnostic_kind::text_capped));
  EXPECT_EQ(clean_text(reply.text), reply.text);
}

TEST(action_parser, empty_text_without_an_action_needs_a_person) {
  for (const auto* text : {"", "  \n ", "```\n```", "[[x]]", "k7Qx92mZ", "[[", "**"})
    EXPECT_TRUE(read_tags(text).needs_handoff) << text;
  EXPECT_FALSE(read_tags("\xF0\x9F\x91\x8D").needs_handoff);
  EXPECT_FALSE(read_tags("Yes?").needs_handoff);
}

TEST(action_parser, keeps_single_brackets_and_emoji_whole) {
  const std::string family = "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7";
  EXPECT_EQ(read_tags("Sizes [S] and [M] " + family).text, "Sizes [S] and [M] " + family);
}

TEST(action_parser, free_text_of_actions_is_cleaned) {
  const auto reply = read_call("hand_off", R"({"reason":"k7Qx92mZ [[x]] \u202eangry\u0000"})");
  EXPECT_EQ(reply.actions.at(0).what, action{proposal::hand_off{"((x)) angry"}});
}

TEST(action_parser, stays_linear_on_hostile_input) {
  std::string text;
  while (text.size() < 200'000) text += "[[a:b {\"]] [ ";
  (void)read_tags(text);
  text.clear();
  while (text.size() < 200'000) text += "[ [[x]] ";
  (void)read_tags(text);
  std::string nested;
  for (int i = 0; i < 5'000; ++i) nested += "k7Qx";
  for (int i = 0; i < 5'000; ++i) nested += "92mZ";
  EXPECT_EQ(read_tags(nested).text, "");
}

}  // namespace
}  // namespace sellavie
