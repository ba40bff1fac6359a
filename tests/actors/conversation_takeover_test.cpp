// Who speaks: a person takes a chat over, in every phase, and gives it back.

#include "tests/actors/support/chat_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using actors::chat_command;
using storage::chat_owner;
using storage::turn_outcome;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

enum class way { echo, command };

struct takeover : testing::TestWithParam<way> {
  shop_world world;
  std::shared_ptr<asked_person> asked;
  std::size_t said_before = 0;
  std::optional<bool> taken_behind;

  void take_over() {
    said_before = world.ai_texts().size();
    if (GetParam() == way::echo) world.person_types("c1", "Grace here, I take this.");
    else asked = world.command("c1", chat_command::take_over);
  }
  /// Straight into the conversation's mailbox, before anything that is on its way to it.
  void take_over_at_once() {
    said_before = world.ai_texts().size();
    const auto& chat = world.conversations.back();
    if (GetParam() == way::command) {
      caf::anon_send(chat, actors::command_chat{world.account, "c1", chat_command::take_over, "Grace"});
      return;
    }
    const auto one = world.echo("c1", "Grace here, I take this.");
    const inbox_id id = 77;
    world.store->rows.inbox[id] = {id, world.shop, world.account, world.time->now(), 0, 0, false, {}};
    caf::anon_send(chat, actors::delivery{id, world.shop, world.account, world.time->now(), 0,
                                          std::make_shared<channel::channel_event>(one.event)});
  }
  /// The AI is silent from here on, also to what comes later.
  void expect_silence(std::size_t more = 0) {
    world.finish_turns();
    EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
    EXPECT_EQ(world.chat("c1").epoch, 2);
    if (asked) {
      ASSERT_TRUE(asked->answer) << "the takeover was not acknowledged";
      EXPECT_EQ(asked->answer->owner, chat_owner::person);
    }
    world.model->always = [](const auto&) { return says("I speak anyway."); };
    world.customer_says("c1", "Anybody there?");
    world.finish_turns();
    EXPECT_THAT(world.ai_texts(), SizeIs(said_before + more));
    EXPECT_TRUE(all_done(world));
    EXPECT_TRUE(std::none_of(world.store->rows.turns.begin(), world.store->rows.turns.end(),
                             [](const auto& one) { return !one.second.completed; }));
  }
  /// Between a commit and the conversation's hearing of it.
  void take_over_behind(std::function<bool(const storage::change_set&)> is_it) {
    taken_behind = false;
    world.store->after_commit = [this, is_it](memory_store::batch sets) {
      for (const auto* set : sets)
        if (!*taken_behind && is_it(*set)) {
          taken_behind = true;
          take_over_at_once();
        }
    };
  }
  void TearDown() override { EXPECT_TRUE(taken_behind.value_or(true)) << "the commit never came"; }
};

INSTANTIATE_TEST_SUITE_P(a_person, takeover, testing::Values(way::echo, way::command),
                         [](const auto& one) { return one.param == way::echo ? "by_echo" : "by_command"; });

TEST_P(takeover, while_loading_lets_nobody_else_speak) {
  world.model->always = [](const auto&) { return says("Hello."); };
  world.receive({world.message("c1", "Hi")});
  world.run_until([&] { return !world.conversations.empty(); });
  take_over();
  expect_silence();
}

TEST_P(takeover, while_idle_lets_nobody_else_speak) {
  world.model->answers.push_back(says("Hello."));
  world.customer_says("c1", "Hi");
  world.finish_turns();
  take_over();
  expect_silence();
}

TEST_P(takeover, while_gathering_lets_nobody_else_speak) {
  world.customer_says("c1", "Hi");
  world.advance(500ms);
  take_over();
  expect_silence();
  EXPECT_THAT(world.model->asked, IsEmpty());
}

TEST_P(takeover, while_thinking_drops_the_models_answer) {
  world.customer_says("c1", "Hi");
  world.advance(1300ms);
  ASSERT_THAT(world.model->held, SizeIs(1));
  take_over();
  world.run();
  world.model_answers(says("Too late."));
  expect_silence();
}

TEST_P(takeover, while_thinking_drops_an_answer_that_comes_during_its_commit) {
  world.customer_says("c1", "Hi");
  world.advance(1300ms);
  bool answered = false;
  world.store->after_commit = [this, &answered](memory_store::batch sets) {
    for (const auto* set : sets)
      if (!answered && !set->conversations.empty() && set->conversations.front().epoch == 2) {
        world.model_answers(orders_two());
        answered = true;
      }
  };
  take_over();
  expect_silence();
  EXPECT_TRUE(answered) << "the model was still asked when the takeover was committed";
  EXPECT_THAT(world.orders(), IsEmpty());
}

TEST_P(takeover, while_the_plan_is_committed_runs_none_of_its_actions) {
  world.model->answers.push_back(orders_two());
  take_over_behind([](const auto& set) { return !set.turns.empty() && !set.turns.front().completed; });
  world.customer_says("c1", "Two please");
  expect_silence();
  EXPECT_THAT(world.orders(), IsEmpty());
}

TEST_P(takeover, while_acting_lets_the_action_finish_and_only_the_server_tells_of_it) {
  world.model->answers.push_back(orders_two());
  take_over_behind([](const auto& set) { return !set.orders.empty(); });
  world.customer_says("c1", "Two please");
  expect_silence();
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_FALSE(world.store->rows.timeline.empty());
  EXPECT_THAT(world.texts(storage::message_origin::system),
              ElementsAre(AllOf(HasSubstr("is reserved for you"), HasSubstr("Total: "),
                                Not(HasSubstr("Happy to help")))));
}

TEST_P(takeover, while_a_second_round_thinks_tells_what_the_first_one_did) {
  world.model->answers.push_back(
      calls({{"place_order", two_pieces}, {"check_payment", "{}"}}, "Ordered and paid."));
  world.customer_says("c1", "Two please, I paid");
  world.advance(1300ms);
  world.run();
  ASSERT_THAT(world.model->held, SizeIs(1)) << "the second round is being thought about";
  take_over();
  expect_silence();
  EXPECT_THAT(world.texts(storage::message_origin::system), ElementsAre(HasSubstr("is reserved for you")));
}

TEST_P(takeover, while_the_turn_is_completed_follows_its_reply) {
  world.model->answers.push_back(says("Hello."));
  take_over_behind([](const auto& set) { return !set.turns.empty() && set.turns.front().completed; });
  world.customer_says("c1", "Hi");
  expect_silence(0);
}

TEST(conversation, acknowledges_a_takeover_before_the_next_turn_thinks) {
  shop_world world;
  world.customer_says("c1", "one");
  world.advance(1300ms);
  std::shared_ptr<asked_person> asked;
  world.store->after_commit = [&](memory_store::batch sets) {
    if (asked || sets.front()->turns.empty()) return;
    world.receive({world.message("c1", "two")});
    asked = world.command("c1", chat_command::take_over);
  };
  world.model_answers(says("Answer."));
  world.run();
  ASSERT_TRUE(asked);
  ASSERT_TRUE(asked->answer);
  EXPECT_EQ(asked->answer->owner, chat_owner::person);
}

TEST(conversation, names_who_took_it_over_and_who_gave_it_back) {
  for (const bool is_thinking : {false, true}) {
    shop_world world;
    world.customer_says("c1", "Hi");
    if (is_thinking) world.advance(1300ms);
    world.command("c1", chat_command::take_over);
    world.run();
    EXPECT_EQ(world.chat("c1").handover_reason, "taken over by Grace") << is_thinking;
    world.command("c1", chat_command::return_to_ai);
    world.run();
    EXPECT_EQ(world.chat("c1").handover_reason, "returned to the AI by Grace") << is_thinking;
  }
}

TEST(conversation, records_who_took_it_over_and_who_gave_it_back_in_the_same_commit_and_once) {
  for (const bool is_thinking : {false, true}) {
    shop_world world;
    world.customer_says("c1", "Hi");
    if (is_thinking) world.advance(1300ms);
    std::vector<std::size_t> with_owner;
    world.store->after_commit = [&](memory_store::batch sets) {
      for (const auto* set : sets)
        if (!set->activities.empty()) with_owner.push_back(set->conversations.size());
    };
    for (const auto what : {chat_command::take_over, chat_command::take_over, chat_command::return_to_ai}) {
      world.command("c1", what);
      world.run();
    }
    const auto& recorded = world.store->rows.activities;
    ASSERT_THAT(recorded, SizeIs(2)) << is_thinking;
    EXPECT_EQ(recorded[0].action, "conversation.taken_over");
    EXPECT_EQ(recorded[0].before, R"({"owner":"ai"})");
    EXPECT_EQ(recorded[0].after, R"({"owner":"person"})");
    EXPECT_EQ(recorded[0].by.request_id, "request of Grace");
    EXPECT_EQ(recorded[0].business, world.shop);
    EXPECT_EQ(recorded[1].action, "conversation.returned_to_ai");
    EXPECT_THAT(with_owner, ElementsAre(1, 1)) << "beside the change of owner";
  }
}

TEST(conversation, records_nothing_when_a_person_writes_from_the_phone_app) {
  shop_world world;
  world.customer_says("c1", "Hi");
  world.person_types("c1", "Hello from Grace");
  world.finish_turns();
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  EXPECT_THAT(world.store->rows.activities, IsEmpty());
}

TEST(conversation, gives_the_chat_back_to_the_ai_when_a_person_says_so) {
  shop_world world;
  world.model->always = [](const auto&) { return says("I am back."); };
  world.person_types("c1", "Hello from Grace");
  world.finish_turns();
  const auto asked = world.command("c1", chat_command::return_to_ai);
  world.run();
  ASSERT_TRUE(asked->answer);
  EXPECT_EQ(asked->answer->owner, chat_owner::ai);
  EXPECT_EQ(asked->answer->epoch, 3);
  world.customer_says("c1", "Hi");
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), ElementsAre("I am back."));
}

TEST(conversation, stores_what_customers_write_to_a_person) {
  shop_world world;
  world.person_types("c1", "Grace here");
  world.finish_turns();
  world.customer_says("c1", "Thanks");
  world.finish_turns();
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::overtaken, turn_outcome::left_to_person));
  EXPECT_THAT(world.texts(storage::message_origin::customer), ElementsAre("Thanks"));
  EXPECT_THAT(world.model->asked, IsEmpty());
}

TEST(conversation, frees_the_sender_of_an_echo_that_took_the_chat_over) {
  shop_world world;
  for (int i = 0; i < 3; ++i) {
    world.person_types("c1", "Grace " + std::to_string(i));
    world.finish_turns();
  }
  EXPECT_EQ(world.node->metrics->queue_depth(monitoring::queue::pump).value(), 0);
  EXPECT_TRUE(all_done(world));
  EXPECT_THAT(world.sender->deliveries, SizeIs(3));
}

}  // namespace
}  // namespace sellavie::test
