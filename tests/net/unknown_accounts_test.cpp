#include "net/api/unknown_accounts.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "protocol/api/session_rules.hpp"

namespace sellavie::net {
namespace {

using namespace std::chrono_literals;

const instant start = instant_from_ms(1'790'000'000'000);

TEST(unknown_accounts, are_blocked_as_accounts_are) {
  unknown_accounts unknown;
  for (int i = 0; i <= api::free_failures; ++i)
    EXPECT_TRUE(unknown.count_failure("ada@example.com", start)) << i;
  auto now = start;
  for (const auto block : {1s, 2s, 4s, 8s}) {
    EXPECT_FALSE(unknown.count_failure("ada@example.com", now));
    EXPECT_FALSE(unknown.count_failure("ada@example.com", now + block - 1ms));
    now += block;
    EXPECT_TRUE(unknown.count_failure("ada@example.com", now)) << "what was refused made no block longer";
  }
  EXPECT_TRUE(unknown.count_failure("bola@example.com", now)) << "each has its own";
}

TEST(unknown_accounts, are_the_same_in_any_case) {
  unknown_accounts unknown;
  for (int i = 0; i <= api::free_failures; ++i) EXPECT_TRUE(unknown.count_failure("Ada@Example.com", start));
  EXPECT_FALSE(unknown.count_failure("ada@eXAMPLE.COM", start));
}

TEST(unknown_accounts, are_bounded) {
  unknown_accounts unknown{100};
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(unknown.count_failure(std::to_string(i) + "@example.com", start));
    ASSERT_LE(unknown.size(), 100U);
  }
}

}  // namespace
}  // namespace sellavie::net
