#include "net/feed/event_ring.hpp"

#include <gtest/gtest.h>

namespace sellavie::net {
namespace {

ring_event event(std::size_t size = 10) { return {std::make_shared<const std::string>(size, 'e')}; }

TEST(event_ring, gives_what_came_behind_a_number_and_nothing_to_who_has_all) {
  event_ring ring{7, {}};
  EXPECT_EQ(ring.behind(7)->size(), 0U);
  const auto first = event();
  const auto second = event();
  ring.append(first);
  ring.append(second);
  EXPECT_EQ(ring.last(), 9U);
  EXPECT_EQ(ring.behind(7), (std::vector{first, second}));
  EXPECT_EQ(ring.behind(8), std::vector{second});
  EXPECT_EQ(ring.behind(9)->size(), 0U);
}

TEST(event_ring, does_not_know_what_was_before_it_or_is_to_come) {
  event_ring ring{7, {}};
  ring.append(event());
  EXPECT_FALSE(ring.behind(6));
  EXPECT_FALSE(ring.behind(0));
  EXPECT_FALSE(ring.behind(9));
}

TEST(event_ring, forgets_the_oldest_beyond_its_count) {
  event_ring ring{0, {.events = 3}};
  for (int i = 0; i < 5; ++i) ring.append(event());
  EXPECT_FALSE(ring.behind(1));
  EXPECT_EQ(ring.behind(2)->size(), 3U);
}

TEST(event_ring, forgets_the_oldest_beyond_its_bytes) {
  event_ring ring{0, {.bytes = 100}};
  for (int i = 0; i < 5; ++i) ring.append(event(40));
  EXPECT_FALSE(ring.behind(2));
  EXPECT_EQ(ring.behind(3)->size(), 2U);
  ring.append(event(1000));
  EXPECT_FALSE(ring.behind(5)) << "one that is larger than the ring is not kept";
  EXPECT_EQ(ring.behind(6)->size(), 0U);
}

}  // namespace
}  // namespace sellavie::net
