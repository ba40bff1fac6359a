// What the sender asks the store about: messages of an earlier run, or forgotten ones.
#include "tests/actors/support/outbox_stage.hpp"

namespace sellavie::test {
namespace {

using held_questions = std::deque<std::pair<storage::sent_question, caf::typed_response_promise<found_sent>>>;
/// Answers the oldest question.
using tell_atom = caf::atom_constant<caf::atom("tell")>;
using slow_reader_actor =
    reader_actor::extend<caf::reacts_to<tell_atom, found_sent>, caf::reacts_to<tell_atom, caf::error>>;

caf::typed_response_promise<found_sent> take_oldest(held_questions& held) {
  auto promise = std::move(held.front().second);
  held.pop_front();
  return promise;
}

/// A reader that answers questions about messages when the test says so.
slow_reader_actor::behavior_type slow_reader(slow_reader_actor::pointer self, reader_actor real,
                                             std::shared_ptr<held_questions> held) {
  return {
      [=](const storage::new_conversation& wanted) { return self->delegate(real, wanted); },
      [=](const load_tenant& wanted) { return self->delegate(real, wanted); },
      [=](const load_quota& wanted) { return self->delegate(real, wanted); },
      [=](const load_desk& wanted) { return self->delegate(real, wanted); },
      [=](const load_products& wanted) { return self->delegate(real, wanted); },
      [=](const load_outbox& wanted) { return self->delegate(real, wanted); },
      [=](const look_inbox& wanted) { return self->delegate(real, wanted); },
      [=](const fetch_inbox& wanted) { return self->delegate(real, wanted); },
      [=](const load_order& wanted) { return self->delegate(real, wanted); },
      [=](const find_action_result& wanted) { return self->delegate(real, wanted); },
      [=](const load_invoicing& wanted) { return self->delegate(real, wanted); },
      [=](const storage::composed_question& wanted) { return self->delegate(real, wanted); },
      [=](const load_payment& wanted) { return self->delegate(real, wanted); },
      [=](const storage::money_question& wanted) { return self->delegate(real, wanted); },
      [=](const load_recipient& wanted) { return self->delegate(real, wanted); },
      [=](const load_mailbox& wanted) { return self->delegate(real, wanted); },
      [=](const load_reminder& wanted) { return self->delegate(real, wanted); },
      [=](const storage::job_claim& wanted) { return self->delegate(real, wanted); },
      [=](const load_job_state& wanted) { return self->delegate(real, wanted); },
      [=](const storage::sent_question& asked) -> caf::result<found_sent> {
        held->emplace_back(asked, self->make_response_promise<found_sent>());
        return held->back().second;
      },
      [=](tell_atom, const found_sent& found) { take_oldest(*held).deliver(found); },
      [=](tell_atom, const caf::error& why) { take_oldest(*held).deliver(why); },
  };
}

class outbox_questions_test : public outbox_stage {
 protected:
  void hold_questions() {
    asked_reader = keep(system().spawn(slow_reader, node->readers.front(), held));
    node->readers = {asked_reader};
  }
  void TearDown() override {
    held->clear();
    asked_reader = nullptr;
    outbox_stage::TearDown();
  }
  /// The oldest open question: as the store knows it.
  void tell() {
    caf::anon_send(asked_reader, tell_atom::value, found_sent{store->find_sent(held->front().first).value()});
    run();
  }
  void fail_to_tell(errc why) {
    caf::anon_send(asked_reader, tell_atom::value, make_error(why));
    run();
  }
  [[nodiscard]] std::vector<std::string> asked() const {
    std::vector<std::string> names;
    for (const auto& [question, promise] : *held) names.push_back(question.external_id);
    return names;
  }
  [[nodiscard]] std::vector<std::string> spoken() const {
    std::vector<std::string> names;
    for (const auto& one : told->spoke) names.push_back(one.event->external_id);
    return names;
  }

  slow_reader_actor asked_reader;
  std::shared_ptr<held_questions> held = std::make_shared<held_questions>();
};

// --- echoes ----------------------------------------------------------------------------------------

TEST_F(outbox_questions_test, takes_the_echo_of_a_message_of_an_earlier_run_for_ours) {
  settled(a_row("hello", send_state::sending), send_state::delivered, "m_1");
  start();
  const auto inbox = deliver(an_echo("hello", "m_1"));
  EXPECT_THAT(told->spoke, IsEmpty());
  EXPECT_THAT(told->finished, ElementsAre(inbox));
  EXPECT_THAT(store->rows.inbox, IsEmpty());
  deliver(an_echo("hello", "m_1"));
  EXPECT_THAT(told->finished, SizeIs(2));
  EXPECT_EQ(store->lookups, 1U);
}

TEST_F(outbox_questions_test, an_echo_that_the_store_does_not_know_is_a_persons_also_in_words_that_we_used) {
  settled(a_row("hello", send_state::sending), send_state::delivered, "m_1");
  start();
  const auto inbox = deliver(an_echo("hello", "m_2"));
  ASSERT_THAT(told->spoke, SizeIs(1));
  EXPECT_EQ(told->spoke[0].id, inbox);
  EXPECT_THAT(told->finished, IsEmpty());
  EXPECT_TRUE(store->rows.inbox.contains(inbox));
  EXPECT_EQ(store->lookups, 1U);
}

TEST_F(outbox_questions_test, a_message_to_another_customer_proves_nothing) {
  customer("C2");
  settled(a_row("hello", send_state::sending, "C2"), send_state::delivered, "m_1");
  start();
  deliver(an_echo("hello", "m_1"));
  EXPECT_THAT(told->spoke, SizeIs(1));
}

TEST_F(outbox_questions_test, does_not_ask_about_what_it_knows) {
  start();
  const auto id = say("hi");
  auto early = an_echo("hi", "m_1");
  early.metadata = to_string(id);
  deliver(early);
  deliver(an_echo("hi", "m_1"));
  auto other = an_echo("from our other process", "m_2");
  other.app_id = "42";
  deliver(other);
  EXPECT_THAT(told->finished, SizeIs(3));
  EXPECT_EQ(store->lookups, 0U);
}

TEST_F(outbox_questions_test, an_echo_between_the_answer_and_its_commit_is_ours) {
  start();
  say("hi");
  store->away = true;
  accept(0, "m_1");
  const auto inbox = deliver(an_echo("not the words that we sent", "m_1"));
  store->away = false;
  pass(1s);
  EXPECT_THAT(told->spoke, IsEmpty());
  EXPECT_THAT(told->finished, ElementsAre(inbox));
}

// --- rows that may have arrived --------------------------------------------------------------------

TEST_F(outbox_questions_test, a_row_whose_answer_was_lost_with_the_process_is_settled_by_equal_words) {
  const auto lost = stored(a_row("lost", send_state::unknown));
  start();
  const auto inbox = deliver(an_echo("lost", "m_1"));
  EXPECT_EQ(state_of(lost), send_state::delivered);
  EXPECT_EQ(external_id_of(lost), "m_1");
  EXPECT_THAT(told->finished, ElementsAre(inbox));
  EXPECT_THAT(told->spoke, IsEmpty());
  pass(60s, 1s);
  EXPECT_THAT(world->calls, IsEmpty());
}

TEST_F(outbox_questions_test, a_row_that_died_between_answer_and_commit_is_settled_by_equal_words) {
  start();
  const auto id = say("hi");
  store->away = true;
  accept(0, "m_1");
  caf::anon_send_exit(sender, caf::exit_reason::kill);
  run();
  store->away = false;
  ASSERT_EQ(row_state(id), send_state::sending);
  start();
  deliver(an_echo("hi", "m_1"));
  EXPECT_EQ(state_of(id), send_state::delivered);
  EXPECT_EQ(external_id_of(id), "m_1");
  EXPECT_THAT(told->spoke, IsEmpty());
  pass(60s, 1s);
  EXPECT_THAT(world->calls, SizeIs(1));
}

TEST_F(outbox_questions_test, an_echo_before_the_outbox_is_loaded_waits_for_it) {
  const auto id = stored(a_row("maybe", send_state::sending));
  sender = keep(system().spawn(outbox_sender, services_ptr{node}, snapshot("token-1"), connection, parent));
  const auto inbox = deliver(an_echo("maybe", "m_9"));
  EXPECT_EQ(state_of(id), send_state::delivered);
  EXPECT_THAT(told->finished, ElementsAre(inbox));
  EXPECT_THAT(told->spoke, IsEmpty());
}

TEST_F(outbox_questions_test, the_late_echo_of_an_older_message_does_not_settle_a_row_in_equal_words) {
  settled(a_row("hello", send_state::sending), send_state::delivered, "m_1");
  const auto id = stored(a_row("hello", send_state::unknown));
  start();
  auto late = an_echo("hello", "m_1");
  deliver(late);
  late.app_id = "42";
  deliver(late);
  EXPECT_TRUE(is_open(id));
  EXPECT_THAT(told->finished, SizeIs(2));
  deliver(an_echo("hello", "m_2"));
  EXPECT_EQ(state_of(id), send_state::delivered);
  EXPECT_EQ(external_id_of(id), "m_2");
  EXPECT_THAT(told->spoke, IsEmpty());
}

TEST_F(outbox_questions_test, metadata_of_another_message_does_not_settle_a_row_in_equal_words) {
  const auto older = settled(a_row("hello", send_state::sending), send_state::delivered, "m_1");
  const auto id = stored(a_row("hello", send_state::unknown));
  start();
  auto late = an_echo("hello", "m_1");
  late.metadata = to_string(older);
  deliver(late);
  auto of_nobody = an_echo("hello", "m_7");
  of_nobody.metadata = to_string(ids->next_as<message_id>());
  deliver(of_nobody);
  EXPECT_TRUE(is_open(id));
  EXPECT_THAT(told->finished, SizeIs(2));
  EXPECT_THAT(told->spoke, IsEmpty());
}

TEST_F(outbox_questions_test, nothing_is_sent_again_while_an_echo_to_the_customer_is_in_question) {
  hold_questions();
  const auto id = stored(a_row("maybe", send_state::sending));
  start();
  deliver(an_echo("maybe", "m_1"));
  pass(60s, 1s);
  EXPECT_THAT(world->calls, IsEmpty());
  tell();
  EXPECT_EQ(state_of(id), send_state::delivered);
  pass(60s, 1s);
  EXPECT_THAT(world->calls, IsEmpty());
  EXPECT_EQ(node->metrics->resent_without_evidence().value(), 0);
}

TEST_F(outbox_questions_test, an_echo_while_the_second_call_is_prepared_stops_it) {
  hold_questions();
  const auto id = stored(a_row("maybe", send_state::sending));
  store->rows.inbox[77] = {.id = 77, .business = business, .connection = connection};
  start();
  store->after_commit = [&](memory_store::batch sets) {
    for (const auto* set : sets)
      for (const auto& change : set->outbox_changes)
        if (change.to == send_state::sending)
          caf::anon_send(sender,
                         delivery{77, business, connection, clock->now(), 0,
                                  std::make_shared<channel::channel_event>(echo_now("maybe", "m_1"))});
  };
  pass(31s, 1s);
  store->after_commit = nullptr;
  EXPECT_THAT(world->calls, IsEmpty());
  ASSERT_THAT(asked(), ElementsAre("m_1"));
  tell();
  EXPECT_EQ(state_of(id), send_state::delivered);
  EXPECT_THAT(world->calls, IsEmpty());
}

TEST_F(outbox_questions_test, what_was_no_evidence_delays_the_second_call_and_does_not_lose_it) {
  hold_questions();
  stored(a_row("maybe", send_state::sending));
  start();
  deliver(an_echo("something else", "m_1"));
  pass(31s, 1s);
  EXPECT_THAT(world->calls, IsEmpty());
  tell();
  EXPECT_THAT(sent_texts(), ElementsAre("maybe"));
  EXPECT_THAT(spoken(), ElementsAre("m_1"));
}

// --- order and bounds ------------------------------------------------------------------------------

TEST_F(outbox_questions_test, what_is_heard_about_a_customer_waits_behind_a_question) {
  hold_questions();
  customer("C2");
  start();
  deliver(an_echo("one", "m_1"));
  deliver(an_echo("two", "m_2"));
  auto to_other = an_echo("elsewhere", "m_3");
  to_other.customer_id = "C2";
  deliver(to_other);
  EXPECT_THAT(asked(), ElementsAre("m_1", "m_3"));
  EXPECT_THAT(told->spoke, IsEmpty());
  tell();
  EXPECT_THAT(spoken(), ElementsAre("m_1"));
  EXPECT_THAT(asked(), ElementsAre("m_3", "m_2"));
  tell();
  tell();
  EXPECT_THAT(spoken(), ElementsAre("m_1", "m_3", "m_2"));
  EXPECT_FALSE(has_timers());
}

TEST_F(outbox_questions_test, asks_four_at_a_time_and_the_rest_in_order) {
  hold_questions();
  for (int i = 0; i < 7; ++i) customer("P" + std::to_string(i));
  start();
  for (int i = 0; i < 7; ++i) {
    auto echo = an_echo("hi", "m_" + std::to_string(i));
    echo.customer_id = "P" + std::to_string(i);
    deliver(echo);
  }
  EXPECT_THAT(asked(), ElementsAre("m_0", "m_1", "m_2", "m_3"));
  tell();
  EXPECT_THAT(asked(), ElementsAre("m_1", "m_2", "m_3", "m_4"));
  for (int i = 1; i < 7; ++i) tell();
  EXPECT_THAT(spoken(), ElementsAre("m_0", "m_1", "m_2", "m_3", "m_4", "m_5", "m_6"));
}

TEST_F(outbox_questions_test, an_answer_that_comes_while_the_store_is_asked_makes_the_echo_ours) {
  hold_questions();
  start();
  say("hi");
  const auto inbox = deliver(an_echo("other words", "m_1"));
  accept(0, "m_1");
  tell();
  EXPECT_THAT(told->spoke, IsEmpty());
  EXPECT_THAT(told->finished, ElementsAre(inbox));
}

TEST_F(outbox_questions_test, a_delivery_that_is_offered_twice_is_asked_about_once) {
  hold_questions();
  start();
  const auto inbox = deliver(an_echo("one", "m_1"));
  caf::anon_send(sender, delivery{inbox, business, connection, clock->now(), 0,
                                  std::make_shared<channel::channel_event>(echo_now("one", "m_1"))});
  run();
  tell();
  EXPECT_THAT(held->size(), 0U);
  EXPECT_THAT(spoken(), ElementsAre("m_1"));
}

// --- a store that does not answer ------------------------------------------------------------------

TEST_F(outbox_questions_test, a_store_that_cannot_answer_is_asked_again_and_nobody_is_taken_for_a_person) {
  settled(a_row("hello", send_state::sending), send_state::delivered, "m_1");
  start();
  say("under way");
  store->away = true;
  deliver(an_echo("hello", "m_1"));
  deliver(an_echo("a person", "m_2"));
  pass(3s);
  EXPECT_THAT(told->spoke, IsEmpty());
  EXPECT_FALSE(ended) << "the call under way would have to be taken for lost";
  store->away = false;
  pass(1s);
  EXPECT_THAT(spoken(), ElementsAre("m_2"));
  EXPECT_THAT(told->finished, SizeIs(1));
}

TEST_F(outbox_questions_test, a_question_that_fails_for_another_reason_ends_the_sender_with_the_echo_open) {
  hold_questions();
  start();
  const auto inbox = deliver(an_echo("one", "m_1"));
  fail_to_tell(errc::internal);
  EXPECT_EQ(ended, errc::internal);
  EXPECT_THAT(told->spoke, IsEmpty());
  EXPECT_THAT(told->finished, IsEmpty());
  EXPECT_TRUE(store->rows.inbox.contains(inbox));
}

// --- evidence of an earlier run --------------------------------------------------------------------

TEST_F(outbox_questions_test, a_status_settles_a_message_of_an_earlier_run_that_nobody_was_sure_of) {
  use_channel(channel_kind::whatsapp);
  const auto doubtful = settled(a_row("hi", send_state::sending), send_state::unconfirmed, {});
  const auto overtaken = settled(a_row("hello", send_state::sending), send_state::overtaken, {});
  start();
  deliver(a_status(delivery_state::delivered, "wamid.1", to_string(doubtful)));
  deliver(a_status(delivery_state::read, "wamid.2", to_string(overtaken)));
  EXPECT_EQ(state_of(doubtful), send_state::delivered);
  EXPECT_EQ(external_id_of(doubtful), "wamid.1");
  EXPECT_EQ(state_of(overtaken), send_state::delivered);
  EXPECT_THAT(told->finished, SizeIs(2));
  EXPECT_THAT(store->rows.inbox, IsEmpty());
}

TEST_F(outbox_questions_test, an_echo_settles_a_message_of_an_earlier_run_that_nobody_was_sure_of) {
  const auto doubtful = settled(a_row("hi", send_state::sending), send_state::unconfirmed, {});
  start();
  auto echo = an_echo("hi", "m_1");
  echo.metadata = to_string(doubtful);
  deliver(echo);
  EXPECT_EQ(state_of(doubtful), send_state::delivered);
  EXPECT_EQ(external_id_of(doubtful), "m_1");
}

TEST_F(outbox_questions_test, a_failed_status_kills_a_message_of_an_earlier_run_for_good) {
  use_channel(channel_kind::whatsapp);
  const auto by_us = settled(a_row("hi", send_state::sending), send_state::delivered, "wamid.1");
  const auto by_them = settled(a_row("hi", send_state::sending), send_state::delivered, "wamid.2");
  start();
  auto failed = a_status(delivery_state::failed, "wamid.1", to_string(by_us));
  failed.error_code = 131026;
  deliver(failed);
  failed = a_status(delivery_state::failed, "wamid.2");
  deliver(failed);
  EXPECT_EQ(state_of(by_us), send_state::dead);
  EXPECT_EQ(state_of(by_them), send_state::dead);
  EXPECT_THAT(tasks(), ElementsAre("send_failed", "send_failed"));
  deliver(failed);
  deliver(a_status(delivery_state::delivered, "wamid.1", to_string(by_us)));
  EXPECT_EQ(state_of(by_us), send_state::dead);
  EXPECT_THAT(tasks(), SizeIs(2));
}

TEST_F(outbox_questions_test, a_message_that_is_dead_in_the_store_stays_dead_and_is_told_once) {
  use_channel(channel_kind::whatsapp);
  const auto id = settled(a_row("hi", send_state::sending), send_state::dead, "wamid.1");
  start();
  deliver(a_status(delivery_state::failed, "wamid.1", to_string(id)));
  deliver(a_status(delivery_state::read, "wamid.1", to_string(id)));
  EXPECT_EQ(state_of(id), send_state::dead);
  EXPECT_THAT(tasks(), IsEmpty());
  EXPECT_THAT(told->finished, SizeIs(2));
}

TEST_F(outbox_questions_test, good_news_without_our_id_is_not_worth_a_question) {
  use_channel(channel_kind::whatsapp);
  start();
  deliver(a_status(delivery_state::sent, "wamid.1"));
  deliver(a_status(delivery_state::delivered, "wamid.1"));
  deliver(a_status(delivery_state::read, "wamid.1"));
  EXPECT_THAT(told->finished, SizeIs(3));
  EXPECT_EQ(store->lookups, 0U);
}

}  // namespace
}  // namespace sellavie::test
