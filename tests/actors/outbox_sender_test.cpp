#include "actors/outbox_sender.hpp"

#include "tests/actors/support/outbox_stage.hpp"

namespace sellavie::test {
namespace {

class outbox_sender_test : public outbox_stage {};

// --- the way out -----------------------------------------------------------------------------------

TEST_F(outbox_sender_test, sends_an_announced_row_at_once_and_settles_it_in_one_commit) {
  start();
  const auto commits = store->commits;
  const auto id = say("hello");
  ASSERT_THAT(sent_texts(), ElementsAre("hello"));
  EXPECT_EQ(store->commits, commits);
  const auto& request = world->calls[0].request;
  EXPECT_EQ(request.url, "https://graph.facebook.com/v25.0/page_1/messages");
  EXPECT_THAT(request.headers,
              testing::Contains(std::pair<std::string, std::string>{"Authorization", "Bearer token-1"}));
  EXPECT_EQ(nlohmann::json::parse(request.body)["message"]["metadata"], to_string(id));
  accept(0, "m_1");
  EXPECT_EQ(store->commits, commits + 1);
  EXPECT_FALSE(is_open(id));
  EXPECT_EQ(state_of(id), send_state::delivered);
  EXPECT_EQ(external_id_of(id), "m_1");
  EXPECT_EQ(node->metrics->outbox_rows(monitoring::outbox_state::sending).value(), 0);
}

TEST_F(outbox_sender_test, sends_the_parts_of_a_reply_in_order_one_at_a_time) {
  start();
  const auto one = a_row("one", send_state::sending);
  const auto two = a_row("two", send_state::ready);
  const auto three = a_row("three", send_state::ready);
  announce({one, two, three});
  EXPECT_THAT(sent_texts(), ElementsAre("one"));
  accept(0, "m_1");
  EXPECT_THAT(sent_texts(), ElementsAre("one", "two"));
  EXPECT_EQ(row_state(two.id), send_state::sending);
  accept(1, "m_2");
  accept(2, "m_3");
  EXPECT_THAT(sent_texts(), ElementsAre("one", "two", "three"));
  EXPECT_THAT(store->rows.outbox, IsEmpty());
}

TEST_F(outbox_sender_test, serves_different_customers_at_the_same_time) {
  start();
  customer("C2");
  say("a", "C1");
  say("b", "C2");
  EXPECT_THAT(sent_texts(), ElementsAre("a", "b"));
}

TEST_F(outbox_sender_test, puts_a_row_back_to_ready_while_an_earlier_one_is_under_way) {
  start();
  say("first");
  const auto second = say("second");
  EXPECT_EQ(row_state(second), send_state::ready);
  accept(0, "m_1");
  EXPECT_THAT(sent_texts(), ElementsAre("first", "second"));
  EXPECT_EQ(row_state(second), send_state::sending);
}

TEST_F(outbox_sender_test, ignores_a_row_that_it_knows) {
  start();
  const auto row = a_row("once", send_state::sending);
  announce({row});
  announce_only({row});
  accept(0, "m_1");
  announce_only({row});
  EXPECT_THAT(sent_texts(), ElementsAre("once"));
}

TEST_F(outbox_sender_test, has_at_most_512_calls_of_an_account_under_way) {
  settings->channels.messenger_per_second = 1'000'000;
  start();
  constexpr std::size_t customers = 600;
  for (std::size_t i = 0; i < customers; ++i) {
    customer("P" + std::to_string(i));
    say("hi", "P" + std::to_string(i));
  }
  EXPECT_THAT(world->calls, SizeIs(512));
  accept(0, "m_0");
  EXPECT_THAT(world->calls, SizeIs(513)) << "the next one, and no more";
  for (std::size_t i = 1; i < world->calls.size(); ++i) accept(i, "m_" + std::to_string(i));
  EXPECT_THAT(world->calls, SizeIs(customers));
  EXPECT_THAT(store->rows.outbox, IsEmpty());
}

TEST_F(outbox_sender_test, types_only_when_nothing_stands_in_the_way) {
  settings->channels.messenger_per_second = 10;
  start();
  caf::anon_send(sender, show_typing{connection, "C1", ""});
  run();
  ASSERT_THAT(world->calls, SizeIs(1)) << "the pace has no room for the seen mark";
  EXPECT_NE(world->calls[0].request.body.find("typing_on"), std::string::npos);
  caf::anon_send(sender, show_typing{connection, "C1", ""});
  run();
  EXPECT_THAT(world->calls, SizeIs(1));
}

// --- start -----------------------------------------------------------------------------------------

TEST_F(outbox_sender_test, takes_up_ready_rows_of_an_earlier_run) {
  const auto id = stored(a_row("left over", send_state::ready));
  start();
  EXPECT_THAT(sent_texts(), ElementsAre("left over"));
  EXPECT_EQ(row_state(id), send_state::sending);
}

TEST_F(outbox_sender_test, treats_a_row_found_as_sending_as_unknown) {
  const auto id = stored(a_row("maybe", send_state::sending));
  start();
  pass(29s);
  EXPECT_THAT(world->calls, IsEmpty());
  pass(2s);
  ASSERT_THAT(sent_texts(), ElementsAre("maybe"));
  EXPECT_TRUE(store->rows.outbox.at(id).resent);
  EXPECT_EQ(node->metrics->resent_without_evidence().value(), 1);
}

TEST_F(outbox_sender_test, names_in_the_log_what_it_sends_again_before_the_bytes_leave) {
  std::vector<std::string> lines;
  node->log = std::make_shared<monitoring::logger>(
      monitoring::log_options{.queue = 0,
                              .now = [clock = clock] { return clock->now(); },
                              .write =
                                  [&](std::string_view line) {
                                    if (line.find("sent_again") != std::string_view::npos)
                                      lines.emplace_back(line);
                                  }});
  const auto id = stored(a_row("maybe", send_state::sending));
  start();
  say("sent once");
  EXPECT_THAT(lines, IsEmpty());
  pass(31s);
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_THAT(lines.front(), testing::HasSubstr(to_string(id)));
  EXPECT_THAT(lines.front(), testing::Not(testing::HasSubstr("maybe")));
}

TEST_F(outbox_sender_test, sends_a_row_found_as_sending_at_once_when_its_commit_is_announced_afterwards) {
  const auto row = a_row("new", send_state::sending);
  stored(row);
  start();
  announce_only({row});
  EXPECT_THAT(sent_texts(), ElementsAre("new"));
}

TEST_F(outbox_sender_test, settles_a_row_found_as_sending_by_its_echo) {
  const auto id = stored(a_row("maybe", send_state::sending));
  start();
  auto echo = an_echo("maybe", "m_9");
  echo.metadata = to_string(id);
  const auto inbox = deliver(echo);
  EXPECT_EQ(state_of(id), send_state::delivered);
  EXPECT_EQ(external_id_of(id), "m_9");
  EXPECT_THAT(told->finished, ElementsAre(inbox));
  pass(60s);
  EXPECT_THAT(world->calls, IsEmpty());
}

TEST_F(outbox_sender_test, shows_seen_and_typing_as_each_channel_wants_them) {
  for (const auto channel : {channel_kind::messenger, channel_kind::instagram}) {
    world->calls.clear();
    use_channel(channel);
    start();
    caf::anon_send(sender, show_typing{connection, "C1", "m_1"});
    run();
    std::vector<std::string> actions;
    for (const auto& call : world->calls)
      actions.push_back(nlohmann::json::parse(call.request.body)["sender_action"]);
    EXPECT_THAT(actions, ElementsAre("typing_on", "mark_seen"));
  }
  world->calls.clear();
  use_channel(channel_kind::whatsapp);
  start();
  caf::anon_send(sender, show_typing{connection, "C1", "wamid.1"});
  run();
  ASSERT_THAT(world->calls, SizeIs(1));
  const auto body = nlohmann::json::parse(world->calls[0].request.body);
  EXPECT_EQ(body["status"], "read");
  EXPECT_EQ(body["message_id"], "wamid.1");
  EXPECT_EQ(body["typing_indicator"]["type"], "text");
}

// --- the epoch -------------------------------------------------------------------------------------

TEST_F(outbox_sender_test, ends_ai_rows_of_a_passed_epoch_at_the_start) {
  store->rows.conversations.at(chats.at("C1")).epoch = 2;
  const auto id = stored(a_row("old", send_state::ready));
  auto person = a_row("from a person", send_state::ready);
  person.origin = message_origin::person;
  stored(person);
  start();
  EXPECT_EQ(state_of(id), send_state::overtaken);
  EXPECT_THAT(sent_texts(), ElementsAre("from a person"));
}

TEST_F(outbox_sender_test, overtakes_at_the_last_moment) {
  const auto row = a_row("too late", send_state::ready);
  stored(row);
  // The takeover is known while the commit to `sending` is under way.
  store->after_commit = [&](memory_store::batch sets) {
    for (const auto* set : sets)
      if (!set->outbox_changes.empty()) caf::anon_send(sender, epoch_raised{connection, row.conversation, 2});
  };
  sender = keep(system().spawn(outbox_sender, services_ptr{node}, snapshot("token-1"), connection, parent));
  run();
  EXPECT_THAT(world->calls, IsEmpty());
  EXPECT_EQ(state_of(row.id), send_state::overtaken);
  EXPECT_EQ(node->metrics->overtaken().value(), 1);
}

TEST_F(outbox_sender_test, forgets_queued_rows_that_the_takeover_deleted) {
  start();
  const auto one = a_row("one", send_state::sending);
  const auto two = a_row("two", send_state::ready);
  announce({one, two});
  store->rows.outbox.erase(two.id);
  raise_epoch(2);
  accept(0, "m_1");
  EXPECT_EQ(state_of(one.id), send_state::delivered);
  EXPECT_THAT(sent_texts(), ElementsAre("one"));
  EXPECT_FALSE(ended);
  EXPECT_EQ(node->metrics->overtaken().value(), 1);
}

TEST_F(outbox_sender_test, does_not_send_a_lost_row_again_after_a_takeover) {
  start();
  const auto id = say("lost");
  lose(0);
  raise_epoch(2);
  EXPECT_EQ(state_of(id), send_state::overtaken);
  auto echo = an_echo("lost", "m_1");
  echo.metadata = to_string(id);
  deliver(echo);
  EXPECT_EQ(state_of(id), send_state::delivered);
  EXPECT_THAT(told->spoke, IsEmpty());
  pass(60s, 1s);
  EXPECT_THAT(world->calls, SizeIs(1));
}

TEST_F(outbox_sender_test, tells_a_person_about_an_ai_message_that_could_not_be_recalled) {
  start();
  const auto id = say("on its way");
  raise_epoch(2);
  raise_epoch(2);
  EXPECT_THAT(tasks(), IsEmpty()) << "whether it was sent is known with its answer";
  accept(0, "m_1");
  EXPECT_EQ(state_of(id), send_state::delivered);
  ASSERT_THAT(store->rows.tasks, SizeIs(1));
  EXPECT_EQ(store->rows.tasks[0].kind, "handover");
  EXPECT_EQ(store->rows.tasks[0].conversation, chats.at("C1"));
  EXPECT_THAT(store->rows.tasks[0].reason, testing::EndsWith("it was sent"));
  EXPECT_EQ(node->metrics->unrecalled().value(), 1);
}

TEST_F(outbox_sender_test, tells_a_person_that_a_lost_ai_message_may_have_been_sent) {
  start();
  say("lost");
  raise_epoch(2);
  lose(0);
  ASSERT_THAT(store->rows.tasks, SizeIs(1));
  EXPECT_THAT(store->rows.tasks[0].reason, testing::EndsWith("it may have been sent"));
  EXPECT_EQ(node->metrics->unrecalled().value(), 1);
}

TEST_F(outbox_sender_test, tells_it_also_after_a_kill_between_the_call_and_its_answer) {
  store->rows.conversations.at(chats.at("C1")).epoch = 2;
  stored(a_row("on its way", send_state::sending));
  start();
  EXPECT_THAT(tasks(), ElementsAre("handover"));
}

TEST_F(outbox_sender_test, has_nothing_to_tell_when_a_recalled_message_certainly_did_not_go) {
  start();
  say("refused");
  raise_epoch(2);
  world->refuse(0);
  run();
  EXPECT_THAT(tasks(), IsEmpty());
  EXPECT_EQ(node->metrics->unrecalled().value(), 0);
}

// --- commits ---------------------------------------------------------------------------------------

TEST_F(outbox_sender_test, repeats_a_commit_that_found_no_connection) {
  start();
  const auto id = say("hi");
  store->away = true;
  accept(0, "m_1");
  pass(3s);
  EXPECT_TRUE(is_open(id));
  store->away = false;
  pass(1s);
  EXPECT_EQ(state_of(id), send_state::delivered);
  EXPECT_FALSE(ended);
  EXPECT_THAT(world->calls, SizeIs(1));
}

TEST_F(outbox_sender_test, a_commit_in_doubt_that_happened_is_not_repeated) {
  start();
  const auto id = say("hi");
  store->before_commit = [](memory_store::batch) {
    return memory_store::fate{commit_outcome::in_doubt, true};
  };
  world->answer(0, 200, R"({"message_id":"m_1"})");
  run();
  EXPECT_EQ(state_of(id), send_state::delivered);
  EXPECT_FALSE(is_open(id));
  store->before_commit = nullptr;
  const auto echo = deliver(an_echo("hi", "m_1"));
  EXPECT_THAT(told->finished, ElementsAre(echo));
  EXPECT_FALSE(ended);
}

TEST_F(outbox_sender_test, a_commit_in_doubt_that_did_not_happen_is_repeated) {
  start();
  const auto id = say("hi");
  store->before_commit = [this](memory_store::batch) {
    store->before_commit = nullptr;
    return memory_store::fate{commit_outcome::in_doubt, false};
  };
  accept(0, "m_1");
  EXPECT_EQ(state_of(id), send_state::delivered);
  EXPECT_THAT(world->calls, SizeIs(1));
}

TEST_F(outbox_sender_test, a_row_that_a_takeover_deleted_during_our_commit_is_forgotten) {
  const auto row = a_row("gone", send_state::ready);
  stored(row);
  store->before_commit = [&, first = true](memory_store::batch) mutable -> std::optional<memory_store::fate> {
    if (std::exchange(first, false)) store->rows.outbox.erase(row.id);
    return std::nullopt;
  };
  start();
  EXPECT_THAT(world->calls, IsEmpty());
  EXPECT_FALSE(ended);
  store->before_commit = nullptr;
  say("next");
  EXPECT_THAT(sent_texts(), ElementsAre("next"));
}

TEST_F(outbox_sender_test, a_delivery_that_somebody_else_completed_is_reported_and_the_rest_is_completed) {
  start();
  store->away = true;
  channel::channel_event event;
  const auto first = deliver(event);
  const auto second = deliver(event);
  const auto third = deliver(event);
  store->rows.inbox.erase(second);
  store->away = false;
  pass(2s);
  EXPECT_THAT(told->finished, testing::UnorderedElementsAre(first, second, third));
  EXPECT_THAT(store->rows.inbox, IsEmpty());
  EXPECT_FALSE(ended);
}

TEST_F(outbox_sender_test, ends_itself_when_it_is_fenced) {
  start();
  say("hi");
  say("next");
  const auto calls = world->calls.size();
  store->before_commit = [](memory_store::batch) {
    return memory_store::fate{commit_outcome::fenced, false};
  };
  accept(0, "m_1");
  EXPECT_EQ(ended, errc::fenced);
  pass(5s);
  EXPECT_THAT(world->calls, SizeIs(calls));
}

TEST_F(outbox_sender_test, has_no_timer_when_nothing_is_due) {
  start();
  say("hi");
  accept(0, "m_1");
  pass(2s);
  EXPECT_FALSE(has_timers());
}

}  // namespace
}  // namespace sellavie::test
