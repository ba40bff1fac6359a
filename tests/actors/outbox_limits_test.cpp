// What a channel refuses or forbids: a message, to an account, to all of an app or a token, or towards one customer.

#include "actors/send_pauses.hpp"
#include "tests/actors/support/outbox_stage.hpp"

namespace sellavie::test {
namespace {

class outbox_limits_test : public outbox_stage {
 protected:
  /// Another account of another business on this node, with a customer of its own.
  void start_other(const std::string& token) {
    auto shop = std::make_shared<tenant>();
    shop->id = ids->next_as<business_id>();
    shop->accounts.push_back({other, kind, "page", "page_2", token, true});
    const auto chat = ids->next_as<conversation_id>();
    const auto contact = ids->next_as<contact_id>();
    store->rows.contacts[contact] = {shop->id, other, "D1", {}, {}};
    store->rows.conversations[chat] = {.business = shop->id,
                                       .connection = other,
                                       .contact = contact,
                                       .epoch = 1,
                                       .last_customer_at = clock->now()};
    other_chat = chat;
    other_shop = shop->id;
    other_sender = keep(system().spawn(outbox_sender, services_ptr{node}, tenant_ptr{shop}, other, parent));
    run();
  }
  message_id other_says(const std::string& text) {
    const storage::outbox_row row{.id = ids->next_as<message_id>(),
                                  .business = other_shop,
                                  .connection = other,
                                  .conversation = other_chat,
                                  .recipient = "D1",
                                  .origin = message_origin::ai,
                                  .epoch = 1,
                                  .state = send_state::sending,
                                  .due_at = clock->now(),
                                  .created_at = clock->now(),
                                  .body = channel::store_wire({.text = text})};
    store->rows.outbox[row.id] = row;
    caf::anon_send(other_sender, outbox_committed{other, {row}, clock->now()});
    run();
    return row.id;
  }
  const stored_contact& contact_of_c1() const {
    return store->rows.contacts.at(store->rows.conversations.at(chats.at("C1")).contact);
  }

  connection_id other = ids->next_as<connection_id>();
  business_id other_shop;
  conversation_id other_chat;
  outbox_sender_actor other_sender;
};

TEST_F(outbox_limits_test, a_limit_of_the_app_rests_every_account_of_it) {
  start();
  start_other("another token");
  say("a");
  refuse(0, 4);
  const auto held = other_says("b");
  pass(2s);
  EXPECT_THAT(world->calls, SizeIs(1));
  EXPECT_EQ(row_state(held), send_state::ready) << "nothing had left: a restart must not wait for evidence";
  pass(10s);
  EXPECT_THAT(sent_texts(), testing::UnorderedElementsAre("a", "a", "b"));
}

TEST_F(outbox_limits_test, a_limit_of_a_token_rests_those_who_share_it) {
  start();
  start_other("token-1");
  say("a");
  refuse(0, 17);
  other_says("b");
  pass(2s);
  EXPECT_THAT(world->calls, SizeIs(1));
}

TEST_F(outbox_limits_test, a_limit_of_an_account_or_a_token_of_its_own_rests_nobody_else) {
  start();
  start_other("another token");
  say("a");
  refuse(0, 17);
  other_says("b");
  EXPECT_THAT(sent_texts(), ElementsAre("a", "b"));
  accept(1, "m_1");
  say("c");
  other_says("d");
  EXPECT_THAT(sent_texts(), ElementsAre("a", "b", "d"));
}

TEST_F(outbox_limits_test, a_restricted_account_makes_one_call_and_one_task) {
  start();
  customer("C2");
  const auto first = say("a");
  refuse(0, 131031);
  const auto second = say("b", "C2");
  pass(60s, 1s);
  EXPECT_THAT(world->calls, SizeIs(1));
  EXPECT_THAT(tasks(), ElementsAre("connection"));
  EXPECT_EQ(row_state(first), send_state::backoff);
  EXPECT_EQ(row_state(second), send_state::ready);
  pass(std::chrono::minutes{61}, 1s);
  ASSERT_THAT(world->calls, SizeIs(2));
  refuse(1, 131031);
  EXPECT_THAT(tasks(), ElementsAre("connection"));
  pass(std::chrono::minutes{61}, 1s);
  accept(2, "m_1");
  EXPECT_THAT(world->calls, SizeIs(4));
}

TEST_F(outbox_limits_test, a_restriction_told_by_a_status_stops_the_account_too) {
  use_channel(channel_kind::whatsapp);
  start();
  say("a");
  accept(0, "wamid.1");
  auto failed = a_status(delivery_state::failed, "wamid.1");
  failed.error_code = 131042;
  deliver(failed);
  say("b");
  pass(60s, 1s);
  EXPECT_THAT(world->calls, SizeIs(1));
  EXPECT_THAT(tasks(), testing::UnorderedElementsAre("connection", "send_failed"));
}

TEST_F(outbox_limits_test, what_is_refused_for_one_customer_stops_nobody_else) {
  start();
  customer("C2");
  say("a");
  refuse(0, 131049);
  say("b", "C2");
  EXPECT_THAT(sent_texts(), ElementsAre("a", "b"));
  EXPECT_THAT(tasks(), ElementsAre("send_failed"));
}

TEST_F(outbox_limits_test, a_recipient_who_is_gone_is_noted_with_the_customer) {
  start();
  say("a");
  refuse(0, 551);
  EXPECT_EQ(contact_of_c1().unreachable_since, clock->now());
  EXPECT_THAT(tasks(), ElementsAre("send_failed"));
}

TEST_F(outbox_limits_test, so_is_one_of_whom_a_status_says_so) {
  use_channel(channel_kind::whatsapp);
  start();
  say("a");
  accept(0, "wamid.1");
  EXPECT_EQ(contact_of_c1().unreachable_since, instant{});
  auto failed = a_status(delivery_state::failed, "wamid.1");
  failed.error_code = 131026;
  deliver(failed);
  EXPECT_EQ(contact_of_c1().unreachable_since, clock->now());
}

TEST_F(outbox_limits_test, a_dead_part_kills_its_later_siblings) {
  start();
  const auto one = a_row("one", send_state::sending);
  const auto two = a_row("two", send_state::ready);
  clock->advance(1ms);
  const auto another = a_row("another reply", send_state::ready);
  announce({one, two, another});
  refuse(0, 100);
  EXPECT_EQ(state_of(one.id), send_state::dead);
  EXPECT_EQ(state_of(two.id), send_state::dead);
  EXPECT_THAT(tasks(), ElementsAre("send_failed"));
  EXPECT_THAT(sent_texts(), ElementsAre("one", "another reply"));
}

TEST_F(outbox_limits_test, backs_off_what_was_certainly_not_sent_and_gives_up_after_eight_attempts) {
  start();
  const auto id = say("hi");
  for (std::size_t attempt = 0; attempt < 8; ++attempt) {
    ASSERT_THAT(world->calls, SizeIs(attempt + 1));
    world->refuse(attempt);
    run();
    EXPECT_EQ(attempt < 7, is_open(id));
    pass(301s, 1s);
  }
  EXPECT_EQ(state_of(id), send_state::dead);
  EXPECT_THAT(world->calls, SizeIs(8));
  EXPECT_THAT(tasks(), ElementsAre("send_failed"));
}

TEST_F(outbox_limits_test, a_rate_limit_rests_the_whole_account) {
  start();
  customer("C2");
  const auto first = say("a");
  refuse(0, 613);
  EXPECT_EQ(row_state(first), send_state::backoff);
  const auto second = say("b", "C2");
  EXPECT_EQ(row_state(second), send_state::ready);
  pass(4s);
  EXPECT_THAT(world->calls, SizeIs(1));
  pass(2s);
  EXPECT_THAT(world->calls, SizeIs(3));
}

TEST_F(outbox_limits_test, a_limit_of_one_customer_rests_only_that_customer) {
  use_channel(channel_kind::whatsapp);
  start();
  customer("C2");
  say("a");
  refuse(0, 131056);
  say("b", "C2");
  EXPECT_THAT(sent_texts(), ElementsAre("a", "b"));
  pass(5s);
  EXPECT_THAT(sent_texts(), ElementsAre("a", "b", "a"));
}

TEST_F(outbox_limits_test, a_refused_token_pauses_the_account_until_another_comes) {
  start();
  customer("C2");
  const auto first = say("a");
  refuse(0, 190);
  EXPECT_THAT(tasks(), ElementsAre("connection"));
  EXPECT_EQ(row_state(first), send_state::backoff);
  say("b", "C2");
  pass(60s, 1s);
  EXPECT_THAT(world->calls, SizeIs(1));
  caf::anon_send(sender, snapshot("token-1"));
  run();
  EXPECT_THAT(world->calls, SizeIs(1));
  caf::anon_send(sender, snapshot("token-2"));
  run();
  ASSERT_THAT(world->calls, SizeIs(3));
  EXPECT_THAT(world->calls[2].request.headers,
              testing::Contains(std::pair<std::string, std::string>{"Authorization", "Bearer token-2"}));
  EXPECT_THAT(tasks(), ElementsAre("connection"));
}

TEST_F(outbox_limits_test, a_refused_token_is_probed_by_one_call_an_hour) {
  start();
  customer("C2");
  say("a");
  say("b", "C2");
  refuse(0, 190);
  refuse(1, 190);
  pass(std::chrono::minutes{61}, 1s);
  EXPECT_THAT(world->calls, SizeIs(3));
  accept(2, "m_1");
  EXPECT_THAT(world->calls, SizeIs(4));
  EXPECT_THAT(tasks(), ElementsAre("connection"));
}

TEST_F(outbox_limits_test, does_not_write_after_the_window_has_closed) {
  store->rows.conversations.at(chats.at("C1")).last_customer_at = clock->now() - 25h;
  start();
  const auto id = say("too late");
  EXPECT_THAT(world->calls, IsEmpty());
  EXPECT_EQ(state_of(id), send_state::dead);
  EXPECT_THAT(tasks(), ElementsAre("send_failed"));
  auto person = a_row("a person may", send_state::sending);
  person.origin = message_origin::person;
  announce({person});
  ASSERT_THAT(world->calls, SizeIs(1));
  EXPECT_EQ(nlohmann::json::parse(world->calls[0].request.body)["tag"], "HUMAN_AGENT");
}

TEST(send_pauses, a_rest_is_never_shortened_and_ends_by_itself) {
  send_pauses pauses;
  const instant now = instant_from_ms(1'000'000);
  EXPECT_EQ(pauses.ready_at("t", now), now);
  pauses.rest_app(now + 10s);
  pauses.rest_app(now + 5s);
  EXPECT_EQ(pauses.ready_at("t", now), now + 10s);
  pauses.rest_token("t", now + 20s, now);
  EXPECT_EQ(pauses.ready_at("t", now), now + 20s);
  EXPECT_EQ(pauses.ready_at("u", now), now + 10s);
  EXPECT_EQ(pauses.ready_at("t", now + 21s), now + 21s);
}

}  // namespace
}  // namespace sellavie::test
