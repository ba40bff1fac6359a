// What a payment provider may be answered, and when.

#include "actors/payment_event_writer.hpp"

#include <gmock/gmock.h>

#include "tests/actors/support/shop_world.hpp"

namespace sellavie::test {
namespace {

using actors::event_fate;
using storage::commit_outcome;
using testing::ElementsAre;
using testing::Optional;
using testing::SizeIs;

struct payment_event_writer : testing::Test {
  shop_world world;
  actors::payment_event_writer_actor writer =
      world.keep(world.system->spawn(actors::payment_event_writer, actors::services_ptr{world.node}));

  storage::payment_event_row event(const std::string& key) {
    storage::payment_event_row row;
    row.id = world.ids->next();
    row.business = world.shop;
    row.dedupe_key = key;
    row.kind = "payment";
    row.question = "{}";
    return row;
  }
  using answer = std::shared_ptr<std::optional<event_fate>>;
  answer tell(storage::payment_event_row row) {
    auto told = std::make_shared<std::optional<event_fate>>();
    caf::anon_send(writer, actors::accept_payment_event{std::make_shared<actors::accepted_payment_event>(
                               std::move(row), [told](event_fate fate) { *told = fate; })});
    return told;
  }
  answer tell(const std::string& key) { return tell(event(key)); }
};

TEST_F(payment_event_writer, answers_after_the_commit) {
  const auto told = tell("k1");
  world.store->after_commit = [&](auto) { EXPECT_FALSE(told->has_value()); };
  world.run_until([&] { return told->has_value(); });
  EXPECT_THAT(*told, Optional(event_fate::stored));
  EXPECT_THAT(world.store->rows.payment_events, SizeIs(1));
}

TEST_F(payment_event_writer, says_of_an_event_that_came_before_that_it_is_known) {
  tell("k1");
  world.run();
  const auto again = tell("k1");
  world.run();
  EXPECT_THAT(*again, Optional(event_fate::known));
  EXPECT_THAT(world.store->rows.payment_events, SizeIs(1));
}

TEST_F(payment_event_writer, gathers_what_comes_while_a_commit_is_under_way) {
  std::vector<answer> told{tell("k0")};
  world.run_until([&] { return world.store->commits > 0; });
  for (int i = 1; i <= 20; ++i) told.push_back(tell("k" + std::to_string(i % 15)));
  world.run();
  EXPECT_EQ(world.store->commits, 3U) << "the first, the next one alone, and all that came behind it";
  EXPECT_THAT(world.store->rows.payment_events, SizeIs(15));
  std::vector<std::string> order;
  for (const auto& one : told) order.push_back(one->value() == event_fate::stored ? "new" : "known");
  EXPECT_EQ(std::count(order.begin(), order.end(), "known"), 6);
  EXPECT_EQ(order[15], "known") << "k0 again";
  EXPECT_EQ(order[14], "new");
}

TEST_F(payment_event_writer, appends_no_more_than_its_bound_at_once) {
  constexpr auto most = actors::payment_event_writer_state::max_append;
  tell("k");
  world.run_until([&] { return world.store->commits > 0; });
  std::vector<std::size_t> sizes;
  world.store->before_commit = [&](memory_store::batch sets) -> std::optional<memory_store::fate> {
    for (const auto* set : sets) sizes.push_back(set->payment_events.size());
    return std::nullopt;
  };
  for (std::size_t i = 0; i < most + 5; ++i) tell("k" + std::to_string(i));
  world.run();
  EXPECT_THAT(sizes, ElementsAre(1U, most, 4U));
  EXPECT_THAT(world.store->rows.payment_events, SizeIs(most + 6));
}

TEST_F(payment_event_writer, wants_what_was_not_stored_again) {
  world.store->away = true;
  const auto told = tell("k1");
  world.run();
  EXPECT_THAT(*told, Optional(event_fate::lost));
  world.store->away = false;
  const auto again = tell("k1");
  world.run();
  EXPECT_THAT(*again, Optional(event_fate::stored));
}

TEST_F(payment_event_writer, wants_what_is_in_doubt_again_and_then_knows_it) {
  world.store->before_commit = [](memory_store::batch) {
    return memory_store::fate{commit_outcome::in_doubt, true};
  };
  const auto told = tell("k1");
  world.run();
  EXPECT_THAT(*told, Optional(event_fate::lost));
  world.store->before_commit = nullptr;
  const auto again = tell("k1");
  world.run();
  EXPECT_THAT(*again, Optional(event_fate::known));
}

TEST_F(payment_event_writer, does_not_let_one_bad_event_fail_its_neighbours) {
  tell("k0");
  world.run_until([&] { return world.store->commits > 0; });
  const auto good = tell("k1");
  const auto bad = tell("poison");
  const auto good_too = tell("k2");
  world.store->before_commit = [](memory_store::batch sets) -> std::optional<memory_store::fate> {
    for (const auto* set : sets)
      for (const auto& row : set->payment_events)
        if (row.dedupe_key == "poison") return memory_store::refused();
    return std::nullopt;
  };
  world.run();
  EXPECT_THAT(*good, Optional(event_fate::stored));
  EXPECT_THAT(*bad, Optional(event_fate::lost));
  EXPECT_THAT(*good_too, Optional(event_fate::stored));
}

TEST_F(payment_event_writer, answers_what_it_holds_with_a_refusal_when_its_journal_or_itself_dies) {
  const auto told = tell("k1");
  for (const auto& journal : world.node->journals) caf::anon_send_exit(journal, caf::exit_reason::kill);
  world.run();
  EXPECT_THAT(*told, Optional(event_fate::lost));
  caf::anon_send_exit(writer, caf::exit_reason::kill);
  world.run();
  const auto late = tell("k2");
  world.run();
  EXPECT_THAT(*late, Optional(event_fate::lost));
}

}  // namespace
}  // namespace sellavie::test
