// Guesses are counted where they stand: each kind by itself, and none while it is blocked.

#include "storage/api/guess_work.hpp"

#include <atomic>
#include <thread>

#include "protocol/api/session_rules.hpp"
#include "storage/api/accounts.hpp"
#include "storage/api/second_factors.hpp"
#include "storage/api/sessions.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using namespace std::chrono_literals;

class guess_work_test : public spine_test {
 protected:
  void SetUp() override {
    spine_test::SetUp();
    sql("INSERT INTO accounts (id, email, password_hash, created_at) VALUES (" + quote(grace) +
        ", 'grace@example.com', 'hash', 0)");
    sql("INSERT INTO second_factors (account_id, secret, created_at, confirmed_at) VALUES (" + quote(grace) +
        ", 'sealed', 0, 0)");
    for (const auto& one : {desk, phone})
      sql("INSERT INTO sessions (id, account_id, created_at, last_used_at, expires_at) VALUES (" +
          quote(one) + "," + quote(grace) + ", 0, 0, 0)");
  }

  const api::account_id grace{plain_id(21)};
  const api::session_id desk{plain_id(22)};
  const api::session_id phone{plain_id(23)};
  api_session store{database.access(), "guess_work_test"};
};

TEST_F(guess_work_test, failed_sign_ins_block_the_next_ones_and_count_no_more_while_they_do) {
  const auto fail = [&](instant now) { ASSERT_TRUE(count_failed_sign_in(store, grace, now)); };
  const auto is_blocked = [&](instant now) { return is_sign_in_blocked(store, grace, now).value(); };
  for (int i = 0; i < api::free_failures; ++i) fail(noon);
  EXPECT_FALSE(is_blocked(noon));
  for (int i = 0; i < 10; ++i) fail(noon);
  EXPECT_EQ(count("accounts WHERE failed_sign_ins = 5"), 1) << "those behind the fifth came too late";
  EXPECT_TRUE(is_blocked(noon + 999ms));
  EXPECT_FALSE(is_blocked(noon + 1s));
  fail(noon + 1s);
  EXPECT_TRUE(is_blocked(noon + 1s + 1999ms));
  EXPECT_FALSE(is_blocked(noon + 1s + 2s));
  EXPECT_EQ(count("second_factors WHERE failed_codes = 0 AND blocked_until = 0"), 1);
  EXPECT_EQ(count("sessions WHERE failed_passwords = 0 AND blocked_until = 0"), 2);
}

TEST_F(guess_work_test, codes_are_blocked_by_themselves_until_one_is_right) {
  const auto guess = [&](instant now) { return count_code_guess(store, grace, now).value(); };
  for (int i = 0; i <= api::free_failures; ++i) EXPECT_EQ(guess(noon), std::nullopt) << i;
  EXPECT_EQ(guess(noon), noon + 1s);
  EXPECT_EQ(guess(noon + 1s), std::nullopt);
  EXPECT_EQ(guess(noon + 1s), noon + 3s) << "what was refused made no block longer";
  EXPECT_EQ(is_sign_in_blocked(store, grace, noon).value(), false);
  EXPECT_EQ(use_app_code(store, grace, 7).value(), true);
  EXPECT_EQ(guess(noon), std::nullopt);
  EXPECT_EQ(use_app_code(store, grace, 7).value(), false);
  EXPECT_EQ(count("second_factors WHERE failed_codes = 1"), 1) << "one that was used before ends nothing";
}

TEST_F(guess_work_test, passwords_that_a_session_gives_are_blocked_for_it_alone_until_one_is_right) {
  const auto guess = [&](const api::session_id& by) { return count_password_guess(store, by, noon).value(); };
  for (int i = 0; i <= api::free_failures; ++i) EXPECT_EQ(guess(desk), std::nullopt) << i;
  EXPECT_EQ(guess(desk), noon + 1s);
  EXPECT_EQ(guess(phone), std::nullopt);
  EXPECT_EQ(is_sign_in_blocked(store, grace, noon).value(), false);
  ASSERT_TRUE(forget_password_guesses(store, desk));
  EXPECT_EQ(guess(desk), std::nullopt);
}

TEST_F(guess_work_test, of_a_crowd_at_the_same_time_no_more_are_tried_than_one_after_the_other) {
  std::atomic<int> tried = 0;
  {
    std::vector<std::jthread> crowd;
    for (int i = 0; i < 12; ++i)
      crowd.emplace_back([&] {
        api_session own{database.access(), "guess_work_test"};
        if (!count_code_guess(own, grace, noon).value()) ++tried;
      });
  }
  EXPECT_EQ(tried, api::free_failures + 1);
}

}  // namespace
}  // namespace sellavie::storage
