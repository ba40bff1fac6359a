#include "protocol/training/content.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "protocol/llm/prompt_builder.hpp"
#include "protocol/training/content_changes.hpp"
#include "protocol/training/content_codec.hpp"

namespace sellavie::training {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

content a_training() {
  content all;
  all.tone = "warm";
  all.facts = {"We deliver within Lagos.", "Open on Sunday."};
  all.faqs = {{"Do you deliver?", "Yes, within Lagos."}};
  all.rules = {"Ask for the length."};
  all.forbidden_topics = {"politics"};
  all.hand_over_keywords = {"refund"};
  all.hand_over_topics = {"complaints"};
  return all;
}

/// As much as may be: lines of the greatest length until the whole is full.
content a_full_training() {
  content all;
  all.tone = std::string(500, 't');
  all.faqs = {{std::string(300, 'q'), std::string(600, 'a')}};
  for (char c = 'a'; tokens_of(all) + 126 <= most_tokens; ++c) all.facts.push_back(std::string(500, c));
  return all;
}

std::string field_of(const content& all) {
  const auto wrong = check(all);
  return wrong.empty() ? "fine" : wrong.front().field;
}

TEST(training_content, passes_what_fits) {
  EXPECT_THAT(check(a_training()), IsEmpty());
  EXPECT_THAT(check(content{}), IsEmpty());
  EXPECT_THAT(check(a_full_training()), IsEmpty());
}

TEST(training_content_r1, names_the_text_that_is_too_long) {
  auto all = a_training();
  all.facts[1] = std::string(501, 'x');
  EXPECT_EQ(field_of(all), "/facts/1");
  all = a_training();
  all.tone = std::string(501, 'x');
  EXPECT_EQ(field_of(all), "/tone");
  all = a_training();
  all.faqs[0].question = std::string(301, 'x');
  EXPECT_EQ(field_of(all), "/faqs/0/question");
  all = a_training();
  all.hand_over_keywords.push_back(std::string(61, 'x'));
  EXPECT_EQ(field_of(all), "/hand_over/keywords/1");
}

TEST(training_content_r1, counts_bytes_where_characters_would_fit) {
  auto all = a_training();
  std::string wide;
  for (int i = 0; i < 400; ++i) wide += "\xE2\x82\xA6";  // naira sign
  all.facts[0] = wide;
  EXPECT_THAT(check(all), ElementsAre(Field(&misfit::reason, HasSubstr("bytes"))));
}

TEST(training_content_r1, refuses_empty_texts_and_too_many) {
  auto all = a_training();
  all.rules.push_back(" \n");
  EXPECT_EQ(field_of(all), "/rules/1");
  all = a_training();
  all.forbidden_topics.assign(most_topics + 1, "x");
  EXPECT_EQ(field_of(all), "/forbidden_topics");
}

TEST(training_content_r2, refuses_more_than_a_prompt_can_show) {
  auto all = a_full_training();
  all.rules.push_back(std::string(500, 'z'));
  EXPECT_THAT(check(all), ElementsAre(Field(&misfit::field, "")));
}

TEST(training_content_r2, all_that_fits_is_shown_by_a_prompt) {
  const auto all = a_full_training();
  llm::turn_context context;
  context.taught = &all;
  const auto built = llm::build_prompt(context);
  for (const auto& fact : all.facts) EXPECT_THAT(built.request.system, HasSubstr("* " + fact + "\n"));
  EXPECT_THAT(built.request.system,
              HasSubstr("Q: " + std::string(300, 'q') + " A: " + std::string(600, 'a') + "\n"));
  EXPECT_THAT(built.request.system, HasSubstr(all.tone));
}

TEST(training_content_r3, refuses_controls_and_what_nobody_sees) {
  for (const auto* bad : {"a\x07z", "a\x1b[31m", "a\xE2\x80\xAEz", "a\xE2\x80\x8Bz", "\xF3\xA0\x81\x81"}) {
    auto all = a_training();
    all.facts[0] = bad;
    EXPECT_EQ(field_of(all), "/facts/0");
  }
  auto all = a_training();
  all.facts[0] = "two\nlines\r\nand a tab\t";
  EXPECT_EQ(field_of(all), "fine");
}

TEST(training_content_r4, refuses_a_keyword_of_which_nothing_is_compared) {
  auto all = a_training();
  all.hand_over_keywords = {"refund", "?!"};
  EXPECT_EQ(field_of(all), "/hand_over/keywords/1");
}

TEST(training_content, names_twenty_problems_at_most) {
  content all;
  all.facts.assign(50, "");
  EXPECT_THAT(check(all), SizeIs(20));
}

TEST(training_content, what_is_cut_to_fit_fits) {
  content all;
  all.tone = std::string(3'000, 't') + '\x07';
  all.facts.assign(300, std::string(2'000, 'f'));
  all.faqs.assign(200, {std::string(900, 'q'), "\xE2\x80\x8B"});
  all.faqs.push_back({"q", "a"});
  all.rules = {"", "  ", "keep \x01 this"};
  all.hand_over_keywords = {"!", "refund"};
  const auto cut = fitted(all);
  EXPECT_THAT(check(cut), IsEmpty());
  EXPECT_THAT(cut.hand_over_keywords, ElementsAre("refund"));
  EXPECT_EQ(fitted(a_training()), a_training());
}

TEST(training_codec, gives_back_what_it_wrote) {
  EXPECT_EQ(decode(encode(a_training())), a_training());
  EXPECT_EQ(decode("{}"), content{});
}

TEST(training_codec, is_total_and_leaves_out_what_it_does_not_know) {
  for (const auto* text :
       {"", "[]", "null", "{", "\xff", R"({"tone":1,"facts":"x","faqs":[1,{}],"hand_over":[]})"})
    EXPECT_EQ(decode(text), content{}) << text;
  EXPECT_EQ(decode(R"({"tone":"warm","facts":["a",1,null],"more":{}})").facts, std::vector<std::string>{"a"});
}

TEST(training_changes, are_none_between_equals) {
  EXPECT_TRUE(changes_between(a_training(), a_training()).empty());
}

TEST(training_changes, say_what_went_and_what_came) {
  auto after = a_training();
  after.tone = "brief";
  after.facts = {"Open on Sunday.", "We close at 18:00."};
  after.hand_over_keywords.push_back("lawyer");
  after.faqs = {{"Do you deliver?", "No."}, {"Where are you?", "Lagos."}};
  const auto changes = changes_between(a_training(), after);
  EXPECT_EQ(changes.tone, (tone_change{"warm", "brief"}));
  EXPECT_THAT(changes.lists,
              ElementsAre(list_change{"facts", {"We deliver within Lagos."}, {"We close at 18:00."}},
                          list_change{"hand_over.keywords", {}, {"lawyer"}}));
  EXPECT_THAT(changes.changed_answers,
              ElementsAre(answer_change{"Do you deliver?", "Yes, within Lagos.", "No."}));
  EXPECT_THAT(changes.added_faqs, ElementsAre(question_answer{"Where are you?", "Lagos."}));
  EXPECT_THAT(changes.removed_faqs, IsEmpty());
}

TEST(training_changes, count_equal_lines_one_by_one) {
  content before;
  before.facts = {"a", "a"};
  content after;
  after.facts = {"a"};
  EXPECT_THAT(changes_between(before, after).lists, ElementsAre(list_change{"facts", {"a"}, {}}));
}

}  // namespace
}  // namespace sellavie::training
