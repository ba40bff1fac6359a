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
  die_at_the_next_commit(world);
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
  die_at_the_next_commit(world);
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
  die_at_the_next_commit(world);
  world.store->rows.inbox.clear();
  world.start();
  world.customer_says("c1", "still two?");
  world.finish_turns();
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_TRUE(all_done(world));
}

// --- a plan whose epoch has passed -------------------------------------------------------------------

struct overtaken_plan : testing::Test {
  shop_world world;

  /// kill -9 right after the first commit that `is_it`.
  void crash_after(std::function<bool(const storage::change_set&)> is_it) {
    world.store->after_commit = [this, is_it](memory_store::batch sets) {
      for (const auto* set : sets) world.store->away = world.store->away || is_it(*set);
    };
    world.advance(1300ms);
    ASSERT_TRUE(world.store->away) << "it never came to that commit";
    world.store->after_commit = nullptr;
    world.kill();
    world.store->away = false;
  }
  void crash_with_the_plan_stored() { crash_after(stores_a_plan_of(1)); }
  void crash_with_the_order_placed() {
    crash_after([](const auto& set) { return !set.orders.empty(); });
  }
  static std::function<bool(const storage::change_set&)> stores_a_plan_of(int round) {
    return [round](const auto& set) {
      return !set.turns.empty() && !set.turns.front().completed && set.turns.front().round == round;
    };
  }
  /// As a process in between left it: taken over and given back.
  void was_taken_and_returned() { world.store->rows.conversations.begin()->second.epoch = 3; }
  /// Not offered until they are shown: commands come first.
  void start_without_deliveries() {
    for (const auto& [id, row] : world.store->rows.inbox) world.store->unpolled.insert(id);
    world.start();
    world.run();
    ASSERT_THAT(world.conversations, IsEmpty());
  }
  void show_deliveries() {
    world.store->unpolled.clear();
    world.finish_turns();
  }
  storage::turn_row only_turn() const {
    EXPECT_THAT(world.store->rows.turns, SizeIs(1));
    return world.store->rows.turns.begin()->second;
  }
  /// The turn is over, its messages are stored, and nothing was said.
  void expect_overtaken(std::size_t messages = 1) {
    EXPECT_THAT(world.ai_texts(), IsEmpty());
    EXPECT_THAT(world.sender->rows, IsEmpty());
    EXPECT_EQ(only_turn().outcome, turn_outcome::overtaken);
    EXPECT_TRUE(only_turn().completed);
    EXPECT_THAT(world.texts(storage::message_origin::customer), SizeIs(messages));
    EXPECT_TRUE(all_done(world));
    EXPECT_EQ(world.node->metrics->queue_depth(monitoring::queue::pump).value(), 0);
  }
  void expect_with_the_ai_and_a_person_asked_to_look() {
    EXPECT_EQ(world.chat("c1").owner, chat_owner::ai);
    EXPECT_EQ(world.chat("c1").epoch, 3);
    EXPECT_EQ(world.tasks("handover"), 1U);
  }
};

TEST_F(overtaken_plan, runs_nothing_after_a_takeover_and_a_return) {
  world.model->always = [](const auto&) { return orders_two(); };
  world.customer_says("c1", "two");
  crash_with_the_plan_stored();
  was_taken_and_returned();
  world.start();
  world.finish_turns();
  expect_overtaken();
  expect_with_the_ai_and_a_person_asked_to_look();
  EXPECT_THAT(world.orders(), IsEmpty());
  EXPECT_EQ(world.stock("A1"), 20);
  EXPECT_THAT(world.model->asked, SizeIs(1));
}

TEST_F(overtaken_plan, keeps_what_its_actions_did_and_orders_no_second_time) {
  world.model->always = [](const auto&) { return orders_two(); };
  world.customer_says("c1", "two");
  crash_with_the_order_placed();
  was_taken_and_returned();
  world.start();
  world.finish_turns();
  expect_overtaken();
  expect_with_the_ai_and_a_person_asked_to_look();
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_THAT(world.store->rows.action_results, SizeIs(1));
  // The customer asks again, and the model wishes the same again.
  world.customer_says("c1", "did you get it?");
  world.finish_turns();
  EXPECT_THAT(asked_text(world), HasSubstr("two"));
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_EQ(world.stock("A1"), 18);
  EXPECT_THAT(world.ai_texts(), SizeIs(1));
}

TEST_F(overtaken_plan, does_not_order_again_what_a_person_called_off_in_between) {
  world.model->always = [](const auto&) { return orders_two(); };
  world.customer_says("c1", "two");
  crash_with_the_order_placed();
  was_taken_and_returned();
  world.store->rows.orders.begin()->second.status = "cancelled";
  world.start();
  world.finish_turns();
  expect_overtaken();
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_THAT(world.model->asked, SizeIs(1));
}

TEST_F(overtaken_plan, notices_commands_that_come_before_its_deliveries) {
  world.model->always = [](const auto&) { return orders_two(); };
  world.customer_says("c1", "two");
  crash_with_the_plan_stored();
  start_without_deliveries();
  const auto taken = world.command("c1", chat_command::take_over);
  world.run();
  ASSERT_TRUE(taken->answer) << "a takeover never waits for the queue";
  const auto returned = world.command("c1", chat_command::return_to_ai);
  world.run();
  ASSERT_TRUE(returned->answer) << "nor does a return";
  EXPECT_EQ(returned->answer->epoch, 3);
  show_deliveries();
  expect_overtaken();
  expect_with_the_ai_and_a_person_asked_to_look();
  EXPECT_THAT(world.orders(), IsEmpty());
}

TEST_F(overtaken_plan, is_left_to_the_person_who_has_the_chat) {
  world.model->always = [](const auto&) { return orders_two(); };
  world.customer_says("c1", "two");
  crash_with_the_plan_stored();
  start_without_deliveries();
  world.command("c1", chat_command::take_over);
  world.run();
  show_deliveries();
  expect_overtaken();
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  EXPECT_EQ(world.chat("c1").epoch, 2);
  EXPECT_EQ(world.tasks("handover"), 1U) << "nothing else shows what it may have done";
  EXPECT_THAT(world.orders(), IsEmpty());
}

TEST_F(overtaken_plan, that_a_takeover_waited_for_is_looked_at_by_a_person) {
  world.model->always = [](const auto&) { return orders_two(); };
  world.customer_says("c1", "two");
  crash_with_the_order_placed();
  start_without_deliveries();
  world.person_types("c1", "Grace here, I take this.");
  world.run();
  show_deliveries();
  expect_overtaken();
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  EXPECT_EQ(world.chat("c1").epoch, 2);
  EXPECT_EQ(world.tasks("handover"), 1U);
  EXPECT_THAT(world.orders(), SizeIs(1));
}

TEST_F(overtaken_plan, runs_nothing_when_a_takeover_comes_while_it_is_loaded) {
  world.model->always = [](const auto&) { return orders_two(); };
  const auto said = world.message("c1", "two");
  world.receive({said});
  world.run();
  crash_with_the_plan_stored();
  start_without_deliveries();
  const auto taken = world.command("c1", chat_command::take_over);
  const auto returned = world.command("c1", chat_command::return_to_ai);
  ASSERT_TRUE(world.run_until([&] { return !world.conversations.empty(); }));
  // The delivery overtakes both answers of the store.
  const auto id = world.store->rows.inbox.begin()->first;
  caf::anon_send(world.conversations.back(),
                 actors::delivery{id, world.shop, world.account, world.time->now(), 0,
                                  std::make_shared<channel::channel_event>(said.event)});
  show_deliveries();
  ASSERT_TRUE(taken->answer);
  ASSERT_TRUE(returned->answer);
  EXPECT_EQ(taken->answer->epoch, 2);
  EXPECT_EQ(returned->answer->epoch, 3);
  expect_overtaken();
  EXPECT_EQ(world.tasks("handover"), 1U);
  EXPECT_THAT(world.orders(), IsEmpty());
}

TEST_F(overtaken_plan, ends_with_those_of_its_deliveries_that_are_not_parked) {
  world.model->always = [](const auto&) { return orders_two(); };
  world.receive({world.message("c1", "Hi")});
  world.receive({world.message("c1", "two")});
  world.run();
  crash_with_the_plan_stored();
  ASSERT_THAT(world.store->rows.inbox, SizeIs(2));
  world.store->rows.inbox.erase(world.store->rows.inbox.begin());
  was_taken_and_returned();
  world.start();
  world.finish_turns();
  expect_overtaken();
  expect_with_the_ai_and_a_person_asked_to_look();
  EXPECT_THAT(world.orders(), IsEmpty());
}

TEST_F(overtaken_plan, lets_what_was_not_planned_be_answered_afterwards) {
  world.model->answers = {orders_two(), says("How can I help?")};
  world.customer_says("c1", "two");
  crash_with_the_plan_stored();
  was_taken_and_returned();
  world.start();
  world.customer_says("c1", "Hello again");
  world.finish_turns();
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::overtaken, turn_outcome::replied));
  EXPECT_THAT(world.ai_texts(), ElementsAre("How can I help?"));
  EXPECT_THAT(world.texts(storage::message_origin::customer), ElementsAre("two", "Hello again"));
  EXPECT_THAT(world.orders(), IsEmpty());
}

/// Round 1 is refused, round 2 has five pairs.
struct overtaken_second_round : overtaken_plan {
  overtaken_second_round() {
    world.model->answers = {calls({{"place_order", R"({"items":[{"sku":"B2","quantity":50}]})"}}),
                            calls({{"place_order", R"({"items":[{"sku":"B2","quantity":5}]})"}})};
    world.customer_says("c1", "50 pairs");
  }
  void comes_back_overtaken() {
    was_taken_and_returned();
    world.start();
    world.finish_turns();
    expect_overtaken();
    expect_with_the_ai_and_a_person_asked_to_look();
  }
};

TEST_F(overtaken_second_round, runs_nothing) {
  crash_after(stores_a_plan_of(2));
  comes_back_overtaken();
  EXPECT_THAT(world.orders(), IsEmpty());
  EXPECT_EQ(only_turn().round, 2);
  EXPECT_THAT(world.model->asked, SizeIs(2));
}

TEST_F(overtaken_second_round, keeps_what_its_actions_did) {
  crash_with_the_order_placed();
  comes_back_overtaken();
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_EQ(world.stock("B2"), 0);
}

TEST_F(overtaken_second_round, asks_no_model_for_a_round_that_was_not_planned) {
  world.model->answers.pop_back();
  crash_after([](const auto& set) { return !set.action_results.empty(); });
  const auto asked_before = world.model->asked.size();
  comes_back_overtaken();
  EXPECT_EQ(only_turn().round, 1);
  EXPECT_THAT(world.model->asked, SizeIs(asked_before));
}

}  // namespace
}  // namespace sellavie::test
