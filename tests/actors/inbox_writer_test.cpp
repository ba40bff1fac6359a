// What a webhook may answer, and when.

#include "actors/inbox_writer.hpp"

#include <gmock/gmock.h>

#include "tests/actors/support/shop_world.hpp"

namespace sellavie::test {
namespace {

using monitoring::quarantine_reason;
using storage::commit_outcome;
using testing::Optional;
using testing::SizeIs;

struct inbox_writer : testing::Test {
  shop_world world;
  inbox_writer() {
    world.model->always = [](const auto&) { return says("Yes."); };
  }
  /// Of a shop whose rows lie in another shard.
  actors::routed_event elsewhere(const std::string& customer) {
    const auto shard = [&](const business_id& id) {
      return std::hash<business_id>{}(id) % world.node->journals.size();
    };
    auto one = world.message(customer, "Hello");
    one.business = business_id{world.ids->next()};
    while (shard(one.business) == shard(world.shop)) one.business = business_id{world.ids->next()};
    one.connection = connection_id{world.ids->next()};
    return one;
  }
};

TEST_F(inbox_writer, answers_after_the_commit) {
  const auto answered = world.receive({world.message("c1", "Hi")});
  world.store->after_commit = [&](auto) { EXPECT_FALSE(answered->has_value()); };
  world.run_until([&] { return answered->has_value(); });
  EXPECT_THAT(*answered, Optional(true));
  EXPECT_THAT(world.store->rows.inbox, SizeIs(1));
}

TEST_F(inbox_writer, answers_a_request_over_two_shards_once_after_both) {
  std::size_t committed = 0;
  const auto answered = world.receive({world.message("c1", "Hi"), elsewhere("c2")});
  world.store->after_commit = [&](auto) {
    EXPECT_FALSE(answered->has_value());
    ++committed;
  };
  world.run_until([&] { return answered->has_value(); });
  world.store->after_commit = nullptr;
  world.run();
  EXPECT_EQ(committed, 2U);
  EXPECT_THAT(*answered, Optional(true));
}

TEST_F(inbox_writer, wants_the_whole_request_again_when_one_of_two_shards_failed) {
  const auto answered = world.receive({world.message("c1", "Hi"), elsewhere("c2")});
  bool first = true;
  world.store->before_commit = [&](memory_store::batch) -> std::optional<memory_store::fate> {
    if (!std::exchange(first, false)) return std::nullopt;
    return memory_store::fate{commit_outcome::unavailable, false};
  };
  world.run_until([&] { return answered->has_value(); });
  EXPECT_THAT(*answered, Optional(false));
}

TEST_F(inbox_writer, accepts_duplicates_and_wakes_nobody) {
  const auto one = world.message("c1", "Hi");
  world.receive({one});
  world.finish_turns();
  const auto again = world.receive({one});
  world.finish_turns();
  EXPECT_THAT(*again, Optional(true));
  EXPECT_THAT(world.model->asked, SizeIs(1));
  EXPECT_EQ(world.store->rows.inbox.size(), 0U);
}

TEST_F(inbox_writer, accepts_a_request_that_holds_nothing_for_anybody) {
  const auto answered = world.receive({});
  world.run();
  EXPECT_THAT(*answered, Optional(true));
}

TEST_F(inbox_writer, refuses_while_the_store_is_away) {
  world.store->away = true;
  const auto answered = world.receive({world.message("c1", "Hi")});
  world.run();
  EXPECT_THAT(*answered, Optional(false));
  world.store->away = false;
  world.finish_turns();
  EXPECT_THAT(world.model->asked, SizeIs(0));
}

TEST_F(inbox_writer, refuses_what_is_in_doubt_and_the_poll_finds_it) {
  world.store->before_commit = [](memory_store::batch) {
    return memory_store::fate{commit_outcome::in_doubt, true};
  };
  const auto answered = world.receive({world.message("c1", "Hi")});
  world.run();
  EXPECT_THAT(*answered, Optional(false));
  world.store->before_commit = nullptr;
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), SizeIs(1));
}

TEST_F(inbox_writer, does_not_let_one_bad_request_fail_its_neighbours) {
  const auto first = world.receive({world.message("c1", "Hi")});
  world.run_until([&] { return world.store->commits > 0; });
  const auto good = world.receive({world.message("c2", "good")});
  auto poison = world.message("c3", "bad");
  poison.event.dedupe_key = "poison";
  const auto bad = world.receive({poison});
  const auto good_too = world.receive({world.message("c4", "good")});
  world.store->before_commit = [](memory_store::batch sets) -> std::optional<memory_store::fate> {
    for (const auto* set : sets)
      for (const auto& row : set->inbound)
        if (row.dedupe_key == "poison") return memory_store::refused();
    return std::nullopt;
  };
  world.run();
  EXPECT_THAT(*first, Optional(true));
  EXPECT_THAT(*good, Optional(true));
  EXPECT_THAT(*bad, Optional(false));
  EXPECT_THAT(*good_too, Optional(true));
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), SizeIs(3));
}

TEST_F(inbox_writer, stores_strangers_sealed_and_wakes_nobody) {
  auto answered = std::make_shared<std::optional<bool>>();
  auto request = std::make_shared<actors::accepted_request>();
  request->strays.push_back(
      {quarantine_reason::unknown_account, world.message("c1", "Who is this for?").event});
  request->answered = [answered](bool stored) { *answered = stored; };
  caf::anon_send(world.writer, actors::accept_request{request});
  request.reset();
  world.finish_turns();
  EXPECT_THAT(*answered, Optional(true));
  ASSERT_THAT(world.store->rows.quarantined, SizeIs(1));
  EXPECT_EQ(world.store->rows.quarantined.front().payload.find("Who is this for"), std::string::npos);
  EXPECT_THAT(world.model->asked, SizeIs(0));
}

TEST_F(inbox_writer, counts_what_is_set_aside_when_it_is_stored_and_by_its_reason) {
  const auto set_aside = [&] {
    auto answered = std::make_shared<std::optional<bool>>();
    auto request = std::make_shared<actors::accepted_request>();
    for (const auto reason : {quarantine_reason::conflicting_account, quarantine_reason::unknown_object,
                              quarantine_reason::malformed_item})
      request->strays.push_back({reason, world.message("c1", "Odd").event});
    request->answered = [answered](bool stored) { *answered = stored; };
    caf::anon_send(world.writer, actors::accept_request{request});
    request.reset();
    world.run();
    return answered->value();
  };
  const auto counted = [&](quarantine_reason reason) {
    return world.node->metrics->quarantined(reason).value();
  };
  world.store->away = true;
  EXPECT_FALSE(set_aside());
  EXPECT_EQ(counted(quarantine_reason::malformed_item), 0) << "Meta brings it again";
  world.store->away = false;
  EXPECT_TRUE(set_aside());
  for (const auto reason : {quarantine_reason::conflicting_account, quarantine_reason::unknown_object,
                            quarantine_reason::malformed_item})
    EXPECT_EQ(counted(reason), 1);
  EXPECT_EQ(counted(quarantine_reason::unknown_account), 0);
  ASSERT_THAT(world.store->rows.quarantined, SizeIs(3));
  EXPECT_EQ(world.store->rows.quarantined[0].reason, "conflict");
  EXPECT_EQ(world.store->rows.quarantined[1].reason, "unknown_object");
  EXPECT_EQ(world.store->rows.quarantined[1].channel, "unknown");
  EXPECT_EQ(world.store->rows.quarantined[2].reason, "malformed_item");
}

TEST_F(inbox_writer, answers_what_it_holds_with_a_refusal_when_it_dies) {
  const auto answered = world.receive({world.message("c1", "Hi")});
  caf::anon_send_exit(world.node->journals[0], caf::exit_reason::kill);
  caf::anon_send_exit(world.node->journals[1], caf::exit_reason::kill);
  world.run();
  EXPECT_THAT(*answered, Optional(false));
}

}  // namespace
}  // namespace sellavie::test
