// Work that blocks has a bound: who comes when the queue is full is refused at once, and what waits is done in order.

#include "net/api/worker_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "monitoring/metrics.hpp"

namespace sellavie::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class worker_pool_test : public testing::Test {
 protected:
  /// Work that is under way until let_go().
  void keep_busy() {
    ASSERT_TRUE(pool.submit([this](std::size_t) {
      begun.count_down();
      may_end.wait();
    }));
    begun.wait();
  }
  void let_go() { may_end.count_down(); }
  bool submit(int number) {
    return pool.submit([this, number](std::size_t) {
      const std::lock_guard hold{mutex};
      done.push_back(number);
    });
  }
  /// Waits until all that was queued is done.
  void finish() {
    const auto last = std::make_shared<std::latch>(1);
    while (!pool.submit([last](std::size_t) { last->count_down(); })) std::this_thread::yield();
    last->wait();
  }

  static constexpr std::size_t bound = 3;
  std::latch begun{1};
  std::latch may_end{1};
  std::mutex mutex;
  std::vector<int> done;
  const monitoring::metrics numbers;
  // Last: its thread ends before what it uses.
  worker_pool pool{1, bound, numbers.pool_in_use(monitoring::pool::api)};
};

TEST_F(worker_pool_test, refuses_at_once_what_its_queue_cannot_hold_and_does_the_rest_in_order) {
  keep_busy();
  EXPECT_TRUE(submit(1));
  EXPECT_TRUE(submit(2));
  EXPECT_TRUE(submit(3));
  EXPECT_EQ(pool.waiting(), bound);
  EXPECT_FALSE(submit(4));
  EXPECT_EQ(numbers.pool_in_use(monitoring::pool::api).value(), 1);
  let_go();
  finish();
  EXPECT_THAT(done, ElementsAre(1, 2, 3));
}

TEST_F(worker_pool_test, takes_work_again_when_there_is_room) {
  keep_busy();
  for (int i = 0; i < 5; ++i) (void)submit(i);
  let_go();
  finish();
  EXPECT_TRUE(submit(9));
  finish();
  EXPECT_THAT(done, ElementsAre(0, 1, 2, 9));
}

TEST_F(worker_pool_test, drops_what_waits_when_it_stops_and_takes_nothing_more) {
  keep_busy();
  EXPECT_TRUE(submit(1));
  std::thread stopping{[this] { pool.stop(); }};
  while (submit(2)) std::this_thread::yield();  // until it is stopping, or full
  while (pool.waiting() > 0) std::this_thread::yield();
  let_go();
  stopping.join();
  EXPECT_FALSE(submit(3));
  EXPECT_THAT(done, IsEmpty());
}

// --- lanes ---------------------------------------------------------------------------------------

class worker_lanes_test : public testing::Test {
 protected:
  static business_id shop(std::uint8_t number) {
    business_id id;
    id.value.bytes[15] = number;
    return id;
  }
  /// Work of `of` that is under way, or waits, until let_go().
  bool hang(const business_id& of) {
    return pool.submit(
        [this](std::size_t) {
          ++hanging;
          may_end.wait();
        },
        of);
  }
  void let_go() { may_end.count_down(); }
  /// Waits until it is done.
  void serve(const business_id& of) {
    std::latch served{1};
    ASSERT_TRUE(pool.submit([&](std::size_t) { served.count_down(); }, of));
    served.wait();
  }

  std::latch may_end{1};
  std::atomic<int> hanging{0};
  const monitoring::metrics numbers;
  worker_pool pool{4, 16, numbers.pool_in_use(monitoring::pool::api)};
};

TEST_F(worker_lanes_test, work_that_hangs_takes_half_of_the_threads_and_others_are_served_meanwhile) {
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(hang(shop(1)));
  serve(shop(2));
  serve({});
  serve(shop(3));
  EXPECT_LE(hanging, 2);
  EXPECT_GE(pool.waiting(), 2U);
  let_go();
  serve(shop(1));
}

TEST_F(worker_lanes_test, a_lane_has_a_quarter_of_the_queue) {
  int taken = 0;
  for (int i = 0; i < 16; ++i) taken += hang(shop(1)) ? 1 : 0;
  EXPECT_GE(taken, 4);
  EXPECT_LE(taken, 6) << "two at work, four that wait";
  EXPECT_TRUE(hang(shop(2)));
  let_go();
}

TEST_F(worker_lanes_test, what_has_no_lane_has_all_threads_and_the_whole_queue) {
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(hang({}));
  while (hanging < 4) std::this_thread::yield();
  for (int i = 0; i < 16; ++i) EXPECT_TRUE(hang({})) << i;
  EXPECT_FALSE(hang({}));
  let_go();
}

TEST_F(worker_lanes_test, lanes_take_turns) {
  std::vector<int> done;  // of one thread
  worker_pool alone{1, 16, numbers.pool_in_use(monitoring::pool::api)};
  std::latch begun{1};
  EXPECT_TRUE(alone.submit([&](std::size_t) {
    begun.count_down();
    may_end.wait();
  }));
  begun.wait();
  for (const std::uint8_t number : {1, 1, 1, 2, 3})
    EXPECT_TRUE(alone.submit([&, number](std::size_t) { done.push_back(number); }, shop(number)));
  std::latch served{1};
  EXPECT_TRUE(alone.submit([&](std::size_t) { served.count_down(); }, shop(1)));
  let_go();
  served.wait();
  EXPECT_THAT(done, ElementsAre(1, 2, 3, 1, 1));
}

}  // namespace
}  // namespace sellavie::net
