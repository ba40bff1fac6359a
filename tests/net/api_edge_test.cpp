#include <gtest/gtest.h>

#include "monitoring/metrics.hpp"
#include "net/api/access_cache.hpp"
#include "net/api/worker_pool.hpp"
#include "net/http/client_address.hpp"
#include "net/http/rate_limiter.hpp"

#include <future>

namespace sellavie::net {
namespace {

using namespace std::chrono_literals;

const auto start = std::chrono::steady_clock::time_point{} + 1h;

TEST(rate_limiter, lets_a_burst_through_and_then_the_rate) {
  rate_limiter limiter{60};
  const auto me = client_key("203.0.113.7");
  for (int i = 0; i < 60; ++i) EXPECT_EQ(limiter.take(me, start), 0);
  EXPECT_EQ(limiter.take(me, start), 1);
  EXPECT_EQ(limiter.take(me, start + 1s), 0);
  EXPECT_EQ(limiter.take(me, start + 1s), 1);
  EXPECT_EQ(limiter.take(client_key("203.0.113.8"), start), 0) << "others are not held up";
}

TEST(rate_limiter, counts_an_ipv6_subscriber_as_one) {
  rate_limiter limiter{1};
  EXPECT_EQ(limiter.take(client_key("2001:db8:1:2::1"), start), 0);
  EXPECT_GT(limiter.take(client_key("2001:db8:1:2:ffff::2"), start), 0);
  EXPECT_EQ(limiter.take(client_key("2001:db8:1:3::1"), start), 0);
  EXPECT_EQ(limiter.take(client_key("203.0.113.7"), start), 0);
  EXPECT_GT(limiter.take(client_key("::ffff:203.0.113.7"), start), 0);
}

TEST(rate_limiter, is_bounded_whoever_comes) {
  rate_limiter limiter{60, 1000};
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    address_bytes client{};
    for (std::size_t byte = 0; byte < 4; ++byte) client[byte] = static_cast<unsigned char>(i >> (8 * byte));
    ASSERT_EQ(limiter.take(client, start + std::chrono::microseconds{i}), 0);
    ASSERT_LE(limiter.clients(), 1000U);
  }
}

TEST(trusted_proxies, believe_the_chain_only_as_far_as_it_is_trusted) {
  const trusted_proxies proxies{{"10.0.0.0/8", "fd00::/8", "nonsense"}};
  EXPECT_EQ(proxies.client_of("203.0.113.7", "198.51.100.1"), "203.0.113.7")
      << "a stranger may claim anything";
  EXPECT_EQ(proxies.client_of("10.0.0.1", ""), "10.0.0.1");
  EXPECT_EQ(proxies.client_of("10.0.0.1", "198.51.100.1"), "198.51.100.1");
  EXPECT_EQ(proxies.client_of("10.0.0.1", "6.6.6.6, 198.51.100.1 , 10.2.3.4"), "198.51.100.1");
  EXPECT_EQ(proxies.client_of("fd00::1", "2001:db8::5"), "2001:db8::5");
  EXPECT_EQ(proxies.client_of("10.0.0.1", "6.6.6.6, rubbish"), "10.0.0.1");
  EXPECT_EQ(proxies.client_of("::ffff:10.0.0.1", "198.51.100.1"), "198.51.100.1");
}

TEST(access_cache, remembers_for_a_second) {
  access_cache cache;
  const auto asked = std::chrono::steady_clock::now();
  cache.remember({}, {}, api::role::agent, asked);
  EXPECT_EQ(cache.find({}, {}, asked + 999ms), api::role::agent);
  EXPECT_EQ(cache.find({}, {}, asked + 1s), std::nullopt);
}

TEST(access_cache, an_answer_older_than_a_revocation_is_not_remembered) {
  access_cache cache;
  const auto asked = std::chrono::steady_clock::now();
  cache.forget_all();
  cache.remember({}, {}, api::role::agent, asked);
  EXPECT_EQ(cache.find({}, {}, asked), std::nullopt);
}

TEST(worker_pool, refuses_what_does_not_fit_and_ends_cleanly) {
  std::promise<void> go;
  const auto gate = go.get_future().share();
  std::promise<void> begun;
  const monitoring::metrics numbers;
  const auto& in_use = numbers.pool_in_use(monitoring::pool::api);
  worker_pool pool{1, 2, in_use};
  ASSERT_TRUE(pool.submit([&](std::size_t worker) {
    EXPECT_EQ(worker, 0U);
    begun.set_value();
    gate.wait();
  }));
  begun.get_future().wait();
  EXPECT_EQ(in_use.value(), 1);
  std::atomic<int> ran = 0;
  EXPECT_TRUE(pool.submit([&](std::size_t) { ++ran; }));
  EXPECT_TRUE(pool.submit([&](std::size_t) { ++ran; }));
  EXPECT_FALSE(pool.submit([&](std::size_t) { ++ran; }));
  go.set_value();
  while (pool.waiting() > 0) std::this_thread::yield();
  pool.stop();
  EXPECT_EQ(ran, 2);
  EXPECT_EQ(in_use.value(), 0);
  EXPECT_FALSE(pool.submit([](std::size_t) {}));
}

}  // namespace
}  // namespace sellavie::net
