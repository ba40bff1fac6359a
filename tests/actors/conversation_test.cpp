// Turns of one chat on the whole node: what is said, who speaks, and what a replay does.

#include <gmock/gmock.h>

#include "protocol/domain/reply_text.hpp"
#include "tests/actors/support/shop_world.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using actors::chat_command;
using actors::model_outcome;
using storage::chat_owner;
using storage::turn_outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* two_pieces = R"({"items":[{"sku":"A1","quantity":2}]})";

actors::model_answer orders_two() { return calls({{"place_order", two_pieces}}, "Happy to help."); }

std::string english(fixed_phrase which) { return std::string{phrase(which, reply_language::en)}; }

bool all_done(const shop_world& world) { return world.store->rows.inbox.empty(); }

std::string asked_text(const shop_world& world) {
  std::string text;
  const auto& question = world.model->asked.back();
  for (const auto& one : (question.with_tools ? question.with_tools : question.with_tags)->messages)
    text += one.text + '\n';
  return text;
}

// --- turns -------------------------------------------------------------------------------------------

TEST(conversation, answers_what_a_customer_writes) {
  shop_world world;
  world.model->answers.push_back(says("We have six yards."));
  world.customer_says("c1", "Do you have ankara?");
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), ElementsAre("We have six yards."));
  EXPECT_THAT(world.texts(storage::message_origin::customer), ElementsAre("Do you have ankara?"));
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::replied));
  ASSERT_THAT(world.sender->rows, SizeIs(1));
  EXPECT_EQ(world.sender->rows.front().epoch, 1);
  EXPECT_EQ(world.sender->typing, 1U);
  EXPECT_TRUE(all_done(world));
}

TEST(conversation, takes_three_quick_messages_into_one_turn) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  for (const char* text : {"Hi", "do you have", "blue ankara?"}) {
    world.customer_says("c1", text);
    world.advance(300ms);
  }
  world.finish_turns();
  EXPECT_THAT(world.model->asked, SizeIs(1));
  EXPECT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.texts(storage::message_origin::customer),
              ElementsAre("Hi", "do you have", "blue ankara?"));
}

TEST(conversation, orders_a_gathering_by_the_providers_time) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  auto first = world.message("c1", "first");
  auto second = world.message("c1", "second");
  second.event.provider_time += 5ms;
  world.receive({second});
  world.receive({first});
  world.finish_turns();
  EXPECT_THAT(world.texts(storage::message_origin::customer), ElementsAre("first", "second"));
}

TEST(conversation, leaves_what_comes_while_it_thinks_to_the_next_turn) {
  shop_world world;
  world.customer_says("c1", "one");
  world.advance(1300ms);
  ASSERT_THAT(world.model->held, SizeIs(1));
  world.customer_says("c1", "two");
  world.advance(1300ms);
  EXPECT_THAT(world.model->asked, SizeIs(1));
  world.model_answers(says("First answer."));
  world.advance(1300ms);
  ASSERT_THAT(world.model->asked, SizeIs(2));
  world.model_answers(says("Second answer."));
  world.run();
  EXPECT_THAT(world.ai_texts(), ElementsAre("First answer.", "Second answer."));
  EXPECT_THAT(world.outcomes(), SizeIs(2));
}

TEST(conversation, writes_the_sentence_about_an_order_itself) {
  shop_world world;
  world.model->answers.push_back(orders_two());
  world.customer_says("c1", "Two please");
  world.finish_turns();
  ASSERT_THAT(world.orders(), SizeIs(1));
  EXPECT_EQ(world.orders().front().total_minor, 3'000'000);
  EXPECT_EQ(world.stock("A1"), 18);
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("NGN 30,000.00"));
}

// --- deliveries twice --------------------------------------------------------------------------------

TEST(conversation, answers_a_redelivered_message_once) {
  shop_world world;
  world.model->always = [](const auto&) { return orders_two(); };
  const auto one = world.message("c1", "Two please");
  world.receive({one});
  world.receive({one, one});
  world.finish_turns();
  world.restart();
  world.receive({one});
  world.finish_turns();
  EXPECT_THAT(world.outcomes(), SizeIs(1));
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_TRUE(all_done(world));
}

TEST(conversation, reports_a_completed_delivery_again_when_it_is_offered_late) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  world.customer_says("c1", "Hi");
  const auto id = world.store->rows.inbox.begin()->first;
  world.finish_turns();
  ASSERT_TRUE(all_done(world));
  auto event = std::make_shared<channel::channel_event>(world.message("c1", "Hi").event);
  caf::anon_send(world.pump,
                 actors::committed_events{{{id, world.shop, world.account, world.time->now(), 0, event}}});
  world.finish_turns();
  EXPECT_THAT(world.outcomes(), SizeIs(1));
  EXPECT_EQ(world.node->metrics->queue_depth(monitoring::queue::pump).value(), 0);
}

// --- a person takes over -----------------------------------------------------------------------------

enum class way { echo, command };

struct takeover : testing::TestWithParam<way> {
  shop_world world;
  std::shared_ptr<asked_person> asked;
  std::size_t said_before = 0;

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
    world.store->after_commit = [this, is_it, taken = false](memory_store::batch sets) mutable {
      for (const auto* set : sets)
        if (!taken && is_it(*set)) {
          taken = true;
          take_over_at_once();
        }
    };
  }
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
  world.store->after_commit = [this](memory_store::batch sets) {
    for (const auto* set : sets)
      if (!set->conversations.empty() && set->conversations.front().epoch == 2 && !world.model->held.empty())
        world.model_answers(orders_two());
  };
  take_over();
  expect_silence();
  EXPECT_THAT(world.orders(), IsEmpty());
}

TEST_P(takeover, while_the_plan_is_committed_runs_none_of_its_actions) {
  world.model->answers.push_back(orders_two());
  take_over_behind([](const auto& set) { return !set.turns.empty() && !set.turns.front().completed; });
  world.customer_says("c1", "Two please");
  expect_silence();
  EXPECT_THAT(world.orders(), IsEmpty());
}

TEST_P(takeover, while_acting_lets_the_action_finish_and_says_nothing) {
  world.model->answers.push_back(orders_two());
  take_over_behind([](const auto& set) { return !set.orders.empty(); });
  world.customer_says("c1", "Two please");
  expect_silence();
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_FALSE(world.store->rows.timeline.empty());
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

// --- a replay ----------------------------------------------------------------------------------------

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

// --- refusals ----------------------------------------------------------------------------------------

TEST(conversation, takes_a_refusal_back_to_the_model_once) {
  shop_world world;
  world.model->answers = {
      calls({{"place_order", R"({"items":[{"sku":"B2","quantity":50}]})"}}, "Done, 50 pairs are yours!"),
      calls({{"place_order", R"({"items":[{"sku":"B2","quantity":5}]})"}}, "Only five are left.")};
  world.customer_says("c1", "50 pairs");
  world.finish_turns();
  ASSERT_THAT(world.model->asked, SizeIs(2));
  EXPECT_THAT(asked_text(world), HasSubstr("out_of_stock"));
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), testing::Not(HasSubstr("50 pairs are yours")));
  EXPECT_EQ(world.stock("B2"), 0);
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::replied));
}

TEST(conversation, gives_a_second_refusal_to_a_person) {
  shop_world world;
  world.model->always = [](const auto&) {
    return calls({{"place_order", R"({"items":[{"sku":"B2","quantity":50}]})"}}, "Yours!");
  };
  world.customer_says("c1", "50 pairs");
  world.finish_turns();
  EXPECT_THAT(world.model->asked, SizeIs(2));
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::handed_over));
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  EXPECT_EQ(world.tasks("handover"), 1U);
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr(english(fixed_phrase::hand_over)));
  EXPECT_THAT(world.ai_texts().front(), testing::Not(HasSubstr("Yours!")));
}

TEST(conversation, refuses_a_price_that_changed_since_the_plan_showed_it) {
  shop_world world;
  world.customer_says("c1", "two");
  world.advance(1300ms);
  for (auto& [id, entry] : world.store->rows.products)
    if (entry.second.sku == "A1") {
      entry.second.price_minor = 1'600'000;
      entry.second.price_version = 2;
    }
  world.crash_desk(errc::unavailable);
  world.advance(300ms);
  world.model_answers(orders_two());
  world.model->answers = {says("The price is now NGN 16,000.00. Is that fine?")};
  world.finish_turns();
  world.model->always = [](const auto&) { return says("The price is now NGN 16,000.00. Is that fine?"); };
  world.finish_turns();
  EXPECT_THAT(world.orders(), IsEmpty());
  EXPECT_THAT(asked_text(world), HasSubstr("price_changed"));
  EXPECT_TRUE(all_done(world));
}

// --- the model does not answer -------------------------------------------------------------------------

TEST(conversation, replies_safely_once_in_an_outage_and_comes_back_afterwards) {
  shop_world world;
  world.model->always = [](const auto&) { return nothing(model_outcome::all_failed); };
  world.customer_says("c1", "Hi");
  world.finish_turns();
  world.customer_says("c1", "Hello?");
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), ElementsAre(english(fixed_phrase::safe_reply)));
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  EXPECT_EQ(world.tasks("handover"), 1U);
  world.model->always = [](const auto&) { return says("I am here again."); };
  world.customer_says("c1", "Anybody?");
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), ElementsAre(english(fixed_phrase::safe_reply), "I am here again."));
  EXPECT_EQ(world.chat("c1").owner, chat_owner::ai);
}

TEST(conversation, does_not_come_back_from_an_outage_when_a_person_took_the_chat) {
  for (const auto by : {way::echo, way::command}) {
    shop_world world;
    world.model->always = [](const auto&) { return nothing(model_outcome::all_failed); };
    world.customer_says("c1", "Hi");
    world.finish_turns();
    if (by == way::echo) world.person_types("c1", "Grace here");
    else world.command("c1", chat_command::take_over);
    world.run();
    world.model->always = [](const auto&) { return says("I am here again."); };
    world.customer_says("c1", "Anybody?");
    world.finish_turns();
    EXPECT_THAT(world.ai_texts(), SizeIs(1));
    EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  }
}

TEST(conversation, resumes_a_plan_that_was_made_on_the_way_back_from_an_outage) {
  shop_world world;
  world.model->answers = {nothing(model_outcome::all_failed), orders_two()};
  world.customer_says("c1", "Hi");
  world.finish_turns();
  world.customer_says("c1", "two");
  world.store->after_commit = [&](memory_store::batch sets) {
    for (const auto* set : sets) world.store->away = world.store->away || !set->orders.empty();
  };
  world.finish_turns();
  world.store->after_commit = nullptr;
  world.kill();
  world.store->away = false;
  world.start();
  world.finish_turns();
  EXPECT_THAT(world.orders(), SizeIs(1));
  ASSERT_THAT(world.ai_texts(), SizeIs(2));
  EXPECT_THAT(world.ai_texts().back(), HasSubstr("NGN 30,000.00"));
}

TEST(conversation, hands_over_when_the_model_declines) {
  shop_world world;
  world.model->answers.push_back(nothing(model_outcome::refused));
  world.customer_says("c1", "Hi");
  world.finish_turns();
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::handed_over));
  EXPECT_THAT(world.ai_texts(), SizeIs(1));
}

TEST(conversation, waits_through_overload_without_handing_over_or_counting_a_try) {
  shop_world world;
  world.model->always = [](const auto&) { return nothing(model_outcome::overloaded); };
  world.customer_says("c1", "Hi");
  world.advance(60s);
  EXPECT_EQ(world.tasks("handover"), 0U);
  EXPECT_THAT(world.ai_texts(), IsEmpty());
  ASSERT_THAT(world.store->rows.inbox, SizeIs(1));
  EXPECT_EQ(world.store->rows.inbox.begin()->second.tries, 0);
  world.model->always = [](const auto&) { return says("Sorry for the wait."); };
  world.advance(20s);
  EXPECT_THAT(world.ai_texts(), ElementsAre("Sorry for the wait."));
}

// --- late, closed, old, unreadable ---------------------------------------------------------------------

TEST(conversation, apologises_when_it_answers_late) {
  shop_world world;
  world.customer_says("c1", "Hi");
  world.advance(1300ms);
  world.jump(31min);
  world.model_answers(says("Yes."));
  world.run();
  EXPECT_THAT(world.ai_texts(), ElementsAre(english(fixed_phrase::late_apology) + " Yes."));
}

TEST(conversation, gives_a_chat_whose_window_has_closed_to_a_person_without_a_reply) {
  shop_world world;
  world.customer_says("c1", "Hi");
  world.advance(1300ms);
  world.jump(25h);
  world.model_answers(says("Yes."));
  world.run();
  EXPECT_THAT(world.ai_texts(), IsEmpty());
  EXPECT_THAT(world.sender->rows, IsEmpty());
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  EXPECT_EQ(world.tasks("handover"), 1U);
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::handed_over));
}

TEST(conversation, stores_items_older_than_eight_days_without_a_turn_of_the_model) {
  shop_world world;
  auto old = world.message("c1", "long ago");
  old.event.provider_time -= std::chrono::hours{24 * 9};
  world.receive({old});
  world.finish_turns();
  EXPECT_THAT(world.model->asked, IsEmpty());
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::stored));
  EXPECT_THAT(world.texts(storage::message_origin::customer), ElementsAre("long ago"));
  EXPECT_EQ(world.chat("c1").owner, chat_owner::ai);
}

TEST(conversation, says_that_it_cannot_read_a_picture_and_calls_a_person) {
  shop_world world;
  auto picture = world.message("c1", "");
  picture.event.attachments.push_back({"image", "https://cdn.example/1", "", "image/jpeg", ""});
  world.receive({picture});
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), ElementsAre(english(fixed_phrase::unreadable_media)));
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  EXPECT_THAT(world.model->asked, IsEmpty());
}

// --- the store ------------------------------------------------------------------------------------------

struct troubled_store : testing::TestWithParam<memory_store::fate> {};

INSTANTIATE_TEST_SUITE_P(a_completing_commit, troubled_store,
                         testing::Values(memory_store::fate{storage::commit_outcome::refused, false},
                                         memory_store::fate{storage::commit_outcome::unavailable, false},
                                         memory_store::fate{storage::commit_outcome::in_doubt, false},
                                         memory_store::fate{storage::commit_outcome::in_doubt, true}),
                         [](const auto& one) {
                           return std::string{to_string(one.param.outcome)} +
                                  (one.param.applied ? "_but_done" : "");
                         });

TEST_P(troubled_store, leaves_one_reply_and_one_turn) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  bool hit = false;
  world.store->before_commit = [&](memory_store::batch sets) -> std::optional<memory_store::fate> {
    if (hit || sets.front()->turns.empty()) return std::nullopt;
    hit = true;
    return GetParam();
  };
  world.customer_says("c1", "Hi");
  world.advance(5s);
  EXPECT_TRUE(hit);
  EXPECT_THAT(world.ai_texts(), ElementsAre("Yes."));
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::replied));
  EXPECT_TRUE(all_done(world));
  EXPECT_EQ(world.node->metrics->queue_depth(monitoring::queue::pump).value(), 0);
}

TEST(conversation, stays_down_when_it_is_fenced) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  world.customer_says("c1", "Hi");
  world.store->before_commit = [](memory_store::batch) {
    return memory_store::fate{storage::commit_outcome::fenced, false};
  };
  world.advance(30s);
  EXPECT_EQ(world.fenced, 1);
  EXPECT_THAT(world.model->asked, SizeIs(1));
  EXPECT_THAT(world.store->rows.inbox, SizeIs(1));
}

}  // namespace
}  // namespace sellavie::test
