// What a person writes in our own composer: once a key, in the order of the chat, and never past the AI.

#include "tests/actors/support/chat_script.hpp"
#include "tests/actors/support/checkout_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using actors::chat_command;
using actors::send_refusal;
using storage::chat_owner;
using storage::message_origin;
using storage::turn_outcome;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct composer : testing::Test {
  shop_world world;

  composer() {
    world.model->always = [](const auto&) { return says("Yes."); };
  }
  void have_a_quiet_chat() {
    world.customer_says("c1", "Hi");
    world.finish_turns();
  }
  /// After what is on its way.
  std::shared_ptr<asked_person> send(const std::string& key, const std::string& text) {
    auto asked = world.person_sends("c1", key, text);
    world.run();
    return asked;
  }
  [[nodiscard]] std::vector<std::string> person_texts() const { return world.texts(message_origin::person); }
  void expect_refused(const std::shared_ptr<asked_person>& asked, send_refusal why) const {
    ASSERT_TRUE(asked->answer);
    EXPECT_EQ(asked->answer->refused, why);
    EXPECT_THAT(asked->answer->messages, IsEmpty());
  }
};

TEST_F(composer, takes_the_chat_over_and_sends_in_one_commit) {
  have_a_quiet_chat();
  world.store->batch_sizes.clear();
  const auto asked = send("k1", "Grace here.");
  ASSERT_TRUE(asked->answer);
  EXPECT_EQ(asked->answer->owner, chat_owner::person);
  EXPECT_EQ(asked->answer->epoch, 2);
  EXPECT_EQ(asked->answer->taken_by, "Grace");
  EXPECT_THAT(world.store->batch_sizes, SizeIs(1));
  EXPECT_THAT(person_texts(), ElementsAre("Grace here."));
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  const auto& row = world.sender->rows.back();
  EXPECT_EQ(row.id, asked->answer->messages.front());
  EXPECT_EQ(row.origin, message_origin::person);
  EXPECT_EQ(row.state, storage::send_state::ready) << "found after a crash it was certainly not sent";
}

TEST_F(composer, is_recorded_with_its_message_and_once) {
  have_a_quiet_chat();
  send("k1", "Grace here.");
  send("k1", "Grace here.");
  send("k2", "Still here.");
  std::vector<std::string> actions;
  for (const auto& one : world.store->rows.activities) actions.push_back(one.action);
  EXPECT_THAT(actions, ElementsAre("conversation.taken_over", "message.sent", "message.sent"));
  EXPECT_EQ(world.store->rows.activities.back().by.request_id, "request of Grace");
}

TEST_F(composer, leaves_the_epoch_when_a_person_has_the_chat_already) {
  have_a_quiet_chat();
  send("k1", "One.");
  const auto second = send("k2", "Two.");
  ASSERT_TRUE(second->answer);
  EXPECT_EQ(second->answer->epoch, 2);
  EXPECT_THAT(person_texts(), ElementsAre("One.", "Two."));
}

TEST_F(composer, sends_once_however_often_a_key_comes_at_the_same_time) {
  have_a_quiet_chat();
  std::vector<std::shared_ptr<asked_person>> all;
  for (int i = 0; i < 20; ++i) all.push_back(world.person_sends("c1", "k1", "Once."));
  world.run();
  EXPECT_THAT(person_texts(), ElementsAre("Once."));
  for (const auto& one : all) {
    ASSERT_TRUE(one->answer);
    EXPECT_EQ(one->answer->messages, all.front()->answer->messages);
    EXPECT_THAT(one->answer->messages, SizeIs(1));
  }
}

TEST_F(composer, knows_a_key_after_a_restart) {
  have_a_quiet_chat();
  const auto first = send("k1", "Once.");
  world.restart();
  const auto again = send("k1", "Once.");
  ASSERT_TRUE(again->answer);
  EXPECT_EQ(again->answer->messages, first->answer->messages);
  EXPECT_THAT(person_texts(), ElementsAre("Once."));
}

TEST_F(composer, sends_once_when_the_process_dies_between_commit_and_answer) {
  have_a_quiet_chat();
  world.store->after_commit = [&](memory_store::batch) { world.store->away = true; };
  const auto lost = world.person_sends("c1", "k1", "Once.");
  world.run_until([&] { return world.store->away; });
  world.store->after_commit = nullptr;
  world.kill();
  world.store->away = false;
  world.start();
  EXPECT_FALSE(lost->answer);
  const auto again = send("k1", "Once.");
  ASSERT_TRUE(again->answer);
  EXPECT_THAT(again->answer->messages, SizeIs(1));
  EXPECT_THAT(person_texts(), ElementsAre("Once."));
}

TEST_F(composer, refuses_another_message_under_a_known_key) {
  have_a_quiet_chat();
  send("k1", "Once.");
  expect_refused(send("k1", "Something else."), send_refusal::key_reused);
  EXPECT_THAT(person_texts(), ElementsAre("Once."));
}

TEST_F(composer, splits_a_long_text_and_gives_every_part_for_its_key) {
  have_a_quiet_chat();
  const std::string text(4500, 'x');
  const auto first = send("k1", text);
  ASSERT_TRUE(first->answer);
  EXPECT_THAT(first->answer->messages, SizeIs(3)) << "2000 characters a message";
  EXPECT_EQ(send("k1", text)->answer->messages, first->answer->messages);
  EXPECT_THAT(person_texts(), SizeIs(3));
}

TEST_F(composer, ends_the_turn_that_the_model_thinks_about_and_is_read_after_its_message) {
  world.model->always = nullptr;
  world.customer_says("c1", "Hi");
  world.advance(1300ms);
  ASSERT_THAT(world.model->held, SizeIs(1));
  const auto asked = send("k1", "I take this.");
  world.model_answers(says("Too late."));
  world.finish_turns();
  ASSERT_TRUE(asked->answer);
  EXPECT_EQ(asked->answer->epoch, 2);
  EXPECT_THAT(world.ai_texts(), IsEmpty());
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::overtaken));
  ASSERT_THAT(world.store->rows.messages, SizeIs(2));
  EXPECT_EQ(world.store->rows.messages[0].body, "Hi");
  EXPECT_EQ(world.store->rows.messages[1].body, "I take this.");
  EXPECT_LT(world.store->rows.messages[0].id, world.store->rows.messages[1].id);
}

TEST_F(composer, does_not_wait_for_the_second_round_of_a_plan_that_runs) {
  world.model->always = nullptr;
  world.model->answers = {calls(
      {{"place_order", wish("A1", 1)}, {"request_checkout", "{}"}, {"place_order", wish("B2", 1)}}, "Here.")};
  world.customer_says("c1", "One, I pay now. And another one");
  world.advance(1300ms);
  ASSERT_THAT(world.outside->waiting, SizeIs(1)) << "the link is being made";
  const auto asked = send("k1", "I take this.");
  EXPECT_FALSE(asked->answer);
  world.outside->answer(http(200, link_of(reference_of(world.outside->waiting.front().request))));
  world.run();
  ASSERT_THAT(world.model->held, SizeIs(1))
      << "a link is out: the second order is refused, and the model thinks";
  ASSERT_TRUE(asked->answer) << "who writes does not wait for it";
  EXPECT_THAT(person_texts(), ElementsAre("I take this."));
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  world.model_answers(says("Too late."));
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), IsEmpty());
}

TEST_F(composer, answers_a_message_that_is_still_being_gathered_in_order) {
  world.customer_says("c1", "Hi");
  world.advance(500ms);
  send("k1", "Hello!");
  world.finish_turns();
  ASSERT_THAT(world.store->rows.messages, SizeIs(2));
  EXPECT_EQ(world.store->rows.messages[0].body, "Hi");
  EXPECT_THAT(world.model->asked, IsEmpty());
}

TEST_F(composer, tells_why_the_window_is_closed_and_takes_nothing_over) {
  have_a_quiet_chat();
  world.jump(std::chrono::hours{24 * 8});
  const auto asked = send("k1", "Still there?");
  expect_refused(asked, send_refusal::expired);
  EXPECT_EQ(world.chat("c1").owner, chat_owner::ai);
  EXPECT_THAT(person_texts(), IsEmpty());
  world.customer_says("c1", "Hello again");
  world.finish_turns();
  EXPECT_THAT(send("k1", "Still there?")->answer->messages, SizeIs(1)) << "a refused key is free";
}

TEST_F(composer, may_write_for_a_week_where_a_person_may) {
  have_a_quiet_chat();
  world.jump(std::chrono::hours{24 * 6});
  EXPECT_THAT(send("k1", "Your parcel is here.")->answer->messages, SizeIs(1));
}

TEST_F(composer, is_part_of_what_the_model_is_told_later) {
  have_a_quiet_chat();
  send("k1", "It is blue.");
  world.command("c1", chat_command::return_to_ai);
  world.customer_says("c1", "Which colour?");
  world.finish_turns();
  EXPECT_THAT(asked_text(world), testing::HasSubstr("It is blue."));
}

TEST_F(composer, tells_a_second_person_who_has_the_chat) {
  have_a_quiet_chat();
  const auto grace = world.command("c1", chat_command::take_over);
  const auto ada =
      world.command(actors::command_chat{world.account, "c1", chat_command::take_over, "Ada", {}});
  world.run();
  ASSERT_TRUE(grace->answer && ada->answer);
  EXPECT_EQ(grace->answer->taken_by, "Grace");
  EXPECT_EQ(ada->answer->taken_by, "Grace");
  EXPECT_EQ(ada->answer->epoch, grace->answer->epoch);
}

TEST_F(composer, does_not_write_to_a_blocked_customer) {
  have_a_quiet_chat();
  world.command("c1", chat_command::block);
  expect_refused(send("k1", "Hello?"), send_refusal::blocked);
}

TEST(blocked_customer, is_stored_and_never_answered_until_unblocked) {
  shop_world world;
  world.model->always = [](const auto&) { return says("Yes."); };
  world.customer_says("c1", "Hi");
  world.finish_turns();
  const auto blocked = world.command("c1", chat_command::block);
  world.run();
  ASSERT_TRUE(blocked->answer);
  EXPECT_EQ(blocked->answer->owner, chat_owner::ai) << "the owner stays";
  EXPECT_EQ(world.store->rows.activities.back().action, "customer.blocked");
  world.customer_says("c1", "Answer me");
  world.finish_turns();
  world.restart();
  world.customer_says("c1", "Hello?");
  world.finish_turns();
  EXPECT_THAT(world.texts(message_origin::customer), ElementsAre("Hi", "Answer me", "Hello?"));
  EXPECT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_EQ(world.tasks("handover"), 0U);
  EXPECT_TRUE(all_done(world));
  world.command("c1", chat_command::unblock);
  world.customer_says("c1", "Thanks");
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), SizeIs(2));
}

TEST(blocked_customer, is_not_answered_although_the_model_thinks_already) {
  shop_world world;
  world.customer_says("c1", "Hi");
  world.advance(1300ms);
  ASSERT_THAT(world.model->held, SizeIs(1));
  const auto blocked = world.command("c1", chat_command::block);
  world.run();
  world.model_answers(says("Too late."));
  world.finish_turns();
  ASSERT_TRUE(blocked->answer);
  EXPECT_THAT(world.ai_texts(), IsEmpty());
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::stored));
  EXPECT_TRUE(all_done(world));
}

}  // namespace
}  // namespace sellavie::test
