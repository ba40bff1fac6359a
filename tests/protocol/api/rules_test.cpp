#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/api/cursor.hpp"
#include "protocol/api/permission.hpp"
#include "protocol/api/session_rules.hpp"

namespace sellavie::api {
namespace {

using namespace std::chrono_literals;

const instant moment = instant_from_ms(1'790'000'000'000);

TEST(session_rules, r1_a_fresh_token_is_rotated) {
  EXPECT_EQ(decide_refresh({.expires_at = moment + 1h}, moment), refresh_decision::rotate);
}
TEST(session_rules, r2_within_the_overlap_the_same_successor_comes_back) {
  const refresh_state rotated{.expires_at = moment + 1h, .is_rotated = true, .rotated_at = moment};
  EXPECT_EQ(decide_refresh(rotated, moment + 30s), refresh_decision::repeat_successor);
}
TEST(session_rules, r3_later_reuse_ends_the_session) {
  const refresh_state rotated{.expires_at = moment + 1h, .is_rotated = true, .rotated_at = moment};
  EXPECT_EQ(decide_refresh(rotated, moment + 30s + 1ms), refresh_decision::end_session);
}
TEST(session_rules, r4_an_ended_session_gives_nothing) {
  EXPECT_EQ(decide_refresh({.expires_at = moment}, moment), refresh_decision::refuse);
  EXPECT_EQ(decide_refresh({.expires_at = moment + 1h, .session_ended = true, .is_rotated = true}, moment),
            refresh_decision::refuse);
}
TEST(session_rules, r5_blocks_double_up_to_a_quarter_of_an_hour) {
  EXPECT_EQ(block_after(4), 0s);
  EXPECT_EQ(block_after(5), 1s);
  EXPECT_EQ(block_after(6), 2s);
  EXPECT_EQ(block_after(14), 512s);
  EXPECT_EQ(block_after(15), 15min);
  EXPECT_EQ(block_after(2'000'000), 15min);
}
TEST(session_rules, r6_an_address_has_more_free_failures_and_the_same_blocks) {
  EXPECT_EQ(block_after(20, 20), 0s);
  EXPECT_EQ(block_after(21, 20), 1s);
  EXPECT_EQ(block_after(22, 20), 2s);
  EXPECT_EQ(block_after(31, 20), 15min);
}
TEST(session_rules, r6_the_failures_of_an_address_halve_every_quarter_of_an_hour) {
  EXPECT_EQ(failures_left(20, 0ms), 20);
  EXPECT_EQ(failures_left(20, 15min - 1ms), 20);
  EXPECT_EQ(failures_left(20, 15min), 10);
  EXPECT_EQ(failures_left(21, 44min), 5);
  EXPECT_EQ(failures_left(1, 15min), 0);
  EXPECT_EQ(failures_left(2'000'000'000, 1'000'000h), 0);
  EXPECT_EQ(failures_left(20, -1h), 20) << "a clock that was set back";
}

TEST(permission, each_role_may_all_that_a_lesser_one_may) {
  for (const auto what : {permission::read, permission::converse, permission::sell, permission::manage,
                          permission::refund, permission::administer, permission::connect, permission::own}) {
    bool before = false;
    for (const role who : all_roles) {
      EXPECT_TRUE(!before || may(who, what));
      before = may(who, what);
    }
    EXPECT_TRUE(before) << "the owner may " << to_string(what);
  }
  EXPECT_FALSE(may(role::viewer, permission::converse));
  EXPECT_FALSE(may(role::agent, permission::manage));
  EXPECT_FALSE(may(role::agent, permission::refund));
  EXPECT_TRUE(may(role::admin, permission::refund));
  EXPECT_FALSE(may(role::admin, permission::own));
}

TEST(permission, nobody_grants_more_than_they_have) {
  for (const role who : all_roles)
    for (const role wanted : all_roles)
      EXPECT_EQ(may_grant(who, wanted), who >= role::admin && wanted <= who)
          << to_string(who) << to_string(wanted);
  for (const role one : all_roles) EXPECT_EQ(parse_role(to_string(one)), one);
  EXPECT_EQ(parse_role("Owner"), std::nullopt);
}

TEST(cursor, comes_back_as_it_was) {
  page_position last{-5, {}};
  last.id.bytes.fill(0xAB);
  EXPECT_EQ(read_cursor(write_cursor(last)), last);
  for (const char* bad : {"", "x", "AAAA", "!!!!"}) EXPECT_EQ(read_cursor(bad), std::nullopt);
}

}  // namespace
}  // namespace sellavie::api
