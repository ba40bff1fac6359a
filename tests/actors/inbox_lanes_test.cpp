// The pump's bookkeeping by itself: one test per rule that the actor's tests do not show.

#include "actors/inbox_lanes.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

namespace sellavie::actors {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

business_id shop(std::uint8_t n) {
  business_id id;
  id.value.bytes[15] = n;
  return id;
}

/// A table, and the lanes that look at it in pages of four.
struct inbox_lanes_test : testing::Test {
  std::map<inbox_id, storage::inbox_line> table;
  inbox_lanes lanes;
  static constexpr std::size_t page = 4;

  void limits(pump_limits wanted) { lanes = inbox_lanes{wanted}; }
  void store(inbox_id id, std::uint8_t business, std::int64_t lane, std::int16_t deaths = 0) {
    table[id] = {id, shop(business), lane, deaths};
  }
  /// True when it passed the table.
  bool accept(inbox_id id, std::uint8_t business, std::int64_t lane) {
    store(id, business, lane);
    return lanes.take(id, {shop(business), lane}, false);
  }
  std::vector<storage::inbox_line> read(inbox_id after) const {
    std::vector<storage::inbox_line> lines;
    for (auto at = table.upper_bound(after); at != table.end() && lines.size() < page; ++at)
      lines.push_back(at->second);
    return lines;
  }
  void look() {
    const auto lines = read(lanes.begin_look());
    lanes.end_look(lines, lines.size() < page);
  }
  void look_while_wanted() {
    for (int i = 0; i < 1000 && lanes.wants_look(); ++i) look();
    EXPECT_FALSE(lanes.wants_look());
  }
  std::vector<inbox_id> choose(std::size_t most = 256) {
    auto ids = lanes.choose(most);
    for (const inbox_id id : ids) EXPECT_TRUE(lanes.hand_on(id));
    return ids;
  }
  void finish(inbox_id id) {
    table.erase(id);
    lanes.finish(id);
  }
};

TEST_F(inbox_lanes_test, takes_nothing_past_the_table_before_the_first_walk_has_ended) {
  limits(pump_limits::of(64));
  for (inbox_id id = 1; id <= 10; ++id) store(id, 1, id);
  EXPECT_FALSE(accept(11, 2, 7));
  look();
  EXPECT_THAT(choose(), ElementsAre(1, 2, 3, 4));
  EXPECT_FALSE(accept(12, 2, 7));
  look_while_wanted();
  EXPECT_THAT(choose(), testing::UnorderedElementsAre(5, 6, 7, 8, 9, 10, 11, 12));
  EXPECT_TRUE(accept(13, 3, 1));
}

TEST_F(inbox_lanes_test, finds_what_committed_behind_a_walk_with_the_next_one) {
  limits(pump_limits::of(64));
  look_while_wanted();
  for (inbox_id id = 10; id < 20; ++id) store(id, 1, id);
  look();
  store(5, 2, 5);
  for (int i = 0; i < 4; ++i) look();
  EXPECT_THAT(choose(), testing::Contains(5));
}

TEST_F(inbox_lanes_test, keeps_the_order_of_a_lane_of_which_it_cannot_know_everything) {
  limits({.window = 4, .per_business = 2, .per_customer = 1, .most_known = 6});
  look_while_wanted();
  for (inbox_id id = 1; id <= 200; ++id) accept(id, 1, id % 3);
  std::map<std::int64_t, std::vector<inbox_id>> seen;
  std::vector<inbox_id> way{1, 2};
  for (int i = 0; i < 2000 && !table.empty(); ++i) {
    for (const inbox_id id : std::exchange(way, {})) {
      seen[id % 3].push_back(id);
      finish(id);
    }
    if (lanes.wants_look() || i % 7 == 0) look();
    way = choose();
    EXPECT_LE(way.size(), 2U);
  }
  EXPECT_THAT(table, IsEmpty());
  for (const auto& [lane, ids] : seen) EXPECT_TRUE(std::ranges::is_sorted(ids)) << lane;
  EXPECT_EQ(seen[0].size() + seen[1].size() + seen[2].size(), 200U);
}

// Rows come, look pages are read early and handled late, deliveries end or are handed back: at random.
TEST_F(inbox_lanes_test, loses_nothing_and_lets_nothing_overtake_whatever_happens) {
  const std::uint64_t first_seed = 20'000;
  for (std::uint64_t seed = first_seed; seed < first_seed + 300; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random{seed};
    const auto below = [&](std::uint64_t n) { return random() % n; };
    table.clear();
    limits({.window = 6, .per_business = 4, .per_customer = 2, .most_known = 5 + below(8)});
    inbox_id next = 1;
    for (; next < 30; ++next)
      store(next, static_cast<std::uint8_t>(below(3)), static_cast<std::int64_t>(below(3)));
    std::vector<inbox_id> being_read, handed;
    std::optional<std::vector<storage::inbox_line>> page_read;
    std::set<std::uint8_t> resting;
    const auto hand = [&](inbox_id id) {
      const auto& line = table.at(id);
      for (const auto& [older, other] : table) {
        if (older >= id) break;
        if (other.business != line.business || other.lane != line.lane) continue;
        ASSERT_TRUE(std::ranges::find(handed, older) != handed.end()) << older << " waits, " << id << " goes";
      }
      handed.push_back(id);
    };
    for (int step = 0; step < 3000 && (step < 400 || !table.empty()); ++step) {
      switch (below(8)) {
        case 0:
          if (step < 400) {
            const auto b = static_cast<std::uint8_t>(below(3));
            const auto l = static_cast<std::int64_t>(below(3));
            const inbox_id id = next++;
            if (accept(id, b, l)) hand(id);
          }
          break;
        case 1:
        case 2:
          if (!page_read) page_read = read(lanes.begin_look());
          break;
        case 3:
          if (page_read) {
            lanes.end_look(*page_read, page_read->size() < page);
            page_read.reset();
          }
          break;
        case 4:
          if (being_read.empty()) being_read = lanes.choose(below(6) + 1);
          break;
        case 5:
          for (const inbox_id id : std::exchange(being_read, {})) {
            if (!table.contains(id)) lanes.finish(id);
            else if (lanes.hand_on(id)) hand(id);
          }
          break;
        case 6:
          if (!handed.empty()) {
            const inbox_id id = handed[below(handed.size())];
            std::erase(handed, id);
            finish(id);
          }
          break;
        case 7: {
          const auto b = static_cast<std::uint8_t>(below(3));
          if (resting.erase(b) > 0) {
            lanes.end_rest(shop(b));
          } else if (below(6) == 0 && step < 400 && lanes.rest(shop(b))) {
            resting.insert(b);
            std::erase_if(handed, [&](inbox_id id) { return table.at(id).business == shop(b); });
          }
          break;
        }
      }
      ASSERT_LE(lanes.on_the_way(), 6U);
    }
    EXPECT_THAT(table, IsEmpty());
  }
}

TEST_F(inbox_lanes_test, counts_who_waits) {
  limits({.window = 2, .per_business = 2, .per_customer = 1});
  for (inbox_id id = 1; id <= 6; ++id) store(id, 0, id % 2);
  look_while_wanted();
  EXPECT_EQ(lanes.waiting(), 6U);
  const auto gone = choose();
  EXPECT_THAT(gone, SizeIs(2));
  EXPECT_EQ(lanes.waiting(), 4U);
  lanes.put_back(gone[0]);
  EXPECT_EQ(lanes.waiting(), 5U);
  finish(gone[1]);
  EXPECT_EQ(lanes.waiting(), 5U);
}

TEST_F(inbox_lanes_test, remembers_no_lane_that_has_nothing) {
  limits(pump_limits::of(64));
  look_while_wanted();
  for (inbox_id id = 1; id <= 1000; ++id) {
    ASSERT_TRUE(accept(id, 1, id));
    finish(id);
  }
  EXPECT_EQ(lanes.known_lanes(), 0U);
}

TEST_F(inbox_lanes_test, its_shares_leave_room_for_others) {
  for (const std::size_t window : {16U, 64U, 256U, 2000U}) {
    const auto of = pump_limits::of(window);
    EXPECT_LE(of.per_business * 2, of.window);
    EXPECT_LE(of.per_customer * 2, of.per_business);
  }
}

}  // namespace
}  // namespace sellavie::actors
