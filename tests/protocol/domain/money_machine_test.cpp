// The money machine: random lives of a shop and its money, in whatever order things happen. After each step the ledger
// balances, no order is paid twice unseen, none is reopened, stock is conserved, numbers have no gap and nothing
// goes back that did not come; at the end the books say what the provider says.
// SELLAVIE_LONG=1: 100,000 lives instead of 5,000. SELLAVIE_SEED=n begins with life n.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>
#include <set>
#include <sstream>
#include <string_view>

#include "tests/protocol/domain/money_world.hpp"

namespace sellavie {
namespace {

using namespace test;

constexpr int steps_of_a_life = 120;

std::uint64_t wanted_lives() {
  const char* wish = std::getenv("SELLAVIE_LONG");
  return wish != nullptr && std::string_view{wish} == "1" ? 100'000 : 5'000;
}

std::uint64_t first_seed() {
  const char* wish = std::getenv("SELLAVIE_SEED");
  return wish != nullptr ? std::strtoull(wish, nullptr, 10) : std::random_device{}();
}

/// What the lives went through, so that none of it is only promised.
struct reached {
  std::set<refund_state> refunds;
  std::set<review_state> reviews;
  std::set<review_reason> reasons;
  std::set<order_status> orders;
  std::set<dispute_state> disputes;
  std::set<payment_place> places;
  std::set<refund_origin> origins;

  void look(const desk_store& store) {
    for (const auto& [id, one] : store.refunds) {
      refunds.insert(one.state);
      origins.insert(one.origin);
    }
    for (const auto& [id, one] : store.reviews) {
      reviews.insert(one.state);
      reasons.insert(one.reason);
    }
    for (const auto& [id, one] : store.orders) {
      orders.insert(one.status);
      disputes.insert(one.dispute);
    }
    for (const auto& [id, one] : store.payments) places.insert(one.place);
  }
};

/// Empty, or what is broken and how it came to that.
std::string live(money_world& world, reached& seen) {
  std::string broken;
  for (int i = 0; i < steps_of_a_life && broken.empty(); ++i) {
    world.step();
    broken = world.broken_promise();
  }
  seen.look(world.store());
  if (broken.empty()) {
    world.settle();
    broken = world.broken_settlement();
  }
  if (broken.empty()) return {};
  std::ostringstream told;
  told << broken << "\n";
  for (const auto& line : world.history()) told << "  " << line << "\n";
  return told.str();
}

TEST(money_machine, keeps_every_minor_unit_whatever_happens_in_whatever_order) {
  const auto lives = wanted_lives();
  const auto first = first_seed();
  std::cout << "[ seed     ] SELLAVIE_SEED=" << first << "\n";
  reached seen;
  for (std::uint64_t seed = first; seed < first + lives; ++seed) {
    money_world world{seed};
    if (const auto broken = live(world, seen); !broken.empty())
      FAIL() << "SELLAVIE_SEED=" << seed << ": " << broken;
  }
  EXPECT_EQ(seen.refunds.size(), all_refund_states.size());
  EXPECT_EQ(seen.reviews.size(), all_review_states.size());
  EXPECT_EQ(seen.orders.size(), all_order_statuses.size());
  EXPECT_EQ(seen.disputes.size(), 3U);
  EXPECT_EQ(seen.places.size(), 3U);
  EXPECT_EQ(seen.origins.size(), 2U);
  // unknown_order cannot come about here: no order of ours is ever lost.
  EXPECT_EQ(seen.reasons.size(), 7U);
}

TEST(money_machine, lives_the_same_life_again_from_the_same_seed) {
  money_world one{7}, other{7}, another{8};
  reached seen;
  for (auto* life : {&one, &other, &another}) EXPECT_EQ(live(*life, seen), "");
  EXPECT_EQ(one.history(), other.history());
  EXPECT_NE(one.history(), another.history());
  EXPECT_EQ(one.store().refunds, other.store().refunds);
  EXPECT_EQ(one.store().orders, other.store().orders);
}

}  // namespace
}  // namespace sellavie
