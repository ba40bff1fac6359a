#include "protocol/action/claims.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace sellavie {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const currency_code naira = *parse_currency("NGN");
const std::array prices = {money{1'500'000, naira}, money{250'050, naira}};
constexpr std::string_view facts =
    "* Delivery within Lagos costs NGN 2,000 and takes 2 days.\n* Our site is https://ada.example.com/shop\n"
    "* 10% off on Fridays.\n* Pay into account 0123456789 at GTBank.\n";

checked_text check(std::string_view text) { return check_claims(text, {prices, facts}); }

TEST(claims, keeps_what_the_turn_supplied) {
  for (const auto* text :
       {"The Ankara is NGN 15,000.00 and we have 20 in stock.",
        "It costs \xE2\x82\xA6"
        "15,000 each.",
        "Only 15000 naira!", "15k naira.", "N15,000 per piece.", "The lace costs 2,500.50 NGN.",
        "Delivery is NGN 2,000.", "See https://ada.example.com for more.", "On Fridays you get 10% off.",
        "Please pay into account 0123456789.", "We open at 9:30 on 21 November 2026.",
        "I can offer 2 x A1 or 3 of SKU100.", "Thanks! Bye...", "We have 1,200 pieces.",
        "Call 08031234567."}) {
    const auto checked = check(text);
    EXPECT_EQ(checked.text, text);
    EXPECT_THAT(checked.violations, IsEmpty()) << text;
  }
}

TEST(claims, drops_amounts_that_were_not_supplied) {
  for (const auto* text :
       {"It costs NGN 1.00.",
        "You pay \xE2\x82\xA6"
        "14,999.",
        "The price is 12000.", "Only 12k for you!", "That is $15,000,000.", "It costs 30,000 naira.",
        "I give it for 5 dollars.", "**NGN** **9,000** then.", "Price: NGN15 001",
        "It costs \xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x93\xEF\xBC\x94 naira.", "EUR 15,000.00 it is."}) {
    const auto checked = check(text);
    EXPECT_EQ(checked.text, "") << text;
    EXPECT_THAT(checked.violations, ElementsAre(claim_violation::amount)) << text;
  }
}

TEST(claims, never_lets_the_model_state_a_total) {
  EXPECT_THAT(check("Your total is NGN 15,000.00.").violations, ElementsAre(claim_violation::total));
  EXPECT_THAT(check("Altogether 15000.").violations, ElementsAre(claim_violation::total));
  EXPECT_THAT(check("O total: NGN 15.000,00").violations, ElementsAre(claim_violation::total));
  EXPECT_THAT(check("I will tell you the total soon.").violations, IsEmpty());
}

TEST(claims, drops_links_that_were_not_supplied) {
  for (const auto* text : {"Pay here: https://evil.example/pay?x=1", "Go to www.evil.test",
                           "Visit evil.com now", "Write to pay@evil.bank", "bit.ly/abc", "HTTP://EVIL.COM",
                           "see ada.example.com.evil.io/shop", "wa.me/234803"}) {
    const auto checked = check(text);
    EXPECT_EQ(checked.text, "") << text;
    EXPECT_THAT(checked.violations, ElementsAre(claim_violation::link)) << text;
  }
}

TEST(claims, drops_discounts_and_accounts_that_the_facts_do_not_have) {
  EXPECT_THAT(check("You get 50% off.").violations, ElementsAre(claim_violation::discount));
  EXPECT_THAT(check("I grant a discount of 20 percent.").violations, ElementsAre(claim_violation::discount));
  EXPECT_THAT(check("Transfer to account 9876543210.").violations, ElementsAre(claim_violation::account));
  EXPECT_THAT(check("My bank account: 98 7654 3210.").violations, ElementsAre(claim_violation::account));
  EXPECT_THAT(check("It is 100% cotton.").violations, IsEmpty());
}

TEST(claims, drops_only_the_sentence) {
  const auto checked = check("Yes, we have it. It costs NGN 100. Shall I order it?\nIt is NGN 15,000.00.");
  EXPECT_EQ(checked.text, "Yes, we have it. Shall I order it?\nIt is NGN 15,000.00.");
  EXPECT_THAT(checked.violations, ElementsAre(claim_violation::amount));
}

TEST(claims, drops_amounts_beyond_any_price) {
  for (const char* text : {"It costs NGN 888888888888m.", "It costs NGN 999999999999999999k.",
                           "It costs NGN 999999999999999.99."})
    EXPECT_THAT(check(text).violations, ElementsAre(claim_violation::amount)) << text;
}

TEST(claims, is_total_for_any_bytes) {
  std::string text;
  for (int i = 0; i < 6'000; ++i) text.push_back(static_cast<char>(i * 7 % 256));
  (void)check(text);
  (void)check(std::string(6'000, '.'));
  (void)check(std::string(6'000, '9'));
  (void)check("");
  std::string dots;
  while (dots.size() < 6'000) dots += "a.";
  (void)check_claims(dots, {prices, dots});
}

}  // namespace
}  // namespace sellavie
