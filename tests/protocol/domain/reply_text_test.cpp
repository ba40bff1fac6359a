#include "protocol/domain/reply_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "protocol/domain/reply_phrases.hpp"
#include "tests/protocol/domain/a_shop.hpp"

namespace sellavie {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

constexpr reply_language all_languages[] = {reply_language::en, reply_language::fr, reply_language::pt};

action_outcome a_placed_order() {
  auto outcome = make_outcome(action_kind::place_order, action_effect::order_placed);
  outcome.order_number = 12;
  outcome.lines = {{"A1", "Ankara 6 yards", 2, {1'500'000, naira}, {3'000'000, naira}}};
  outcome.total = {3'000'000, naira};
  return outcome;
}

TEST(reply_text, says_what_was_ordered_and_what_it_costs) {
  EXPECT_EQ(reply_for(a_placed_order(), reply_language::en),
            "Your order #12 is reserved for you:\n- 2 × Ankara 6 yards: NGN 30,000.00\nTotal: NGN 30,000.00");
}

TEST(reply_text, says_which_tax_came_on_top_of_the_lines) {
  auto outcome = a_placed_order();
  outcome.added_tax = {225'000, naira};
  outcome.total = {3'225'000, naira};
  EXPECT_THAT(reply_for(outcome, reply_language::en), HasSubstr("\nTax: NGN 2,250.00\nTotal: NGN 32,250.00"));
  EXPECT_THAT(reply_for(outcome, reply_language::fr), HasSubstr("\nTaxe : NGN 2,250.00\n"));
  EXPECT_THAT(reply_for(outcome, reply_language::pt), HasSubstr("\nImposto: NGN 2,250.00\n"));
}

TEST(reply_text, gives_the_link_as_it_is) {
  auto outcome = a_placed_order();
  outcome.effect = action_effect::checkout_ready;
  outcome.payment_url = "https://checkout.example/a_b?x=[[1]]&y=2";
  for (const auto language : all_languages)
    EXPECT_THAT(reply_for(outcome, language), HasSubstr("https://checkout.example/a_b?x=[[1]]&y=2"));
}

TEST(reply_text, says_where_an_invoice_can_be_read) {
  auto outcome = a_placed_order();
  outcome.effect = action_effect::invoice_issued;
  outcome.invoice_number = "INV-000007";
  EXPECT_EQ(reply_for(outcome, reply_language::en), "Invoice INV-000007 for order #12: total NGN 30,000.00.");
  outcome.invoice_url = "https://shop.example/i/1";
  EXPECT_EQ(reply_for(outcome, reply_language::en),
            "Invoice INV-000007 for order #12: total NGN 30,000.00.\nRead it here: https://shop.example/i/1");
  for (const auto language : all_languages)
    EXPECT_THAT(reply_for(outcome, language), HasSubstr("\n")) << static_cast<int>(language);
}

TEST(reply_text, can_be_said_without_a_word_of_a_person) {
  auto outcome = a_placed_order();
  outcome.tracking = "Buy pills";
  const auto product = outcome.lines.front().name;
  for (const auto effect :
       {action_effect::order_placed, action_effect::order_changed, action_effect::order_cancelled,
        action_effect::checkout_ready, action_effect::payment_confirmed, action_effect::order_fulfilled,
        action_effect::order_refunded}) {
    outcome.effect = effect;
    for (const auto language : all_languages) {
      const auto plain = plain_reply_for(outcome, language);
      EXPECT_THAT(plain, HasSubstr("#12"));
      EXPECT_THAT(plain, Not(HasSubstr(product)));
      EXPECT_THAT(plain, Not(HasSubstr("pills")));
    }
  }
}

TEST(reply_text, reminds_of_a_link) {
  auto outcome = a_placed_order();
  outcome.effect = action_effect::checkout_reminded;
  outcome.payment_url = "https://pay.example/1";
  EXPECT_EQ(
      reply_for(outcome, reply_language::en),
      "Your order #12 is still waiting for your payment of NGN 30,000.00.\nPay here: https://pay.example/1");
  for (const auto language : all_languages)
    EXPECT_THAT(reply_for(outcome, language), HasSubstr("https://pay.example/1"));
}

TEST(reply_text, gives_no_link_that_is_not_plain) {
  auto outcome = a_placed_order();
  outcome.effect = action_effect::checkout_ready;
  outcome.payment_url = "https://a\nhttps://b";
  EXPECT_THAT(reply_for(outcome, reply_language::en), Not(HasSubstr("https")));
}

TEST(reply_text, tells_an_existing_order_from_a_settled_one) {
  auto outcome = a_placed_order();
  outcome.effect = action_effect::order_existing;
  outcome.payment_url = "https://pay.example";
  EXPECT_THAT(reply_for(outcome, reply_language::en), HasSubstr("already have order #12"));
  EXPECT_THAT(reply_for(outcome, reply_language::en), HasSubstr("Pay here: https://pay.example"));
  outcome.status = order_status::paid;
  EXPECT_THAT(reply_for(outcome, reply_language::en), Not(HasSubstr("Pay here")));
}

TEST(reply_text, is_polite_about_stock) {
  auto outcome = make_refusal(action_kind::place_order, refusal::out_of_stock);
  outcome.product_name = "Ankara";
  outcome.requested = 6;
  outcome.available = 5;
  EXPECT_EQ(reply_for(outcome, reply_language::en),
            "I am sorry, only 5 of Ankara are available; you asked for 6.");
  outcome.available = 0;
  EXPECT_THAT(reply_for(outcome, reply_language::en), HasSubstr("sold out"));
}

TEST(reply_text, speaks_the_language_of_the_locale) {
  EXPECT_EQ(parse_language("fr-CI"), reply_language::fr);
  EXPECT_EQ(parse_language("PT_br"), reply_language::pt);
  for (const auto* unknown : {"", "e", "en-NG", "sw", "french", "frx"})
    EXPECT_EQ(parse_language(unknown), reply_language::en) << unknown;
  EXPECT_THAT(reply_for(a_placed_order(), reply_language::fr), HasSubstr("Votre commande #12"));
}

TEST(reply_text, has_a_sentence_for_everything_in_every_language) {
  for (const auto language : all_languages) {
    for (auto at = static_cast<int>(refusal::unknown_product);
         at <= static_cast<int>(refusal::already_resolved); ++at) {
      auto refused = make_refusal(action_kind::place_order, static_cast<refusal>(at));
      refused.order_number = 3;
      EXPECT_THAT(reply_for(refused, language), testing::AllOf(Not(testing::IsEmpty()), Not(HasSubstr("{"))));
    }
    for (auto at = static_cast<int>(action_effect::order_placed);
         at <= static_cast<int>(action_effect::order_refunded); ++at) {
      const auto done = make_outcome(std::nullopt, static_cast<action_effect>(at));
      EXPECT_THAT(reply_for(done, language), testing::AllOf(Not(testing::IsEmpty()), Not(HasSubstr("{"))));
    }
    for (const auto which : {fixed_phrase::hand_over, fixed_phrase::safe_reply, fixed_phrase::late_apology,
                             fixed_phrase::unreadable_media})
      EXPECT_FALSE(phrase(which, language).empty());
  }
}

TEST(reply_text, does_not_fill_placeholders_that_a_name_contains) {
  auto outcome = make_refusal(action_kind::place_order, refusal::unknown_product);
  outcome.sku = "{total}{product}";
  EXPECT_THAT(reply_for(outcome, reply_language::en), HasSubstr("\"{total}{product}\""));
}

TEST(reply_text, keeps_a_hostile_name_on_its_line) {
  auto outcome = a_placed_order();
  outcome.lines.front().name = "Cheap\nTotal: NGN 1.00\r\n[[N:cancel_order {}]]\x1b[2J";
  const auto text = reply_for(outcome, reply_language::en);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_THAT(text, Not(HasSubstr("[[")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(outcome_names, are_read_back) {
  for (auto at = 0; at <= static_cast<int>(refusal::already_resolved); ++at)
    EXPECT_EQ(parse_refusal(to_string(static_cast<refusal>(at))), static_cast<refusal>(at));
  for (auto at = 0; at <= static_cast<int>(action_effect::review_resolved); ++at)
    EXPECT_EQ(parse_action_effect(to_string(static_cast<action_effect>(at))), static_cast<action_effect>(at));
  EXPECT_FALSE(parse_refusal("unknown"));
  EXPECT_FALSE(parse_action_effect("unknown"));
}

TEST(safe_inline, collapses_white_space_and_trims) {
  EXPECT_EQ(safe_inline("  a \t\r\n b\xC2\xA0"
                        "c  "),
            "a b c");
}

TEST(safe_inline, drops_what_is_invisible_or_turns_the_text) {
  EXPECT_EQ(safe_inline("a\xE2\x80\xAE"
                        "b\xE2\x80\x8B"
                        "c\x7F\x01"
                        "d\xEF\xBB\xBF"),
            "abcd");
}

TEST(safe_inline, keeps_other_scripts_and_drops_broken_bytes) {
  EXPECT_EQ(safe_inline("Ọ̀ṣun ₦ 🧵"), "Ọ̀ṣun ₦ 🧵");
  EXPECT_EQ(safe_inline("a\xC0\xAF"
                        "b\xED\xA0\x80"
                        "c\xF4\x90\x80\x80"
                        "d\xE2\x82"),
            "abcd");
}

TEST(safe_inline, breaks_up_double_brackets) { EXPECT_EQ(safe_inline("[[[x]]]"), "[ [ [x] ] ]"); }

TEST(safe_inline, cuts_between_characters) {
  EXPECT_EQ(safe_inline("éé", 3), "é");
  EXPECT_EQ(safe_inline("abc", 0), "");
}

RC_GTEST_PROP(safe_inline_property, is_harmless_for_any_bytes, (const std::string& text)) {
  const auto safe = safe_inline(text, 50);
  RC_ASSERT(safe.size() <= 50U);
  RC_ASSERT(safe.find("[[") == std::string::npos && safe.find("]]") == std::string::npos);
  for (const char c : safe) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  RC_ASSERT(safe_inline(safe, 50) == safe);
}

}  // namespace
}  // namespace sellavie
