#include "protocol/mail/letters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

}  // namespace
}  // namespace sellavie::mail
