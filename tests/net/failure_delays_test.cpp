#include "net/api/failure_delays.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "net/api/rate_limiter.hpp"

namespace sellavie::net {
namespace {

using namespace std::chrono_literals;

const auto start = failure_delays::time_point{} + 100h;
const auto me = client_key("203.0.113.7");

TEST(failure_delays, double_with_each_failure_behind_the_free_ones) {
  failure_delays delays{3};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(delays.wait(me, start), 0);
    delays.failed(me, start);
  }
  EXPECT_EQ(delays.wait(me, start), 0) << "these were free";
  auto now = start;
  for (const int wait : {1, 2, 4, 8, 16}) {
    delays.failed(me, now);
    EXPECT_EQ(delays.wait(me, now), wait);
    EXPECT_EQ(delays.wait(me, now + std::chrono::seconds{wait} - 1ms), 1);
    now += std::chrono::seconds{wait};
    EXPECT_EQ(delays.wait(me, now), 0);
  }
  EXPECT_EQ(delays.wait(client_key("203.0.113.8"), now), 0) << "others are not held up";
}

TEST(failure_delays, end_at_a_quarter_of_an_hour) {
  failure_delays delays{1};
  for (int i = 0; i < 100; ++i) delays.failed(me, start);
  EXPECT_EQ(delays.wait(me, start), 15 * 60);
}

TEST(failure_delays, are_forgotten_an_hour_after_the_last_failure) {
  failure_delays delays{1};
  for (int i = 0; i < 5; ++i) delays.failed(me, start);
  const auto soon = start + failure_delays::forgotten_after - 1s;
  delays.failed(me, soon);
  EXPECT_EQ(delays.wait(me, soon), 16) << "the sixth, of which one was free";
  const auto later = soon + failure_delays::forgotten_after;
  delays.failed(me, later);
  EXPECT_EQ(delays.wait(me, later), 0);
}

TEST(failure_delays, count_an_ipv6_subscriber_as_one) {
  failure_delays delays{0};
  delays.failed(client_key("2001:db8:1:2::1"), start);
  EXPECT_EQ(delays.wait(client_key("2001:db8:1:2:ffff::2"), start), 1);
  EXPECT_EQ(delays.wait(client_key("2001:db8:1:3::1"), start), 0);
}

TEST(failure_delays, are_bounded_and_keep_the_newest) {
  failure_delays delays{0, 1000};
  address_bytes client{};
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    for (std::size_t byte = 0; byte < 4; ++byte) client[byte] = static_cast<unsigned char>(i >> (8 * byte));
    delays.failed(client, start + std::chrono::microseconds{i});
    ASSERT_LE(delays.clients(), 1000U);
  }
  EXPECT_EQ(delays.wait(client, start + 20ms), 1);
}

}  // namespace
}  // namespace sellavie::net
