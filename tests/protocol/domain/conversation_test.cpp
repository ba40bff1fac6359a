#include "protocol/domain/conversation.hpp"

#include <gtest/gtest.h>

namespace sellavie {
namespace {

pending_delivery message(inbox_id id, std::int64_t provider_ms) {
  return {id, instant_from_ms(provider_ms), false};
}
pending_delivery echo(inbox_id id, std::int64_t provider_ms) {
  return {id, instant_from_ms(provider_ms), true};
}

conversation_phases idle_chat() {
  conversation_phases chat;
  EXPECT_EQ(chat.loaded(false, 1, {}), next_step::wait);
  return chat;
}

std::vector<inbox_id> ids_of(const std::vector<pending_delivery>& turn) {
  std::vector<inbox_id> ids;
  for (const auto& one : turn) ids.push_back(one.id);
  return ids;
}

TEST(conversation_phases_test, what_comes_before_it_is_loaded_waits) {
  conversation_phases chat;
  EXPECT_EQ(chat.deliver(message(1, 10)), next_step::wait);
  EXPECT_EQ(chat.loaded(false, 1, {}), next_step::gather);
}

TEST(conversation_phases_test, three_quick_messages_make_one_turn_in_provider_order) {
  auto chat = idle_chat();
  EXPECT_EQ(chat.deliver(message(1, 30)), next_step::gather);
  EXPECT_EQ(chat.deliver(message(2, 10)), next_step::wait);
  EXPECT_EQ(chat.deliver(message(3, 20)), next_step::wait);
  EXPECT_EQ(chat.gathered(), next_step::think);
  EXPECT_EQ(ids_of(chat.turn()), (std::vector<inbox_id>{2, 3, 1}));
}

TEST(conversation_phases_test, a_message_while_the_model_thinks_is_the_next_turn) {
  auto chat = idle_chat();
  (void)chat.deliver(message(1, 10));
  (void)chat.gathered();
  EXPECT_EQ(chat.deliver(message(2, 5)), next_step::wait);
  EXPECT_EQ(ids_of(chat.turn()), (std::vector<inbox_id>{1}));
  chat.acting();
  EXPECT_EQ(chat.settled(), next_step::gather);
  EXPECT_EQ(chat.gathered(), next_step::think);
  EXPECT_EQ(ids_of(chat.turn()), (std::vector<inbox_id>{2}));
}

TEST(conversation_phases_test, a_held_or_completed_delivery_is_ignored) {
  auto chat = idle_chat();
  (void)chat.deliver(message(1, 10));
  EXPECT_EQ(chat.deliver(message(1, 10)), next_step::wait);
  (void)chat.gathered();
  EXPECT_EQ(chat.turn().size(), 1U);
  chat.acting();
  EXPECT_EQ(chat.settled(), next_step::wait);
  EXPECT_EQ(chat.deliver(message(1, 10)), next_step::wait);
  EXPECT_EQ(chat.phase(), conversation_phase::idle);
}

TEST(conversation_phases_test, a_person_takes_over_at_once_while_idle_gathering_or_thinking) {
  auto idle = idle_chat();
  EXPECT_EQ(idle.deliver(echo(1, 10)), next_step::take_over);

  auto gathering = idle_chat();
  (void)gathering.deliver(message(1, 10));
  EXPECT_EQ(gathering.deliver(echo(2, 11)), next_step::take_over);
  EXPECT_EQ(ids_of(gathering.turn()), (std::vector<inbox_id>{1, 2}));

  auto thinking = idle_chat();
  (void)thinking.deliver(message(1, 10));
  (void)thinking.gathered();
  EXPECT_EQ(thinking.deliver(echo(2, 11)), next_step::take_over);
  EXPECT_EQ(ids_of(thinking.turn()), (std::vector<inbox_id>{1, 2}));
  EXPECT_EQ(thinking.phase(), conversation_phase::acting);
}

TEST(conversation_phases_test, a_takeover_during_a_commit_waits_for_its_end) {
  auto chat = idle_chat();
  (void)chat.deliver(message(1, 10));
  (void)chat.gathered();
  chat.acting();
  EXPECT_EQ(chat.deliver(echo(2, 11)), next_step::wait);
  EXPECT_TRUE(chat.person_waits());
  EXPECT_EQ(chat.settled(), next_step::take_over);
  EXPECT_EQ(ids_of(chat.turn()), (std::vector<inbox_id>{2}));
}

TEST(conversation_phases_test, while_a_person_owns_the_chat_messages_are_only_stored) {
  conversation_phases chat;
  EXPECT_EQ(chat.loaded(true, 4, {}), next_step::wait);
  EXPECT_EQ(chat.deliver(message(1, 10)), next_step::store);
  EXPECT_EQ(chat.epoch(), 4);
  EXPECT_EQ(chat.settled(), next_step::wait);
  EXPECT_EQ(chat.phase(), conversation_phase::human);
}

TEST(conversation_phases_test, a_stored_plan_waits_for_all_its_deliveries_and_goes_first) {
  conversation_phases chat;
  EXPECT_EQ(chat.loaded(false, 1, {{7, 8}, 1}), next_step::wait);
  EXPECT_EQ(chat.deliver(message(9, 30)), next_step::wait);
  EXPECT_EQ(chat.deliver(message(8, 20)), next_step::wait);
  EXPECT_EQ(chat.deliver(message(7, 10)), next_step::resume);
  EXPECT_EQ(ids_of(chat.turn()), (std::vector<inbox_id>{7, 8}));
  EXPECT_EQ(chat.settled(), next_step::gather);
}

TEST(conversation_phases_test, a_stored_plan_of_another_epoch_ends_whoever_owns_the_chat) {
  for (const bool person : {false, true}) {
    conversation_phases chat;
    EXPECT_EQ(chat.loaded(person, 3, {{7, 8}, 1}), next_step::wait);
    EXPECT_EQ(chat.deliver(message(9, 30)), next_step::wait);
    EXPECT_EQ(chat.deliver(message(8, 20)), next_step::wait);
    EXPECT_EQ(chat.deliver(message(7, 10)), next_step::end_overtaken);
    EXPECT_EQ(ids_of(chat.turn()), (std::vector<inbox_id>{7, 8}));
    EXPECT_EQ(chat.settled(), person ? next_step::store : next_step::gather);
  }
}

TEST(conversation_phases_test, a_stored_plan_is_overtaken_while_its_deliveries_are_on_their_way) {
  conversation_phases chat;
  (void)chat.loaded(false, 1, {{7}, 1});
  ASSERT_TRUE(chat.may_take_over());
  chat.acting();
  EXPECT_EQ(chat.deliver(message(7, 10)), next_step::wait);
  chat.owner_changed(true, 2);
  EXPECT_EQ(chat.settled(), next_step::end_overtaken);
}

TEST(conversation_phases_test, it_is_quiet_only_without_work) {
  auto chat = idle_chat();
  EXPECT_TRUE(chat.is_quiet());
  (void)chat.deliver(message(1, 10));
  EXPECT_FALSE(chat.is_quiet());
}

TEST(conversation_phases_test, a_command_may_take_over_unless_something_is_being_written) {
  auto chat = idle_chat();
  EXPECT_TRUE(chat.may_take_over());
  (void)chat.deliver(message(1, 10));
  EXPECT_TRUE(chat.may_take_over());
  chat.acting();
  EXPECT_FALSE(chat.may_take_over());
}

TEST(conversation_phases_test, a_blocked_customer_is_stored_whoever_owns_the_chat) {
  auto chat = idle_chat();
  chat.block(true);
  EXPECT_EQ(chat.deliver(message(1, 10)), next_step::store);
  EXPECT_FALSE(chat.person_owns());
  EXPECT_EQ(chat.settled(), next_step::wait);
  chat.block(false);
  EXPECT_EQ(chat.deliver(message(2, 20)), next_step::gather);
}

TEST(conversation_phases_test, a_person_who_writes_takes_a_blocked_customers_chat_over_too) {
  auto chat = idle_chat();
  chat.block(true);
  EXPECT_EQ(chat.deliver(echo(1, 10)), next_step::take_over);
}

TEST(conversation_phases_test, the_reason_of_a_takeover_names_who_took_it) {
  EXPECT_EQ(taker_in(taken_over_by("Grace")), "Grace");
  EXPECT_EQ(taker_in("a person took the chat over"), "");
}

}  // namespace
}  // namespace sellavie
