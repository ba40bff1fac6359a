#include "tests/actors/support/outbox_stage.hpp"

namespace sellavie::test {
namespace {

class outbox_evidence_test : public outbox_stage {};

// --- lost answers ----------------------------------------------------------------------------------

TEST_F(outbox_evidence_test, settles_a_lost_answer_by_an_echo_in_equal_words) {
  start();
  const auto id = say("  Your total is 5 ");
  lose(0);
  EXPECT_EQ(row_state(id), send_state::unknown);
  const auto inbox = deliver(an_echo("Your total is 5", "m_1"));
  EXPECT_EQ(state_of(id), send_state::delivered);
  EXPECT_THAT(told->finished, ElementsAre(inbox));
  EXPECT_THAT(told->spoke, IsEmpty());
  EXPECT_THAT(store->rows.inbox, IsEmpty());
}

TEST_F(outbox_evidence_test, settles_a_lost_answer_by_a_status) {
  use_channel(channel_kind::whatsapp);
  start();
  const auto id = say("hi");
  lose(0);
  deliver(a_status(delivery_state::delivered, "wamid.1", to_string(id)));
  EXPECT_EQ(state_of(id), send_state::delivered);
  EXPECT_EQ(external_id_of(id), "wamid.1");
}

TEST_F(outbox_evidence_test, sends_again_once_and_then_leaves_it_to_a_person) {
  start();
  const auto id = say("are you there?");
  const auto next = a_row("next", send_state::ready);
  lose(0);
  announce({next});
  pass(31s);
  ASSERT_THAT(sent_texts(), ElementsAre("are you there?", "are you there?"));
  lose(1);
  pass(31s);
  EXPECT_EQ(state_of(id), send_state::unconfirmed);
  EXPECT_FALSE(is_open(id));
  EXPECT_THAT(tasks(), ElementsAre("unconfirmed"));
  EXPECT_THAT(sent_texts(), ElementsAre("are you there?", "are you there?", "next"));
}

TEST_F(outbox_evidence_test, an_echo_before_the_answer_settles_the_row_and_the_answer_changes_nothing) {
  start();
  const auto id = say("hi");
  auto echo = an_echo("hi", "m_1");
  echo.metadata = to_string(id);
  deliver(echo);
  EXPECT_EQ(state_of(id), send_state::delivered);
  lose(0);
  pass(60s, 1s);
  EXPECT_THAT(world->calls, SizeIs(1));
  say("next");
  EXPECT_THAT(sent_texts(), ElementsAre("hi", "next"));
}

TEST_F(outbox_evidence_test, equal_words_before_the_answer_are_kept_until_it_is_lost) {
  start();
  const auto id = say("hi");
  const auto inbox = deliver(an_echo("hi", "m_1"));
  EXPECT_THAT(told->finished, IsEmpty());
  lose(0);
  EXPECT_EQ(state_of(id), send_state::delivered);
  EXPECT_EQ(external_id_of(id), "m_1");
  EXPECT_THAT(told->finished, ElementsAre(inbox));
}

TEST_F(outbox_evidence_test, equal_words_are_a_persons_when_the_call_certainly_failed) {
  start();
  say("hi");
  deliver(an_echo("hi", "m_1"));
  refuse(0, 551);
  EXPECT_THAT(told->spoke, SizeIs(1));
}

TEST_F(outbox_evidence_test, an_echo_after_the_answer_is_ours) {
  start();
  say("hi");
  accept(0, "m_1");
  const auto inbox = deliver(an_echo("anything", "m_1"));
  EXPECT_THAT(told->finished, ElementsAre(inbox));
  auto other = an_echo("from our other process", "m_2");
  other.app_id = "42";
  deliver(other);
  EXPECT_THAT(told->finished, SizeIs(2));
  EXPECT_THAT(told->spoke, IsEmpty());
}

TEST_F(outbox_evidence_test, an_echo_that_is_not_ours_is_a_person) {
  start();
  say("hi");
  accept(0, "m_1");
  const auto inbox = deliver(an_echo("hi", "m_2"));
  ASSERT_THAT(told->spoke, SizeIs(1));
  EXPECT_EQ(told->spoke[0].id, inbox);
  EXPECT_THAT(told->finished, IsEmpty());
  EXPECT_TRUE(store->rows.inbox.contains(inbox));
}

// --- statuses and marks ----------------------------------------------------------------------------

TEST_F(outbox_evidence_test, a_failed_status_kills_a_message_that_was_settled) {
  use_channel(channel_kind::whatsapp);
  start();
  const auto id = say("hi");
  accept(0, "wamid.1");
  auto failed = a_status(delivery_state::failed, "wamid.1");
  failed.error_code = 131047;
  const auto inbox = deliver(failed);
  EXPECT_EQ(state_of(id), send_state::dead);
  EXPECT_EQ(external_id_of(id), "wamid.1");
  EXPECT_THAT(tasks(), ElementsAre("send_failed"));
  EXPECT_THAT(told->finished, ElementsAre(inbox));
  deliver(failed);
  EXPECT_THAT(tasks(), SizeIs(1));
}

TEST_F(outbox_evidence_test, a_failed_status_of_an_open_row_is_treated_like_a_refusal) {
  use_channel(channel_kind::whatsapp);
  start();
  const auto id = say("hi");
  lose(0);
  auto failed = a_status(delivery_state::failed, "wamid.1", to_string(id));
  failed.error_code = 131026;
  deliver(failed);
  EXPECT_EQ(state_of(id), send_state::dead);
  EXPECT_THAT(told->finished, SizeIs(1));
}

TEST_F(outbox_evidence_test, completes_many_marks_in_few_commits_and_moves_the_read_mark) {
  start();
  for (int i = 0; i < 50; ++i) {
    channel::channel_event read;
    read.kind = event_kind::read;
    read.customer_id = "C1";
    read.watermark = clock->now() + milliseconds{i};
    const inbox_id id = ++last_inbox;
    store->rows.inbox[id] = {.id = id, .business = business, .connection = connection};
    caf::anon_send(sender, delivery{id, business, connection, clock->now(), 0,
                                    std::make_shared<channel::channel_event>(read)});
  }
  run();
  EXPECT_THAT(told->finished, SizeIs(50));
  EXPECT_LE(inbox_commits, 3U);
  ASSERT_FALSE(read_marks.empty());
  EXPECT_EQ(read_marks.back().read_up_to, clock->now() + 49ms);
}

TEST_F(outbox_evidence_test, a_read_mark_names_the_chat_of_what_was_delivered) {
  start();
  say("hi");
  accept(0, "m_1");
  for (const auto* customer : {"C1", "somebody else"}) {
    channel::channel_event read;
    read.kind = event_kind::read;
    read.customer_id = customer;
    read.watermark = clock->now();
    deliver(read);
  }
  ASSERT_THAT(read_marks, SizeIs(2));
  EXPECT_EQ(read_marks[0].conversation, chats.at("C1"));
  EXPECT_EQ(read_marks[1].conversation, std::nullopt);
}

TEST_F(outbox_evidence_test, reads_a_status_of_whole_seconds_up_to_the_end_of_its_second) {
  use_channel(channel_kind::whatsapp);
  start();
  say("hi");
  accept(0, "wamid.1");
  auto read = a_status(delivery_state::read, "wamid.1");
  read.customer_id = "C1";
  read.provider_time = clock->now();
  deliver(read);
  ASSERT_THAT(read_marks, SizeIs(1));
  EXPECT_EQ(read_marks[0].read_up_to, clock->now() + 999ms);
}

// --- everything else --------------------------------------------------------------------------------

TEST_F(outbox_evidence_test, records_what_wakes_nobody) {
  start();
  std::vector<testing::Matcher<std::pair<const inbox_id, std::string>>> expected;
  for (const auto one :
       {event_kind::reaction, event_kind::referral, event_kind::optin, event_kind::comment,
        event_kind::thread_control, event_kind::system, event_kind::account, event_kind::history,
        event_kind::unknown, event_kind::message, event_kind::edit, event_kind::unsend}) {
    channel::channel_event event;
    event.kind = one;
    event.no_reply = true;
    expected.push_back(testing::Pair(deliver(event), std::string{channel::to_string(one)}));
  }
  EXPECT_THAT(store->rows.recorded, testing::ElementsAreArray(expected));
  EXPECT_THAT(told->finished, SizeIs(12));
  EXPECT_THAT(store->rows.inbox, IsEmpty());
}

TEST_F(outbox_evidence_test, records_echoes_of_nobody_and_statuses_that_it_does_not_know) {
  start();
  auto to_itself = an_echo("note to self", "m_1");
  to_itself.no_reply = true;
  deliver(to_itself);
  deliver(a_status(delivery_state::none, "m_2"));
  EXPECT_THAT(store->rows.recorded,
              ElementsAre(testing::Pair(testing::_, "echo"), testing::Pair(testing::_, "status")));
  EXPECT_THAT(told->spoke, IsEmpty());
}

TEST_F(outbox_evidence_test, keeps_no_delivery_and_read_marks) {
  start();
  for (const auto one : {event_kind::delivery, event_kind::read}) {
    channel::channel_event event;
    event.kind = one;
    deliver(event);
  }
  EXPECT_THAT(store->rows.recorded, IsEmpty());
  EXPECT_THAT(told->finished, SizeIs(2));
}

TEST_F(outbox_evidence_test, records_once_when_a_commit_is_not_known) {
  start();
  for (const bool happened : {true, false}) {
    bool hit = false;
    store->before_commit = [&](memory_store::batch) -> std::optional<memory_store::fate> {
      if (std::exchange(hit, true)) return std::nullopt;
      return memory_store::fate{commit_outcome::in_doubt, happened};
    };
    channel::channel_event event;
    event.kind = event_kind::reaction;
    const auto id = deliver(event);
    EXPECT_TRUE(store->rows.recorded.contains(id));
    EXPECT_EQ(std::count(told->finished.begin(), told->finished.end(), id), 1);
  }
  EXPECT_FALSE(ended);
}

}  // namespace
}  // namespace sellavie::test
