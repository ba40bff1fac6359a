// The bound on buffered bytes and the table of peers, among threads.
#include "net/http/byte_budget.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

#include "net/descriptors.hpp"
#include "net/http/peer_table.hpp"
#include "tests/net/http_fixture.hpp"

namespace sellavie::test {
namespace {

using net::byte_budget;
using net::held_as;
using net::held_bytes;

class budget : public ::testing::Test {
 protected:
  counting_observer observer;
  byte_budget whole = byte_budget::of_requests(1000);
  byte_budget share = byte_budget::of_requests(400);
};

TEST_F(budget, keeps_its_last_quarter_for_what_was_let_in) {
  held_bytes early{whole, nullptr, held_as::request, observer};
  held_bytes late{whole, nullptr, held_as::request, observer};
  ASSERT_TRUE(early.resize(700));
  EXPECT_FALSE(late.resize(51));
  EXPECT_TRUE(early.resize(1000));
  EXPECT_FALSE(early.resize(1001));
  EXPECT_EQ(whole.used(), 1000U);
  EXPECT_EQ(observer.buffered, 1000);
}

TEST_F(budget, takes_nothing_when_the_share_or_the_whole_is_spent) {
  held_bytes mine{whole, &share, held_as::request, observer};
  EXPECT_FALSE(mine.resize(301)) << "three quarters of the share";
  held_bytes others{whole, nullptr, held_as::request, observer};
  ASSERT_TRUE(others.resize(600));
  EXPECT_FALSE(mine.resize(200)) << "three quarters of the whole";
  EXPECT_EQ(share.used(), 0U);
  EXPECT_EQ(whole.used(), 600U);
}

TEST_F(budget, of_answers_reserves_nothing) {
  auto answers = byte_budget::of_answers(1000);
  held_bytes mine{answers, nullptr, held_as::answer, observer};
  EXPECT_TRUE(mine.resize(1000));
  held_bytes other{answers, nullptr, held_as::answer, observer};
  EXPECT_FALSE(other.resize(1));
  EXPECT_EQ(observer.outgoing, 1000);
  EXPECT_EQ(observer.buffered, 0);
}

TEST_F(budget, is_not_fooled_by_a_size_that_overflows) {
  held_bytes mine{whole, nullptr, held_as::request, observer};
  ASSERT_TRUE(mine.resize(10));
  EXPECT_FALSE(mine.resize(static_cast<std::size_t>(-1)));
  EXPECT_EQ(whole.used(), 10U);
}

TEST_F(budget, gets_all_back_when_the_holder_goes) {
  {
    held_bytes mine{whole, &share, held_as::request, observer};
    ASSERT_TRUE(mine.resize(300));
    ASSERT_TRUE(mine.resize(100));
    EXPECT_EQ(share.used(), 100U);
  }
  EXPECT_EQ(whole.used(), 0U);
  EXPECT_EQ(share.used(), 0U);
  EXPECT_EQ(observer.buffered, 0);
}

TEST_F(budget, holds_among_threads) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 4; ++i)
    threads.emplace_back([this, i] {
      for (std::size_t n = 0; n < 20'000; ++n) {
        held_bytes mine{whole, nullptr, held_as::request, observer};
        for (std::size_t size = 0; mine.resize(size) && size < 600; size += 50 + i) continue;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(whole.used(), 0U);
  EXPECT_LE(observer.most_buffered, 1000);
}

const auto peer = boost::asio::ip::make_address("192.0.2.1");

constexpr net::peer_bounds few(std::size_t connections) {
  return {.connections = connections, .request_bytes = 100, .answer_bytes = 100};
}

TEST(peer_table, has_an_entry_only_while_its_peer_is_connected) {
  const auto table = std::make_shared<net::peer_table>(few(2), std::vector<net::address_block>{});
  auto first = table->take_seat(peer);
  auto second = table->take_seat(peer);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->request_share(), second->request_share());
  EXPECT_EQ(first->answer_share(), second->answer_share());
  EXPECT_FALSE(table->take_seat(peer));
  EXPECT_TRUE(table->take_seat(boost::asio::ip::make_address("192.0.2.2")));
  EXPECT_EQ(table->size(), 1U);
  first.reset();
  EXPECT_TRUE(table->take_seat(peer));
  second.reset();
  EXPECT_EQ(table->size(), 0U);
}

TEST(peer_table, a_peer_without_bounds_is_not_counted) {
  const auto table = std::make_shared<net::peer_table>(
      few(1), std::vector{net::address_block::parse("192.0.2.0/24").value()});
  const auto first = table->take_seat(peer);
  const auto second = table->take_seat(peer);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->request_share(), nullptr);
  EXPECT_EQ(first->answer_share(), nullptr);
  EXPECT_EQ(table->size(), 0U);
}

TEST(peer_table, balances_among_threads) {
  const auto table = std::make_shared<net::peer_table>(few(3), std::vector<net::address_block>{});
  std::atomic<int> seated{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) {
        const auto seat = table->take_seat(peer);
        if (!seat) continue;
        const int now = ++seated;
        int before = most;
        while (now > before && !most.compare_exchange_weak(before, now)) continue;
        --seated;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_LE(most, 3);
  EXPECT_EQ(table->size(), 0U);
}

TEST(descriptors, connections_leave_half_to_the_server_itself) {
  EXPECT_EQ(net::connections_within(1024, 20'000), 512U);
  EXPECT_EQ(net::connections_within(524'288, 20'000), 20'000U);
}

}  // namespace
}  // namespace sellavie::test
