// What the commits of the message path write: inbox, messages, turns, outbox.

#include "tests/storage/unit_of_work_fixture.hpp"

namespace sellavie::storage {
namespace {

using testing::ElementsAre;
using outcome = commit_outcome;

class journal_message_path_test : public unit_of_work_test {};

// --- inbox -----------------------------------------------------------------------------------------

TEST_F(journal_message_path_test, accepts_an_event_once_within_one_batch) {
  const auto report = commit(store, {{.inbound = {an_event(1, "mid-1")}},
                                     {.inbound = {an_event(2, "mid-2"), an_event(3, "mid-1")}}});
  ASSERT_EQ(report.outcome, outcome::committed) << report.failure;
  EXPECT_THAT(report.fresh, ElementsAre(true, true, false));
  EXPECT_EQ(count("inbound_events"), 2);
}

TEST_F(journal_message_path_test, accepts_an_event_once_across_batches_and_reconnects) {
  EXPECT_THAT(apply({.inbound = {an_event(1, "mid-1")}}).fresh, ElementsAre(true));
  EXPECT_THAT(apply({.inbound = {an_event(2, "mid-1")}}).fresh, ElementsAre(false));
  auto another = writer();
  EXPECT_THAT(commit(another, {{.inbound = {an_event(3, "mid-1"), an_event(4, "mid-4")}}}).fresh,
              ElementsAre(false, true));
  EXPECT_EQ(text("SELECT string_agg(id::text, ',' ORDER BY id) FROM inbound_events"), "1,4");
}

TEST_F(journal_message_path_test, a_done_event_is_still_known) {
  accept({1});
  ASSERT_EQ(apply({.inbox_done = {1}}).outcome, outcome::committed);
  EXPECT_THAT(apply({.inbound = {an_event(2, "event-1")}}).fresh, ElementsAre(false));
  EXPECT_EQ(count("inbound_events"), 0);
}

TEST_F(journal_message_path_test, the_same_key_of_another_connection_or_day_is_another_event) {
  auto tomorrow = an_event(2, "mid-1");
  ++tomorrow.day;
  auto elsewhere = an_event(3, "mid-1");
  elsewhere.connection = id_of<connection_id>(99);
  EXPECT_THAT(apply({.inbound = {an_event(1, "mid-1"), tomorrow, elsewhere}}).fresh,
              ElementsAre(true, true, true));
}

TEST_F(journal_message_path_test, keeps_payload_bytes_as_they_are) {
  auto event = an_event(1, "mid-1");
  event.payload = std::string{"\0\xff'\\", 4};
  ASSERT_EQ(apply({.inbound = {event}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT encode(payload, 'hex') FROM inbound_events"), "00ff275c");
}

TEST_F(journal_message_path_test, counts_tries_marks_alone_and_parks) {
  accept({1, 2});
  ASSERT_EQ(apply({.inbox_tries = {1}, .inbox_alone = {1}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT tries || ' ' || alone FROM inbound_events WHERE id = 1"), "1 true");
  ASSERT_EQ(apply({.inbox_begun = {1}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT deaths || ' ' || alone FROM inbound_events WHERE id = 1"), "1 false");
  person_task task{ada, std::nullopt, plain_id(50), "parked", "five tries", noon};
  ASSERT_EQ(apply({.tasks = {task}, .parked = {{1, "five tries", noon}}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT id || ' ' || reason FROM parked_events"), "1 five tries");
  EXPECT_EQ(count("inbound_events"), 1);
  EXPECT_EQ(count("person_tasks"), 1);
}

TEST_F(journal_message_path_test, puts_the_same_money_before_people_once_as_long_as_nobody_has_done_it) {
  const auto kofi = id_of<business_id>(2);
  sql("INSERT INTO businesses (id, key, name, currency, timezone, created_at) VALUES (" + quote(kofi) +
      ", 'kofi', 'Kofi', 'GHS', 'Africa/Accra', 0)");
  const auto look = [&](int id, const business_id& whose, const char* kind) {
    person_task task{whose, std::nullopt, plain_id(id), kind, "amount: ref.1", noon};
    ASSERT_EQ(apply({.tasks = {task}}).outcome, outcome::committed);
  };
  look(60, ada, "payment_review");
  look(61, ada, "payment_review");
  EXPECT_EQ(count("person_tasks"), 1);
  look(62, kofi, "payment_review");
  look(63, ada, "unconfirmed");
  look(64, ada, "unconfirmed");
  EXPECT_EQ(count("person_tasks"), 4);
  sql("UPDATE person_tasks SET done_at = 1 WHERE id = " + quote(plain_id(60)));
  look(65, ada, "payment_review");
  EXPECT_EQ(count("person_tasks"), 5);
}

TEST_F(journal_message_path_test, quarantines_what_nobody_knows) {
  inbox_id id = 9;
  for (const char* reason : {"stranger", "conflict", "unknown_object", "malformed_item"}) {
    ASSERT_EQ(apply({.quarantined = {{++id, reason, "messenger", noon, "sealed"}}}).outcome,
              outcome::committed);
    EXPECT_EQ(count("quarantined_events WHERE reason = '" + std::string{reason} + "'"), 1);
  }
}

// --- turns, messages, outbox -------------------------------------------------------------------------

TEST_F(journal_message_path_test, commits_a_whole_turn) {
  accept({1, 2});
  change_set turn;
  turn.inbox_done = {1, 2};
  turn.messages = {a_message(20, false, "how much?"), a_message(21, true, "15,000")};
  turn.outbox = {a_send(21)};
  turn.turns = {a_turn(30, {1, 2})};
  turn.conversations = {an_epoch(1, 1)};
  ASSERT_EQ(apply(turn).outcome, outcome::committed);
  EXPECT_EQ(count("inbound_events"), 0);
  EXPECT_EQ(text("SELECT string_agg(body, '|' ORDER BY id) FROM messages"), "how much?|15,000");
  EXPECT_EQ(text("SELECT deliveries || ' ' || state FROM turns"), "2 1");
  EXPECT_EQ(number("SELECT last_customer_at FROM conversations"), to_unix_ms(noon));
}

TEST_F(journal_message_path_test, a_plan_becomes_a_completed_turn_and_stays_one) {
  auto plan = a_turn(30, {1, 2});
  plan.completed = false;
  plan.plan = "{\"round\":1}";
  ASSERT_EQ(apply({.turns = {plan}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT inbox_ids::text || plan FROM turns"), "{1,2}{\"round\":1}");
  ASSERT_EQ(apply({.turns = {a_turn(30, {1, 2})}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT state || coalesce(epoch::text, '') || coalesce(plan, '') FROM turns"), "1");
  expect_refused({.turns = {plan}}, "turns to write");
}

TEST_F(journal_message_path_test, each_rounds_plan_is_stored_with_its_epoch) {
  auto plan = a_turn(30, {1});
  plan.completed = false;
  plan.epoch = 4;
  ASSERT_EQ(apply({.turns = {plan}}).outcome, outcome::committed);
  EXPECT_EQ(number("SELECT epoch FROM turns"), 4);
  plan.round = 2;
  plan.epoch = 6;
  ASSERT_EQ(apply({.turns = {plan}}).outcome, outcome::committed);
  EXPECT_EQ(number("SELECT epoch FROM turns WHERE round = 2"), 6);
  const auto session = open_pq(database.superuser(), test_application).value();
  EXPECT_FALSE(execute(*session, "UPDATE turns SET epoch = NULL"));
}

TEST_F(journal_message_path_test, has_one_live_plan_per_conversation) {
  auto plan = a_turn(30, {1}), second = a_turn(31, {2});
  plan.completed = second.completed = false;
  ASSERT_EQ(apply({.turns = {plan}}).outcome, outcome::committed);
  expect_refused({.turns = {second}}, "turns_one_live_plan");
}

TEST_F(journal_message_path_test, moves_an_outbox_row_through_its_states) {
  ASSERT_EQ(apply({.messages = {a_message(21, true, "hi")}, .outbox = {a_send(21)}}).outcome,
            outcome::committed);
  const auto row = id_of<message_id>(21);
  ASSERT_EQ(
      apply({.outbox_changes = {{row, send_state::ready, send_state::sending, 1, false, noon}}}).outcome,
      outcome::committed);
  EXPECT_EQ(text("SELECT state || ' ' || attempts FROM outbox"), "2 1");
  expect_refused({.outbox_changes = {{row, send_state::ready, send_state::sending, 2, false, noon}}},
                 "outbox rows to change");
  ASSERT_EQ(
      apply({.message_changes = {{chat, row, send_state::delivered, "mid.1"}}, .outbox_done = {row}}).outcome,
      outcome::committed);
  EXPECT_EQ(text("SELECT state || external_id FROM messages"), "5mid.1");
  ASSERT_EQ(apply({.message_changes = {{chat, row, send_state::delivered, ""}}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT external_id FROM messages"), "mid.1");
  expect_refused({.outbox_done = {row}}, "outbox rows to finish");
}

TEST_F(journal_message_path_test, overtakes_only_ai_rows_that_no_socket_has) {
  auto sending = a_send(22), person = a_send(23), backoff = a_send(24);
  sending.state = send_state::sending;
  person.origin = message_origin::person;
  backoff.state = send_state::backoff;
  ASSERT_EQ(apply({.messages = {a_message(21, true, "a"), a_message(24, true, "d")},
                   .outbox = {a_send(21), sending, person, backoff}})
                .outcome,
            outcome::committed);
  ASSERT_EQ(apply({.outbox_overtaken = {chat}, .conversations = {an_epoch(1, 2)}}).outcome,
            outcome::committed);
  EXPECT_EQ(count("outbox"), 2);
  EXPECT_EQ(count("messages WHERE state = 6"), 2);
}

TEST_F(journal_message_path_test, the_farewell_of_the_commit_that_overtakes_is_not_overtaken_itself) {
  ASSERT_EQ(apply({.messages = {a_message(24, true, "old")}, .outbox = {a_send(24)}}).outcome,
            outcome::committed);
  // As the hand-over writes it: by the AI, ready, under the new epoch.
  auto farewell = a_send(25);
  farewell.epoch = 2;
  ASSERT_EQ(apply({.messages = {a_message(25, true, "A colleague will answer.")},
                   .outbox = {farewell},
                   .outbox_overtaken = {chat},
                   .conversations = {an_epoch(1, 2)}})
                .outcome,
            outcome::committed);
  EXPECT_EQ(text("SELECT string_agg(id::text, ',') FROM outbox"), to_string(farewell.id));
  EXPECT_EQ(text("SELECT string_agg(body || ':' || state, ',' ORDER BY id) FROM messages"),
            "old:6,A colleague will answer.:1");
}

TEST_F(journal_message_path_test, a_turn_completed_again_with_other_message_ids_sends_nothing_twice) {
  accept({1});
  const auto completed = [&](std::uint32_t message) {
    return change_set{.inbox_done = {1},
                      .messages = {a_message(message, true, "Yes")},
                      .outbox = {a_send(message)},
                      .turns = {a_turn(30, {1})}};
  };
  ASSERT_EQ(apply(completed(21)).outcome, outcome::committed);
  expect_refused(completed(22), "inbox rows to finish");
  auto another_turn = completed(23);
  another_turn.turns = {a_turn(31, {1})};
  expect_refused(another_turn, "inbox rows to finish");
  EXPECT_EQ(text("SELECT string_agg(id::text, ',') FROM outbox"), to_string(id_of<message_id>(21)));
}

TEST_F(journal_message_path_test, read_marks_only_move_forward) {
  ASSERT_EQ(apply({.read_marks = {{page, "psid-1", noon}, {page, "psid-1", noon - milliseconds{5}}}}).outcome,
            outcome::committed);
  ASSERT_EQ(apply({.read_marks = {{page, "psid-1", noon - milliseconds{9}}, {page, "nobody", noon}}}).outcome,
            outcome::committed);
  EXPECT_EQ(number("SELECT read_up_to FROM conversations"), to_unix_ms(noon));
}

TEST_F(journal_message_path_test, contact_fields_are_added_never_emptied) {
  ASSERT_EQ(apply({.contacts = {{chidi, ada, "Chidi", "c@example.com", "", ""}}}).outcome,
            outcome::committed);
  ASSERT_EQ(apply({.contacts = {{chidi, ada, "", "", "0801", "Marina"}}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT concat_ws('|', name, email, phone, address) FROM contacts"),
            "Chidi|c@example.com|0801|Marina");
}

TEST_F(journal_message_path_test, records_an_event_with_the_end_of_its_inbox_row_and_once) {
  accept({1, 2});
  ASSERT_EQ(apply({.inbox_done = {2}, .recorded = {{1, "reaction", noon}}}).outcome, outcome::committed);
  EXPECT_EQ(
      text("SELECT id || ' ' || kind || ' ' || recorded_at || ' ' || business_id || ' ' || connection_id "
           "FROM recorded_events"),
      "1 reaction " + std::to_string(to_unix_ms(noon)) + " " + to_string(ada) + " " + to_string(page));
  EXPECT_EQ(text("SELECT encode(payload, 'hex') FROM recorded_events"), "7365616c6564200120626f6479")
      << "sealed as it was";
  EXPECT_EQ(count("inbound_events"), 0);
  expect_refused({.recorded = {{1, "reaction", noon}}}, "deliveries to record");
  EXPECT_EQ(count("recorded_events"), 1);
}

TEST_F(journal_message_path_test, replaces_an_edited_body_and_clears_an_unsent_one_for_good) {
  auto edited = a_message(20, false, "two please"), unsent = a_message(21, false, "my secret");
  edited.attachments = unsent.attachments = "[]";
  ASSERT_EQ(apply({.messages = {edited, unsent}}).outcome, outcome::committed);
  ASSERT_EQ(
      apply({.corrections = {{chat, edited.id, "three please", false}, {chat, unsent.id, "", true}}}).outcome,
      outcome::committed);
  const auto rows =
      "SELECT string_agg(body || '|' || state || '|' || attachments, ' ' ORDER BY id) FROM messages";
  EXPECT_EQ(text(rows), "three please|0|[] |9|");
  ASSERT_EQ(apply({.message_changes = {{chat, unsent.id, send_state::dead, ""}},
                   .corrections = {{chat, unsent.id, "again", false}}})
                .outcome,
            outcome::committed);
  EXPECT_EQ(text(rows), "three please|0|[] |9|");
}

}  // namespace
}  // namespace sellavie::storage
