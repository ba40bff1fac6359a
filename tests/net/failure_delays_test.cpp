#include "net/api/failure_delays.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <utility>
#include <vector>

#include "net/http/rate_limiter.hpp"

namespace sellavie::net {
namespace {

using namespace std::chrono_literals;

const auto start = failure_delays::time_point{} + 100h;
const auto me = client_key("203.0.113.7");

/// What a client is told; the attempt, if it is admitted, ends at once.
int wait_of(failure_delays& delays, const address_bytes& client, failure_delays::time_point now) {
  return delays.admit(client, now).wait;
}

int fail(failure_delays& delays, const address_bytes& client, failure_delays::time_point now) {
  auto [wait, attempt] = delays.admit(client, now);
  attempt.failed(now);
  return wait;
}

TEST(failure_delays, double_with_each_failure_behind_the_free_ones) {
  failure_delays delays{3};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fail(delays, me, start), 0);
  EXPECT_EQ(wait_of(delays, me, start), 0) << "these were free";
  auto now = start;
  for (const int wait : {1, 2, 4, 8, 16}) {
    EXPECT_EQ(fail(delays, me, now), 0);
    EXPECT_EQ(wait_of(delays, me, now), wait);
    EXPECT_EQ(wait_of(delays, me, now + std::chrono::seconds{wait} - 1ms), 1);
    now += std::chrono::seconds{wait};
    EXPECT_EQ(wait_of(delays, me, now), 0);
  }
  EXPECT_EQ(wait_of(delays, client_key("203.0.113.8"), now), 0) << "others are not held up";
}

TEST(failure_delays, leave_a_guesser_who_never_rests_about_an_attempt_a_minute) {
  failure_delays delays{20};
  int attempts = 0;
  for (auto now = start; now < start + 24h && attempts < 10'000; ++attempts) {
    now += std::chrono::seconds{wait_of(delays, me, now)};
    ASSERT_EQ(fail(delays, me, now), 0);
  }
  EXPECT_LT(attempts, 24 * 65) << "in a day";
}

TEST(failure_delays, let_a_crowd_in_one_by_one_behind_the_free_failures) {
  failure_delays delays{3};
  auto now = start;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(fail(delays, me, now), 0);
  now += 1s;
  auto first = delays.admit(me, now);
  EXPECT_EQ(first.wait, 0);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(wait_of(delays, me, now), 1) << "until the one under way has ended";
  EXPECT_EQ(wait_of(delays, me, now + 1min), 1) << "a slow one is waited for";
  EXPECT_EQ(wait_of(delays, client_key("203.0.113.8"), now), 0) << "others do not wait for it";
  first.admitted.failed(now + 1min);
  EXPECT_EQ(wait_of(delays, me, now + 1min), 2) << "the refused ones counted nothing";
  EXPECT_EQ(wait_of(delays, me, now + 1min + 2s), 0);
}

TEST(failure_delays,
     ask_who_comes_beside_an_attempt_under_way_to_wait_a_second_whatever_a_failure_would_cost) {
  failure_delays delays{0};
  auto now = start;
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(fail(delays, me, now), 0);
    now += std::chrono::seconds{wait_of(delays, me, now)};
  }
  const auto right = delays.admit(me, now);
  ASSERT_EQ(right.wait, 0);
  EXPECT_EQ(wait_of(delays, me, now), 1) << "it may be right, and then nothing is to be waited for";
}

TEST(failure_delays, count_attempts_under_way_against_the_free_failures) {
  failure_delays delays{3};
  std::vector<failure_delays::admission> crowd;
  for (int i = 0; i < 3; ++i) crowd.push_back(delays.admit(me, start));
  for (const auto& one : crowd) EXPECT_EQ(one.wait, 0);
  EXPECT_EQ(wait_of(delays, me, start), 1);
  crowd.pop_back();
  EXPECT_EQ(wait_of(delays, me, start), 0) << "one ended well";
  for (auto& one : crowd) one.admitted.failed(start);
  EXPECT_EQ(fail(delays, me, start), 0) << "the third failure is free as well";
  EXPECT_EQ(fail(delays, me, start), 0);
  EXPECT_EQ(wait_of(delays, me, start), 1);
}

TEST(failure_delays, forget_nothing_and_block_nobody_when_an_attempt_ends_well) {
  failure_delays delays{0};
  EXPECT_EQ(fail(delays, me, start), 0);
  {
    auto right = delays.admit(me, start + 1s);
    ASSERT_EQ(right.wait, 0);
    auto moved = std::move(right.admitted);
    EXPECT_EQ(wait_of(delays, me, start + 1s), 1);
  }
  EXPECT_EQ(fail(delays, me, start + 1s), 0) << "the attempt ended with its owner";
  EXPECT_EQ(wait_of(delays, me, start + 1s), 2) << "the second failure, as if nothing had been between";
}

TEST(failure_delays, keep_nothing_of_clients_that_never_failed) {
  failure_delays delays{3};
  {
    const auto right = delays.admit(me, start);
    EXPECT_EQ(delays.clients(), 1U);
  }
  EXPECT_EQ(delays.clients(), 0U);
}

TEST(failure_delays, halve_every_quarter_of_an_hour) {
  failure_delays delays{4};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(fail(delays, me, start), 0);
  const auto later = start + 15min;
  EXPECT_EQ(fail(delays, me, later - 1ms), 0);
  EXPECT_EQ(wait_of(delays, me, later - 1ms), 1) << "the fifth";
  const auto free_again = later + 1s;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(fail(delays, me, free_again), 0);
    EXPECT_EQ(wait_of(delays, me, free_again), 0) << "of five two were left";
  }
  EXPECT_EQ(fail(delays, me, free_again), 0);
  EXPECT_EQ(wait_of(delays, me, free_again), 1);
}

TEST(failure_delays, never_hold_up_an_office_where_somebody_mistypes_every_ten_minutes) {
  failure_delays delays{20};
  for (int i = 0; i < 1000; ++i) {
    const auto now = start + i * 10min;
    ASSERT_EQ(fail(delays, me, now), 0) << i;
    ASSERT_EQ(wait_of(delays, me, now), 0) << i;
  }
}

TEST(failure_delays, count_an_ipv6_subscriber_as_one) {
  failure_delays delays{0};
  EXPECT_EQ(fail(delays, client_key("2001:db8:1:2::1"), start), 0);
  EXPECT_EQ(wait_of(delays, client_key("2001:db8:1:2:ffff::2"), start), 1);
  EXPECT_EQ(wait_of(delays, client_key("2001:db8:1:3::1"), start), 0);
}

address_bytes numbered(std::uint32_t i) {
  address_bytes client{};
  for (std::size_t byte = 0; byte < 4; ++byte) client[byte] = static_cast<unsigned char>(i >> (8 * byte));
  return client;
}

TEST(failure_delays, are_bounded_and_keep_the_newest) {
  failure_delays delays{0, 1000};
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const auto now = start + std::chrono::microseconds{i};
    ASSERT_EQ(fail(delays, numbered(i), now), 0);
    ASSERT_LE(delays.clients(), 1000U);
    // Of a full table the newer half stays: 499, and the newcomer.
    if (i >= 499) {
      ASSERT_EQ(wait_of(delays, numbered(i - 100), now), 1) << i;
      ASSERT_EQ(wait_of(delays, numbered(i - 499), now), 1) << i;
    }
  }
}

TEST(failure_delays, keep_a_client_whose_attempt_is_under_way) {
  failure_delays delays{0, 100};
  auto slow = delays.admit(me, start);
  for (std::uint32_t i = 0; i < 1000; ++i) ASSERT_EQ(fail(delays, numbered(i), start + 1s), 0);
  ASSERT_LE(delays.clients(), 100U);
  EXPECT_EQ(wait_of(delays, me, start + 1s), 1);
  slow.admitted.failed(start + 2s);
  EXPECT_EQ(wait_of(delays, me, start + 2s), 1);
  EXPECT_EQ(wait_of(delays, me, start + 3s), 0);
}

TEST(failure_delays, make_room_by_what_counts_no_more_first) {
  failure_delays delays{0, 100};
  ASSERT_EQ(fail(delays, me, start + 15min), 0);
  for (std::uint32_t i = 0; i < 99; ++i) ASSERT_EQ(fail(delays, numbered(i), start + i * 1ms), 0);
  // 15 minutes later those have nothing left, and `me` has still got something to wait for.
  ASSERT_EQ(fail(delays, numbered(1000), start + 15min + 500ms), 0);
  EXPECT_EQ(delays.clients(), 2U);
  EXPECT_EQ(wait_of(delays, me, start + 15min + 500ms), 1);
}

}  // namespace
}  // namespace sellavie::net
