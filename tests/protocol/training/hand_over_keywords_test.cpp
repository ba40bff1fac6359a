#include "protocol/training/hand_over_keywords.hpp"

#include <gtest/gtest.h>

namespace sellavie::training {
namespace {

bool finds(const std::string& keyword, std::string_view text) {
  return hand_over_keywords{{keyword}}.found_in(text) != nullptr;
}

TEST(hand_over_keywords, are_whole_words) {
  EXPECT_TRUE(finds("refund", "I want a refund"));
  EXPECT_TRUE(finds("refund", "refund"));
  EXPECT_TRUE(finds("refund", "(refund)!"));
  EXPECT_FALSE(finds("refund", "you refunded me"));
  EXPECT_FALSE(finds("refund", "nonrefund"));
  EXPECT_FALSE(finds("refund", ""));
}

TEST(hand_over_keywords, are_found_in_any_case_and_without_accents) {
  EXPECT_TRUE(finds("refund", "REFUND please"));
  EXPECT_TRUE(finds("Réclamation", "une reclamation"));
  EXPECT_TRUE(finds("reclamation", "UNE RÉCLAMATION"));
  EXPECT_TRUE(finds("reclamation",
                    "une re\xCC\x81"
                    "clamation"));  // e and a mark of its own
  EXPECT_TRUE(finds("ẹjọ", "EJO"));
  EXPECT_TRUE(finds("возврат", "Хочу ВОЗВРАТ"));
  EXPECT_TRUE(finds("ｒｅｆｕｎｄ", "refund"));
}

TEST(hand_over_keywords, cannot_be_hidden_from_by_punctuation_or_invisible_signs) {
  EXPECT_TRUE(finds("human", "HUMAN???"));
  EXPECT_TRUE(finds("human", "hu\xE2\x80\x8Bman"));
  EXPECT_TRUE(finds("human", "hu\xC2\xADman"));
  EXPECT_TRUE(finds("don't work", "it DONT work"));
  EXPECT_TRUE(finds("don't work", "it don\xE2\x80\x99t work"));
}

TEST(hand_over_keywords, of_several_words_follow_each_other) {
  EXPECT_TRUE(finds("my money", "Give me MY   money\nback"));
  EXPECT_TRUE(finds("my money", "my-money"));
  EXPECT_FALSE(finds("my money", "my own money"));
}

TEST(hand_over_keywords, are_found_inside_scripts_without_spaces) {
  EXPECT_TRUE(finds("退款", "我要退款谢谢"));
  EXPECT_FALSE(finds("退款", "退一款"));
  EXPECT_TRUE(finds("😡", "what😡😡"));
}

TEST(hand_over_keywords, tell_the_first_as_it_was_given) {
  const hand_over_keywords all{{"Lawyer", "Refund"}};
  EXPECT_EQ(*all.found_in("refund, says my lawyer"), "Lawyer");
  EXPECT_TRUE(hand_over_keywords{}.empty());
  EXPECT_EQ(hand_over_keywords{}.found_in("refund"), nullptr);
}

TEST(hand_over_keywords, without_a_letter_are_never_found) {
  EXPECT_FALSE(can_be_found("?!"));
  EXPECT_FALSE(can_be_found(""));
  EXPECT_TRUE((hand_over_keywords{{"?!"}}.empty()));
  EXPECT_FALSE(finds("?!", "what?!"));
}

TEST(hand_over_keywords, take_any_bytes) {
  EXPECT_FALSE(finds("refund", "\xff\xfe\x80 \xe2\x82"));
  EXPECT_TRUE(finds("refund", "\xff refund \xe2\x82"));
}

}  // namespace
}  // namespace sellavie::training
