#include "protocol/mail/letters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace sellavie::mail {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view base = "https://shop.example";
constexpr std::string_view token = "abc-DEF_123";

TEST(letters, keep_the_token_behind_the_hash_where_no_server_sees_it) {
  EXPECT_THAT(confirm_address(base, token).text,
              HasSubstr("\nhttps://shop.example/verify-email#token=abc-DEF_123\n"));
  EXPECT_THAT(reset_password(base, token).text,
              HasSubstr("\nhttps://shop.example/reset-password#token=abc-DEF_123\n"));
  EXPECT_THAT(invitation(base, token).text,
              HasSubstr("\nhttps://shop.example/invitation#token=abc-DEF_123\n"));
}

TEST(letters, have_the_code_alone_where_there_is_no_page) {
  for (const auto& one : {confirm_address("", token), reset_password("", token), invitation("", token)}) {
    EXPECT_THAT(one.text, HasSubstr("\nabc-DEF_123\n"));
    EXPECT_THAT(one.text, Not(HasSubstr("#token")));
    EXPECT_THAT(one.text, Not(HasSubstr("link")));
  }
}

TEST(letters, say_what_to_do_when_it_was_somebody_else) {
  for (const auto& one :
       {confirm_address(base, token), address_has_account(base), reset_password(base, token),
        password_changed(base), second_factor_on(), second_factor_off(), recovery_code_used(1)}) {
    EXPECT_THAT(one.text, HasSubstr("If it was not you, ")) << one.kind;
    EXPECT_FALSE(one.subject.empty());
    EXPECT_THAT(one.text, testing::EndsWith("nobody reads answers to it.\n")) << one.kind;
  }
}

TEST(letters, about_a_handed_over_business_lead_to_its_team) {
  for (const auto& one : {ownership_received(base, "0190-id"), ownership_given(base, "0190-id")}) {
    EXPECT_THAT(one.text, HasSubstr("\nhttps://shop.example/businesses/0190-id/team\n"));
    EXPECT_THAT(one.text, testing::EndsWith("nobody reads answers to it.\n"));
  }
  EXPECT_THAT(ownership_received("", "0190-id").text, Not(HasSubstr("0190-id")));
}

TEST(notification_letter, says_what_happened_and_where_to_look_as_text_and_as_html) {
  const std::vector<told_line> lines{{notification_kind::hand_over, 1, "0190-chat"},
                                     {notification_kind::paid_order, 3, {}},
                                     {notification_kind::quota, 80, {}}};
  const auto one = notification(base, "0190-id", lines);
  EXPECT_EQ(one.subject, "A chat waits for you, and more");
  EXPECT_THAT(
      one.text,
      HasSubstr("\n* A chat waits for you.\n  https://shop.example/businesses/0190-id/inbox/0190-chat\n"));
  EXPECT_THAT(one.text,
              HasSubstr("\n* 3 orders were paid.\n  https://shop.example/businesses/0190-id/orders\n"));
  EXPECT_THAT(one.text, HasSubstr("\n* 80 % of your plan are used.\n"));
  EXPECT_THAT(one.text, testing::EndsWith("nobody reads answers to it.\n"));
  EXPECT_THAT(
      one.html,
      HasSubstr("<li><a href=\"https://shop.example/businesses/0190-id/inbox/0190-chat\">A chat waits for "
                "you.</a></li>"));
  EXPECT_THAT(one.html, HasSubstr("3 orders were paid."));
}

TEST(notification_letter, has_no_links_where_there_is_no_page_and_escapes_those_there_are) {
  const std::vector<told_line> lines{{notification_kind::broken_connection, 2, {}}};
  const auto bare = notification("", "0190-id", lines);
  EXPECT_EQ(bare.subject, "2 channels or payment providers stopped working");
  EXPECT_THAT(bare.text + bare.html, Not(HasSubstr("0190-id")));
  const auto odd = notification("https://shop.example/?a&b\"<x>", "0190-id", lines);
  EXPECT_THAT(odd.html, HasSubstr("href=\"https://shop.example/?a&amp;b&quot;&lt;x&gt;/businesses"));
}

TEST(notification_letter, of_each_kind_has_words_of_its_own) {
  std::set<std::string> subjects;
  for (const auto kind : all_notification_kinds)
    for (const std::int64_t count : {1, 2, 100}) {
      const std::vector<told_line> lines{{kind, count, {}}};
      const auto one = notification(base, "id", lines);
      EXPECT_EQ(one.kind, "notification");
      EXPECT_TRUE(subjects.insert(one.subject).second) << one.subject;
    }
}

TEST(summary_letter, is_of_a_day_or_a_week) {
  const std::vector<told_line> lines{{notification_kind::paid_order, 12, {}}};
  EXPECT_EQ(summary(base, "id", lines, digest_rhythm::daily).subject, "Your day with Sellavie");
  EXPECT_EQ(summary(base, "id", lines, digest_rhythm::weekly).subject, "Your week with Sellavie");
  EXPECT_THAT(summary(base, "id", lines, digest_rhythm::daily).text, HasSubstr("12 orders were paid."));
}

}  // namespace
}  // namespace sellavie::mail
