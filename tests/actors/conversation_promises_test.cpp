// What a customer was promised must reach the customer, however the rest of the turn goes.

#include "tests/actors/support/chat_script.hpp"

namespace sellavie::test {
namespace {

using namespace std::chrono_literals;
using actors::model_outcome;
using storage::turn_outcome;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Round 1 places an order and wishes something that is refused.
actors::model_answer half_refused() {
  return calls({{"place_order", two_pieces}, {"check_payment", "{}"}}, "Ordered and paid.");
}

TEST(conversation, tells_of_the_first_rounds_order_when_the_model_fails_in_the_second) {
  shop_world world;
  world.model->answers = {half_refused(), nothing(model_outcome::all_failed)};
  world.customer_says("c1", "Two please, I paid");
  world.finish_turns();
  ASSERT_THAT(world.orders(), SizeIs(1));
  EXPECT_THAT(world.model->asked, SizeIs(2));
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("NGN 30,000.00"));
}

TEST(conversation, tells_of_the_first_rounds_order_when_the_model_declines_the_second) {
  shop_world world;
  world.model->answers = {half_refused(), nothing(model_outcome::refused)};
  world.customer_says("c1", "Two please, I paid");
  world.finish_turns();
  ASSERT_THAT(world.orders(), SizeIs(1));
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("NGN 30,000.00"));
}

TEST(conversation, tells_of_the_first_rounds_order_after_a_crash_in_the_second) {
  shop_world world;
  world.model->answers = {half_refused(), calls({{"request_checkout", "{}"}}, "Here you are.")};
  world.outside->at_once = [](const auto&) { return http(500, "{}"); };
  world.customer_says("c1", "Two please, I paid");
  world.store->after_commit = [&](memory_store::batch sets) {
    for (const auto* set : sets)
      for (const auto& turn : set->turns)
        world.store->away = world.store->away || (turn.round == 2 && !turn.completed);
  };
  world.advance(1500ms);
  ASSERT_TRUE(world.store->away);
  world.store->after_commit = nullptr;
  world.kill();
  world.store->away = false;
  world.start();
  world.finish_turns();
  ASSERT_THAT(world.orders(), SizeIs(1));
  ASSERT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.ai_texts().front(), HasSubstr("NGN 30,000.00"));
}

TEST(conversation, says_only_once_that_it_hands_over_when_the_model_declines) {
  shop_world world;
  world.model->answers = {nothing(model_outcome::refused)};
  world.customer_says("c1", "Hi");
  world.finish_turns();
  EXPECT_THAT(world.ai_texts(), ElementsAre(english(fixed_phrase::hand_over)));
}

TEST(conversation, keeps_what_the_customer_gave_in_the_first_round) {
  shop_world world;
  world.model->answers = {
      calls({{"record_contact", R"({"email":"ada@example.com"})"}, {"check_payment", "{}"}}), says("Noted.")};
  world.customer_says("c1", "ada@example.com, I paid");
  world.finish_turns();
  EXPECT_EQ(world.store->rows.contacts.begin()->second.email, "ada@example.com");
}

TEST(conversation, holds_no_prompt_between_its_turns) {
  actors::turn spent;
  spent.facts_text.assign(10'000, 'x');
  spent.current.reply_text.assign(10'000, 'x');
  spent.deliveries.resize(100);
  actors::release(spent);
  EXPECT_LE(spent.facts_text.capacity(), std::string{}.capacity());
  EXPECT_LE(spent.current.reply_text.capacity(), std::string{}.capacity());
  EXPECT_EQ(spent.deliveries.capacity(), 0U);
}

// --- a commit that its conversation did not live to announce -----------------------------------------

/// The commit that `is_it` happens, but its session is lost: nobody is told so.
void lose_the_answer_of(shop_world& world, std::function<bool(const storage::change_set&)> is_it) {
  world.store->before_commit = [&world,
                                is_it](memory_store::batch sets) -> std::optional<memory_store::fate> {
    for (const auto* set : sets) {
      if (!is_it(*set)) continue;
      world.store->before_commit = nullptr;
      return memory_store::fate{storage::commit_outcome::in_doubt, true};
    }
    return std::nullopt;
  };
}

TEST(conversation, has_its_reply_sent_once_though_nobody_announced_it) {
  shop_world world{{.real_sender = true}};
  world.outside->at_once = [](const auto&) { return http(200, R"({"message_id":"m.1"})"); };
  world.model->always = [](const auto&) { return says("We have six yards."); };
  lose_the_answer_of(world, [](const auto& set) { return !set.outbox.empty(); });
  world.customer_says("c1", "Do you have ankara?");
  world.advance(5s);
  EXPECT_THAT(world.ai_texts(), SizeIs(1));
  EXPECT_THAT(world.store->rows.outbox, IsEmpty());
  const auto sent =
      std::count_if(world.outside->seen.begin(), world.outside->seen.end(),
                    [](const auto& one) { return one.body.find("We have six yards.") != std::string::npos; });
  EXPECT_EQ(sent, 1);
}

TEST(conversation, has_no_lost_answer_sent_again_after_a_takeover_that_nobody_announced) {
  shop_world world{{.real_sender = true}};
  world.outside->at_once = [](const auto&) { return lost_answer(); };
  world.model->always = [](const auto&) { return says("We have six yards."); };
  world.customer_says("c1", "Do you have ankara?");
  world.finish_turns();
  ASSERT_THAT(world.store->rows.outbox, SizeIs(1));
  const auto calls_before = world.outside->seen.size();
  lose_the_answer_of(world, [](const auto& set) { return !set.conversations.empty(); });
  world.command("c1", actors::chat_command::take_over);
  world.advance(60s, 1s);
  EXPECT_EQ(world.chat("c1").owner, storage::chat_owner::person);
  EXPECT_EQ(world.outside->seen.size(), calls_before);
  EXPECT_THAT(world.store->rows.outbox, IsEmpty());
}

/// Two messages, a stored plan that answers both, and a second one that no poll shows.
struct awaited_delivery : testing::Test {
  shop_world world;
  inbox_id last = 0;

  awaited_delivery() {
    world.model->always = [](const auto&) { return orders_two(); };
    for (const char* text : {"Hi", "two"}) world.receive({world.message("c1", text)});
    world.run();
    die_at_the_next_commit(world);
    last = std::prev(world.store->rows.inbox.end())->first;
    world.store->unpolled.insert(last);
    world.start();
    world.finish_turns();
  }
};

TEST_F(awaited_delivery, that_is_parked_meanwhile_is_awaited_no_longer) {
  ASSERT_THAT(world.outcomes(), IsEmpty());
  world.store->rows.inbox.erase(last);
  world.advance(10s);
  EXPECT_THAT(world.outcomes(), ElementsAre(turn_outcome::replied));
  EXPECT_THAT(world.orders(), SizeIs(1));
  EXPECT_THAT(world.model->asked, SizeIs(1));
  EXPECT_TRUE(all_done(world));
}

}  // namespace
}  // namespace sellavie::test
