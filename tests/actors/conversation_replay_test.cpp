// What a stored plan does after a crash: goes on, or ends because its epoch has passed.

#include "tests/actors/support/chat_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using actors::chat_command;
using storage::chat_owner;
using storage::turn_outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

enum class step { plan_stored, desk_committed, before_completion };

struct replay : testing::TestWithParam<step> {
  shop_world world;
  bool is_reached(const storage::change_set& set) const {
    switch (GetParam()) {
      case step::plan_stored: return !set.turns.empty() && !set.turns.front().completed;
      case step::desk_committed: return !set.orders.empty();
      case step::before_completion: return !set.turns.empty() && set.turns.front().completed;
    }
    return false;
  }
  /// Stops the world right there: the completing commit itself is lost.
  void run_to_the_crash() {
    bool reached = false;
    world.store->before_commit = [&](memory_store::batch sets) -> std::optional<memory_store::fate> {
      for (const auto* set : sets)
        if (is_reached(*set)) {
          reached = true;
          if (GetParam() == step::before_completion)
            return memory_store::fate{storage::commit_outcome::unavailable, false};
        }
      return std::nullopt;
    };
    world.advance(1250ms);
    ASSERT_TRUE(world.run_until([&] { return reached; }));
    world.store->before_commit = nullptr;
  }
};

INSTANTIATE_TEST_SUITE_P(at, replay,
                         testing::Values(step::plan_stored, step::desk_committed, step::before_completion),
                         [](const auto& one) {
                           switch (one.param) {
                             case step::plan_stored: return "plan_stored";
                             case step::desk_committed: return "desk_committed";
                             case step::before_completion: return "before_completion";
                           }
                           return "";
                         });

TEST_P(replay, repeats_no_action_and_asks_the_model_no_more) {
  world.model->always = [](const auto&) { return orders_two(); };
  for (const char* text : {"Hi", "two", "please"}) world.receive({world.message("c1", text)});
  run_to_the_crash();
  world.restart();
  world.finish_turns();
  EXPECT_THAT(world.model->asked, SizeIs(1));
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_EQ(world.stock("A1"), 18);
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::replied));
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("NGN 30,000.00"));
  EXPECT_THAT(world.texts(storage::message_origin::customer), SizeIs(3));
  EXPECT_TRUE(all_done(world));
}

TEST_P(replay, goes_on_after_the_conversation_alone_died) {
  world.model->always = [](const auto&) { return orders_two(); };
  for (const char* text : {"Hi", "two", "please"}) world.receive({world.message("c1", text)});
  run_to_the_crash();
  world.crash_conversations();
  world.advance(5s);
  EXPECT_THAT(world.model->asked, SizeIs(1));
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::replied));
  EXPECT_TRUE(all_done(world));
}

TEST(conversation, runs_nothing_of_a_stored_plan_after_a_person_took_over) {
  shop_world world;
  world.model->always = [](const auto&) { return orders_two(); };
  world.customer_says("c1", "two");
  world.store->after_commit = [&](memory_store::batch) { world.store->away = true; };
  world.advance(1300ms);
  world.store->after_commit = nullptr;
  world.kill();
  world.store->away = false;
  ASSERT_THAT(world.store->rows.turns, SizeIs(1));
  auto& chat = world.store->rows.conversations.begin()->second;
  chat.owner = chat_owner::person;
  chat.epoch = 2;
  world.start();
  world.finish_turns();
  EXPECT_THAT(world.orders(), IsEmpty());
  EXPECT_THAT(world.ai_texts(), IsEmpty());
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::overtaken));
}

TEST(conversation, completes_a_stored_plan_without_a_delivery_that_was_parked) {
  shop_world world;
  world.model->always = [](const auto&) { return orders_two(); };
  for (const char* text : {"Hi", "two"}) world.receive({world.message("c1", text)});
  world.run();
  world.store->after_commit = [&](memory_store::batch) { world.store->away = true; };
  world.advance(1300ms);
  world.store->after_commit = nullptr;
  world.kill();
  world.store->away = false;
  world.store->rows.inbox.erase(world.store->rows.inbox.begin());
  world.start();
  world.finish_turns();
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::replied));
  EXPECT_TRUE(all_done(world));
}

TEST(conversation, forgets_a_stored_plan_all_of_whose_deliveries_were_parked) {
  shop_world world;
  world.model->always = [](const auto&) { return orders_two(); };
  world.customer_says("c1", "two");
  world.store->after_commit = [&](memory_store::batch) { world.store->away = true; };
  world.advance(1300ms);
  world.store->after_commit = nullptr;
  world.kill();
  world.store->away = false;
  world.store->rows.inbox.clear();
  world.start();
  world.customer_says("c1", "still two?");
  world.finish_turns();
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_TRUE(all_done(world));
}

}  // namespace
}  // namespace sellavie::test
