// What a plan's limit of AI replies does to chats: with the real supervisor, conversations and desk.

#include "actors/quota_desk.hpp"

#include "tests/actors/support/chat_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using actors::chat_command;
using storage::chat_owner;
using storage::turn_outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

struct quota : testing::Test {
  shop_world world;

  quota() {
    world.model->always = [](const auto&) { return says("Hello."); };
  }
  /// From the next start on.
  void allow(std::int64_t replies) {
    world.settings->plans.named["free"].ai_replies_per_month = replies;
    world.settings->plans.default_plan = "free";
    world.restart();
  }
  void talk(const std::string& customer, const std::string& text = "Hi") {
    world.customer_says(customer, text);
    world.finish_turns();
  }
  /// Whether a trial of the training has a place; none: it waits.
  std::shared_ptr<std::optional<bool>> try_training(std::uint8_t n) {
    auto granted = std::make_shared<std::optional<bool>>();
    world.system->spawn([granted, wanted = actors::reserve_trial{world.shop, trial(n)},
                         to = world.registry](caf::event_based_actor* self) {
      self->request(to, caf::infinite, wanted).then([granted](const actors::reply_reserved& told) {
        *granted = told.is_granted;
      });
    });
    world.run();
    return granted;
  }
  void end_trial(std::uint8_t n, bool is_used) {
    caf::anon_send(world.registry, actors::trial_ended{world.shop, trial(n), is_used});
    world.run();
  }
  static uuid trial(std::uint8_t n) {
    uuid id;
    id.bytes[15] = n;
    return id;
  }
  std::string farewell() const { return english(fixed_phrase::hand_over); }
  std::ptrdiff_t farewells() const {
    const auto said = world.ai_texts();
    return std::count(said.begin(), said.end(), farewell());
  }
  std::vector<std::string> reasons(const std::string& kind) const {
    std::vector<std::string> found;
    for (const auto& one : world.store->rows.tasks)
      if (one.kind == kind) found.push_back(one.reason);
    return found;
  }
};

TEST_F(quota, the_last_reply_is_given_and_the_next_chat_goes_to_people_with_one_farewell) {
  allow(2);
  talk("c1");
  talk("c2");
  EXPECT_THAT(world.model->asked, SizeIs(2));
  talk("c3");
  EXPECT_THAT(world.model->asked, SizeIs(2)) << "the model is not asked beyond the limit";
  EXPECT_THAT(world.ai_texts(), ElementsAre("Hello.", "Hello.", farewell()));
  EXPECT_EQ(world.chat("c3").owner, chat_owner::person);
  EXPECT_THAT(reasons("handover"), ElementsAre("this month's AI replies are used up"));
  for (int i = 0; i < 3; ++i) talk("c3", "Anybody there?");
  EXPECT_EQ(farewells(), 1);
  EXPECT_THAT(reasons("handover"), SizeIs(1));
  EXPECT_TRUE(all_done(world)) << "nothing is lost";
  EXPECT_THAT(world.texts(storage::message_origin::customer), SizeIs(6));
}

TEST_F(quota, a_chat_that_was_answered_before_the_limit_goes_to_people_too) {
  allow(1);
  talk("c1");
  talk("c1", "And how much is it?");
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::replied, turn_outcome::handed_over));
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
}

TEST_F(quota, a_purchase_under_way_is_answered_beyond_the_limit_until_its_order_is_closed) {
  allow(1);
  world.model->answers = {orders_two()};
  talk("c1", "two please");
  ASSERT_THAT(world.orders(), SizeIs(1));
  talk("c1", "Which colours are there?");
  talk("c1", "And how long does it take?");
  EXPECT_THAT(world.outcomes(),
              ElementsAre(turn_outcome::replied, turn_outcome::replied, turn_outcome::replied));
  talk("c2");
  EXPECT_EQ(world.chat("c2").owner, chat_owner::person) << "others are not";
  world.model->answers = {calls({{"cancel_order", "{}"}}, "All right.")};
  talk("c1", "cancel it");
  EXPECT_EQ(world.orders().front().status, "cancelled");
  EXPECT_EQ(world.chat("c1").owner, chat_owner::ai);
  talk("c1", "Hi again");
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
}

TEST_F(quota, most_and_all_are_warned_of_once_each) {
  allow(5);
  for (int i = 0; i < 3; ++i) talk("c" + std::to_string(i));
  EXPECT_EQ(world.tasks("plan"), 0U);
  talk("c3");
  EXPECT_THAT(reasons("plan"), ElementsAre(HasSubstr("80 % of this month's AI replies are used (4 of 5)")));
  world.restart();
  talk("c4");
  EXPECT_THAT(reasons("plan"), ElementsAre(HasSubstr("80 %"), HasSubstr("(5 of 5)")));
  world.restart();
  for (int i = 0; i < 4; ++i) talk("d" + std::to_string(i));
  EXPECT_EQ(world.tasks("plan"), 2U);
}

TEST_F(quota, a_warning_is_seen_by_those_who_watch) {
  allow(1);
  world.watchers->watches = true;
  talk("c1");
  const auto raised = world.watchers->heard<actors::task_raised>();
  ASSERT_THAT(raised, SizeIs(1));
  EXPECT_EQ(raised.front().kind, "plan");
}

TEST_F(quota, a_warning_whose_commit_failed_is_given_with_the_next_reply_once) {
  allow(5);
  for (int i = 0; i < 3; ++i) talk("c" + std::to_string(i));
  world.store->before_commit = [](memory_store::batch sets) -> std::optional<memory_store::fate> {
    for (const auto* set : sets)
      if (!set->plan_warnings.empty()) return memory_store::fate{storage::commit_outcome::unavailable, false};
    return std::nullopt;
  };
  talk("c3");
  EXPECT_EQ(world.tasks("plan"), 0U);
  world.store->before_commit = nullptr;
  talk("c4");
  EXPECT_EQ(world.tasks("plan"), 1U);
}

TEST_F(quota, of_two_chats_at_the_last_reply_the_second_waits_for_what_becomes_of_the_first) {
  allow(1);
  world.model->always = nullptr;
  world.receive({world.message("c1", "Hi")});
  world.advance(world.options.gather + 100ms);
  world.receive({world.message("c2", "Hi")});
  world.advance(world.options.gather + 100ms);
  EXPECT_THAT(world.model->held, SizeIs(1)) << "the second is neither asked for nor paused";
  world.model->always = [](const auto&) { return says("Hello."); };
  // Not a reply: its place is free again.
  world.model_answers(nothing(actors::model_outcome::all_failed));
  world.advance(1s);
  EXPECT_EQ(world.chat("c1").owner, chat_owner::person);
  EXPECT_EQ(world.chat("c2").owner, chat_owner::ai);
  talk("c3");
  EXPECT_EQ(world.chat("c3").owner, chat_owner::person);
}

TEST_F(quota, and_is_paused_when_the_first_used_it) {
  allow(1);
  world.model->always = nullptr;
  world.receive({world.message("c1", "Hi")});
  world.advance(world.options.gather + 100ms);
  world.receive({world.message("c2", "Hi")});
  world.advance(world.options.gather + 100ms);
  world.model_answers(says("Hello."));
  world.advance(1s);
  EXPECT_EQ(world.chat("c1").owner, chat_owner::ai);
  EXPECT_EQ(world.chat("c2").owner, chat_owner::person);
}

TEST_F(quota, a_trial_of_the_training_is_a_reply_when_a_model_answered_it) {
  allow(3);
  EXPECT_EQ(*try_training(1), true);
  end_trial(1, true);
  EXPECT_EQ(*try_training(2), true);
  end_trial(2, false);
  talk("c1");
  talk("c2");
  EXPECT_THAT(world.ai_texts(), ElementsAre("Hello.", "Hello."));
  EXPECT_EQ(*try_training(3), false);
  talk("c3");
  EXPECT_EQ(world.chat("c3").owner, chat_owner::person);
  EXPECT_THAT(reasons("plan"), SizeIs(1)) << "it is in the count that warns";
}

TEST_F(quota, a_trial_and_a_chat_at_the_last_reply_wait_for_each_other) {
  allow(1);
  EXPECT_EQ(*try_training(1), true);
  world.model->always = nullptr;
  world.receive({world.message("c1", "Hi")});
  world.advance(world.options.gather + 100ms);
  EXPECT_THAT(world.model->held, SizeIs(0));
  end_trial(1, false);
  ASSERT_THAT(world.model->held, SizeIs(1)) << "its place is free again";
  const auto second = try_training(2);
  EXPECT_EQ(*second, std::nullopt);
  world.model_answers(says("Hello."));
  world.advance(1s);
  EXPECT_EQ(*second, false);
}

TEST_F(quota, a_trial_without_a_limit_is_granted_before_anybody_wrote) {
  EXPECT_EQ(*try_training(1), true);
  end_trial(1, true);
}

TEST_F(quota, a_trial_that_died_gives_its_place_back) {
  allow(1);
  EXPECT_EQ(*try_training(1), true);
  const auto second = try_training(2);
  EXPECT_EQ(*second, std::nullopt);
  world.advance(world.settings->llm.deadline_ms + 2min);
  EXPECT_EQ(*second, true);
}

TEST_F(quota, a_person_takes_over_a_chat_that_waits_for_its_place) {
  allow(1);
  world.model->always = nullptr;
  world.receive({world.message("c1", "Hi")});
  world.advance(world.options.gather + 100ms);
  world.receive({world.message("c2", "Hi")});
  world.advance(world.options.gather + 100ms);
  const auto taken = world.command("c2", chat_command::take_over);
  world.advance(1s);
  ASSERT_TRUE(taken->answer);
  EXPECT_EQ(world.chat("c2").owner, chat_owner::person);
  world.model_answers(says("Hello."));
  world.advance(1s);
  EXPECT_THAT(world.ai_texts(), ElementsAre("Hello."));
}

TEST_F(quota, a_chat_that_a_person_gave_back_hears_no_second_farewell) {
  allow(1);
  talk("c1");
  talk("c2");
  ASSERT_EQ(farewells(), 1);
  world.command("c2", chat_command::return_to_ai);
  world.advance(1s);
  talk("c2", "Hi again");
  EXPECT_EQ(world.chat("c2").owner, chat_owner::person);
  EXPECT_EQ(farewells(), 1);
  EXPECT_THAT(reasons("handover"), SizeIs(2)) << "but a person is told again";
}

TEST_F(quota, a_paused_chat_that_nobody_took_goes_back_to_the_ai_in_the_next_month) {
  allow(1);
  talk("c1");
  talk("c2");
  talk("c3");
  world.command("c3", chat_command::take_over);
  world.advance(1s);
  world.jump(std::chrono::days{31});
  talk("c2", "Is it there now?");
  EXPECT_EQ(world.chat("c2").owner, chat_owner::ai);
  talk("c3", "And for me?");
  EXPECT_EQ(world.chat("c3").owner, chat_owner::person) << "this one is a person's";
  EXPECT_THAT(world.ai_texts(), ElementsAre("Hello.", farewell(), farewell(), "Hello."));
}

TEST_F(quota, months_begin_where_the_business_is) {
  // From 2026-01-05 10:00 UTC to 2026-01-31 23:30 UTC.
  world.jump(std::chrono::days{26} + 13h + 30min);
  world.store->rows.businesses.at(world.shop).utc_offset_minutes = 60;
  allow(1);
  talk("c1");  // there it is February
  world.jump(1h);
  talk("c2");  // and here too
  EXPECT_EQ(world.chat("c2").owner, chat_owner::person);
  EXPECT_EQ(world.store->rows.plan_warnings.front().month, "2026-02");
}

TEST_F(quota, dying_around_the_limit_counts_each_reply_once) {
  allow(2);
  talk("c1");
  world.customer_says("c2", "Hi");
  die_at_the_next_commit(world);
  world.start();
  world.finish_turns();
  talk("c3");
  EXPECT_EQ(world.chat("c3").owner, chat_owner::person);
  const auto outcomes = world.outcomes();
  EXPECT_EQ(std::count(outcomes.begin(), outcomes.end(), turn_outcome::replied), 2);
}

TEST_F(quota, a_plan_that_is_taken_up_again_keeps_its_place) {
  allow(1);
  world.model->answers = {orders_two()};
  world.receive({world.message("c1", "two")});
  bool stored = false;
  world.store->after_commit = [&](memory_store::batch sets) {
    for (const auto* set : sets) stored = stored || (!set->turns.empty() && !set->turns.front().completed);
  };
  world.advance(1250ms);
  ASSERT_TRUE(world.run_until([&] { return stored; }));
  world.store->after_commit = nullptr;
  world.restart();
  world.receive({world.message("c2", "Hi")});
  world.finish_turns();
  EXPECT_EQ(world.chat("c1").owner, chat_owner::ai);
  EXPECT_EQ(world.chat("c2").owner, chat_owner::person);
}

TEST_F(quota, conversations_that_die_do_not_keep_their_place_for_ever) {
  allow(2);
  world.model->always = nullptr;
  world.receive({world.message("c1", "Hi")});
  world.advance(world.options.gather + 100ms);
  world.crash_conversations();
  world.model->held.clear();
  world.model->always = [](const auto&) { return says("Hello."); };
  world.advance(10s);
  talk("c2");
  talk("c3");
  EXPECT_EQ(world.chat("c1").owner, chat_owner::ai);
  EXPECT_EQ(world.chat("c2").owner, chat_owner::ai);
  EXPECT_EQ(world.chat("c3").owner, chat_owner::person);
}

TEST_F(quota, a_larger_plan_counts_at_once) {
  allow(1);
  world.settings->plans.named["large"].ai_replies_per_month = 3;
  talk("c1");
  talk("c2");
  EXPECT_EQ(world.chat("c2").owner, chat_owner::person);
  world.store->rows.businesses.at(world.shop).plan = "large";
  caf::anon_send(world.registry, actors::directory_changed{});
  world.run();
  talk("c2", "Hi again");
  EXPECT_EQ(world.chat("c2").owner, chat_owner::ai);
}

TEST_F(quota, each_business_has_its_own) {
  allow(1);
  world.store->rows.businesses.at(world.other_shop).plan = "gone";  // the default, then
  talk("c1");
  auto elsewhere = world.message("c9", "Hi");
  elsewhere.business = world.other_shop;
  elsewhere.connection = world.other_account;
  world.receive({elsewhere});
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), ElementsAre("Hello.", "Hello."));
}

}  // namespace
}  // namespace sellavie::test
