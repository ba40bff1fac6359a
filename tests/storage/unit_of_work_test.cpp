#include "storage/unit_of_work.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <future>
#include <thread>

#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using testing::ElementsAre;
using outcome = commit_outcome;

class unit_of_work_test : public spine_test {
 protected:
  postgres_unit_of_work store = writer();

  commit_report apply(const change_set& set) { return commit(store, {set}); }
  void expect_refused(const change_set& set, const std::string& why) {
    const auto report = apply(set);
    EXPECT_EQ(report.outcome, outcome::refused) << report.failure;
    EXPECT_THAT(report.failure.detail, testing::HasSubstr(why));
  }
  void accept(std::initializer_list<inbox_id> events) {
    change_set set;
    for (const auto id : events) set.inbound.push_back(an_event(id, "event-" + std::to_string(id)));
    ASSERT_EQ(apply(set).outcome, outcome::committed);
  }
};

// --- inbox -----------------------------------------------------------------------------------------

TEST_F(unit_of_work_test, accepts_an_event_once_within_one_batch) {
  const auto report = commit(store, {{.inbound = {an_event(1, "mid-1")}},
                                     {.inbound = {an_event(2, "mid-2"), an_event(3, "mid-1")}}});
  ASSERT_EQ(report.outcome, outcome::committed) << report.failure;
  EXPECT_THAT(report.fresh, ElementsAre(true, true, false));
  EXPECT_EQ(count("inbound_events"), 2);
}

TEST_F(unit_of_work_test, accepts_an_event_once_across_batches_and_reconnects) {
  EXPECT_THAT(apply({.inbound = {an_event(1, "mid-1")}}).fresh, ElementsAre(true));
  EXPECT_THAT(apply({.inbound = {an_event(2, "mid-1")}}).fresh, ElementsAre(false));
  auto another = writer();
  EXPECT_THAT(commit(another, {{.inbound = {an_event(3, "mid-1"), an_event(4, "mid-4")}}}).fresh,
              ElementsAre(false, true));
  EXPECT_EQ(text("SELECT string_agg(id::text, ',' ORDER BY id) FROM inbound_events"), "1,4");
}

TEST_F(unit_of_work_test, a_done_event_is_still_known) {
  accept({1});
  ASSERT_EQ(apply({.inbox_done = {1}}).outcome, outcome::committed);
  EXPECT_THAT(apply({.inbound = {an_event(2, "event-1")}}).fresh, ElementsAre(false));
  EXPECT_EQ(count("inbound_events"), 0);
}

TEST_F(unit_of_work_test, the_same_key_of_another_connection_or_day_is_another_event) {
  auto tomorrow = an_event(2, "mid-1");
  ++tomorrow.day;
  auto elsewhere = an_event(3, "mid-1");
  elsewhere.connection = id_of<connection_id>(99);
  EXPECT_THAT(apply({.inbound = {an_event(1, "mid-1"), tomorrow, elsewhere}}).fresh,
              ElementsAre(true, true, true));
}

TEST_F(unit_of_work_test, keeps_payload_bytes_as_they_are) {
  auto event = an_event(1, "mid-1");
  event.payload = std::string{"\0\xff'\\", 4};
  ASSERT_EQ(apply({.inbound = {event}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT encode(payload, 'hex') FROM inbound_events"), "00ff275c");
}

TEST_F(unit_of_work_test, counts_tries_marks_alone_and_parks) {
  accept({1, 2});
  ASSERT_EQ(apply({.inbox_tries = {1}, .inbox_alone = {1}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT tries || ' ' || alone FROM inbound_events WHERE id = 1"), "1 true");
  person_task task{ada, std::nullopt, plain_id(50), "parked", "five tries", noon};
  ASSERT_EQ(apply({.tasks = {task}, .parked = {{1, "five tries", noon}}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT id || ' ' || reason FROM parked_events"), "1 five tries");
  EXPECT_EQ(count("inbound_events"), 1);
  EXPECT_EQ(count("person_tasks"), 1);
}

TEST_F(unit_of_work_test, quarantines_what_nobody_knows) {
  inbox_id id = 9;
  for (const char* reason : {"stranger", "conflict", "unknown_object", "malformed_item"}) {
    ASSERT_EQ(apply({.quarantined = {{++id, reason, "messenger", noon, "sealed"}}}).outcome,
              outcome::committed);
    EXPECT_EQ(count("quarantined_events WHERE reason = '" + std::string{reason} + "'"), 1);
  }
}

// --- turns, messages, outbox -------------------------------------------------------------------------

TEST_F(unit_of_work_test, commits_a_whole_turn) {
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

TEST_F(unit_of_work_test, a_plan_becomes_a_completed_turn_and_stays_one) {
  auto plan = a_turn(30, {1, 2});
  plan.completed = false;
  plan.plan = "{\"round\":1}";
  ASSERT_EQ(apply({.turns = {plan}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT inbox_ids::text || plan FROM turns"), "{1,2}{\"round\":1}");
  ASSERT_EQ(apply({.turns = {a_turn(30, {1, 2})}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT state || coalesce(epoch::text, '') || coalesce(plan, '') FROM turns"), "1");
  expect_refused({.turns = {plan}}, "turns to write");
}

TEST_F(unit_of_work_test, each_rounds_plan_is_stored_with_its_epoch) {
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

TEST_F(unit_of_work_test, has_one_live_plan_per_conversation) {
  auto plan = a_turn(30, {1}), second = a_turn(31, {2});
  plan.completed = second.completed = false;
  ASSERT_EQ(apply({.turns = {plan}}).outcome, outcome::committed);
  expect_refused({.turns = {second}}, "turns_one_live_plan");
}

TEST_F(unit_of_work_test, moves_an_outbox_row_through_its_states) {
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

TEST_F(unit_of_work_test, overtakes_only_ai_rows_that_no_socket_has) {
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

TEST_F(unit_of_work_test,
       a_farewell_of_the_same_commit_is_not_overtaken_when_a_person_or_the_system_wrote_it) {
  auto farewell = a_send(25);
  farewell.origin = message_origin::system;
  ASSERT_EQ(apply({.outbox = {farewell}, .outbox_overtaken = {chat}}).outcome, outcome::committed);
  EXPECT_EQ(count("outbox"), 1);
}

TEST_F(unit_of_work_test, a_turn_completed_again_with_other_message_ids_sends_nothing_twice) {
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

TEST_F(unit_of_work_test, read_marks_only_move_forward) {
  ASSERT_EQ(apply({.read_marks = {{page, "psid-1", noon}, {page, "psid-1", noon - milliseconds{5}}}}).outcome,
            outcome::committed);
  ASSERT_EQ(apply({.read_marks = {{page, "psid-1", noon - milliseconds{9}}, {page, "nobody", noon}}}).outcome,
            outcome::committed);
  EXPECT_EQ(number("SELECT read_up_to FROM conversations"), to_unix_ms(noon));
}

TEST_F(unit_of_work_test, contact_fields_are_added_never_emptied) {
  ASSERT_EQ(apply({.contacts = {{chidi, ada, "Chidi", "c@example.com", "", ""}}}).outcome,
            outcome::committed);
  ASSERT_EQ(apply({.contacts = {{chidi, ada, "", "", "0801", "Marina"}}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT concat_ws('|', name, email, phone, address) FROM contacts"),
            "Chidi|c@example.com|0801|Marina");
}

// --- commerce ----------------------------------------------------------------------------------------

TEST_F(unit_of_work_test, places_changes_and_pays_an_order) {
  auto order = an_order(40, 1001);
  ASSERT_EQ(apply({.stock = {{ada, ankara, -2}},
                   .orders = {order},
                   .timeline = {{ada, order.id, "placed", "ai", noon}},
                   .action_results = {{ada, "t.1.0", "{}", noon}}})
                .outcome,
            outcome::committed);
  EXPECT_EQ(number("SELECT stock FROM products"), 18);

  auto larger = changed(order, "awaiting_payment");
  larger.items = {{ankara, "A1", "Ankara", 3, 1'500'000, 1}, {ankara, "A1", "Ankara", 1, 1'400'000, 2}};
  larger.items_changed = true;
  ASSERT_EQ(apply({.orders = {larger}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT string_agg(line || ':' || quantity, ',' ORDER BY line) FROM order_items"),
            "1:3,2:1");

  payment_row payment{id_of<payment_id>(60),
                      ada,
                      order.id,
                      "paystack",
                      "test",
                      "sv-1",
                      3'000'000,
                      "NGN",
                      "",
                      "intent",
                      "",
                      noon};
  ASSERT_EQ(apply({.payments = {payment}}).outcome, outcome::committed);
  auto paid = payment;
  paid.expected_status = "intent";
  paid.status = "paid";
  ASSERT_EQ(apply({.orders = {changed(larger, "paid")}, .payments = {paid}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT status || version FROM orders"), "paid3");
  EXPECT_EQ(number("SELECT settled_at FROM payments"), to_unix_ms(noon));
  expect_refused({.payments = {paid}}, "payments to change");

  invoice_row invoice{
      id_of<invoice_id>(70), ada, "INV", 1, "invoice", order.id, "NGN", 3'000'000, "[]", noon};
  ASSERT_EQ(apply({.invoices = {invoice}}).outcome, outcome::committed);
  invoice.id = id_of<invoice_id>(71);
  invoice.number = 2;
  expect_refused({.invoices = {invoice}}, "invoices_business_id_order_id_kind_key");
}

TEST_F(unit_of_work_test, a_closed_order_is_never_opened_again) {
  auto order = an_order(40, 1001);
  ASSERT_EQ(apply({.orders = {order}}).outcome, outcome::committed);
  auto cancelled = changed(order, "cancelled");
  ASSERT_EQ(apply({.orders = {cancelled}}).outcome, outcome::committed);
  for (const auto* status : {"draft", "awaiting_payment", "paid", "refunded"})
    expect_refused({.orders = {changed(cancelled, status)}}, "orders to change");
  EXPECT_EQ(text("SELECT status FROM orders"), "cancelled");
}

TEST_F(unit_of_work_test, has_one_open_order_per_conversation) {
  ASSERT_EQ(apply({.orders = {an_order(40, 1001)}}).outcome, outcome::committed);
  expect_refused({.orders = {an_order(41, 1002)}}, "orders_one_open");
}

// --- refused: nothing stays --------------------------------------------------------------------------

TEST_F(unit_of_work_test, a_missing_inbox_row_refuses_everything) {
  accept({1});
  expect_refused({.inbox_done = {1, 2}, .messages = {a_message(20, false, "x")}}, "inbox rows to finish");
  EXPECT_EQ(count("messages"), 0);
  EXPECT_EQ(count("inbound_events"), 1);
}

TEST_F(unit_of_work_test, a_stale_epoch_refuses_everything) {
  expect_refused({.messages = {a_message(20, false, "x")}, .conversations = {an_epoch(7, 8)}},
                 "conversations to change");
  EXPECT_EQ(count("messages"), 0);
}

TEST_F(unit_of_work_test, negative_stock_refuses_everything) {
  expect_refused({.stock = {{ada, ankara, -21}}, .orders = {an_order(40, 1001)}}, "products_stock_check");
  EXPECT_EQ(count("orders"), 0);
  EXPECT_EQ(number("SELECT stock FROM products"), 20);
}

TEST_F(unit_of_work_test, a_known_action_key_refuses_everything) {
  ASSERT_EQ(apply({.action_results = {{ada, "t.1.0", "{}", noon}}}).outcome, outcome::committed);
  expect_refused({.stock = {{ada, ankara, -1}}, .action_results = {{ada, "t.1.0", "{}", noon}}},
                 "action_results_pkey");
  EXPECT_EQ(number("SELECT stock FROM products"), 20);
}

TEST_F(unit_of_work_test, one_bad_set_refuses_its_batch_and_the_good_one_commits_alone) {
  const change_set good{.messages = {a_message(20, false, "x")}};
  EXPECT_EQ(commit(store, {good, {.inbox_done = {5}}}).outcome, outcome::refused);
  EXPECT_EQ(count("messages"), 0);
  EXPECT_EQ(apply(good).outcome, outcome::committed);
}

TEST_F(unit_of_work_test, hostile_text_is_refused_and_never_quoted) {
  const auto report = apply({.messages = {a_message(20, false, std::string{"card \xff 4111", 11})}});
  EXPECT_EQ(report.outcome, outcome::refused);
  EXPECT_EQ(report.failure.detail.find("4111"), std::string::npos) << report.failure;
  EXPECT_EQ(apply({.messages = {a_message(20, false, "fine")}}).outcome, outcome::committed);
}

// --- fenced, unavailable, in doubt -------------------------------------------------------------------

TEST_F(unit_of_work_test, a_dead_incarnation_is_fenced) {
  ASSERT_EQ(apply({.messages = {a_message(20, false, "x")}}).outcome, outcome::committed);
  sql("UPDATE nodes SET alive = false");
  EXPECT_EQ(apply({.messages = {a_message(21, false, "y")}}).outcome, outcome::fenced);
  EXPECT_EQ(count("messages"), 1);
}

TEST_F(unit_of_work_test, a_session_that_ended_while_idle_is_replaced_without_doubt) {
  ASSERT_EQ(apply({.messages = {a_message(20, false, "x")}}).outcome, outcome::committed);
  sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'sellavie/test'");
  const auto report = apply({.messages = {a_message(21, false, "y")}});
  EXPECT_EQ(report.outcome, outcome::committed) << report.failure;
}

TEST_F(unit_of_work_test, without_a_server_it_is_unavailable) {
  bool reachable = true;
  postgres_unit_of_work lonely{[&]() -> result<pg_connection> {
                                 if (!reachable) return open_pq({"host=/nonexistent", {}}, test_application);
                                 return open_pq(database.access().engine, test_application);
                               },
                               incarnation};
  ASSERT_EQ(commit(lonely, {{.messages = {a_message(20, false, "x")}}}).outcome, outcome::committed);
  reachable = false;
  sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'sellavie/test'");
  EXPECT_EQ(commit(lonely, {{.messages = {a_message(21, false, "y")}}}).outcome, outcome::unavailable);
  reachable = true;
  EXPECT_EQ(commit(lonely, {{.messages = {a_message(21, false, "y")}}}).outcome, outcome::committed);
}

TEST_F(unit_of_work_test, a_deadlock_is_no_fault_of_the_rows) {
  sql("CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'x' USING ERRCODE = '40P01'; END $$;"
      "CREATE TRIGGER fail BEFORE INSERT ON messages EXECUTE FUNCTION fail()");
  EXPECT_EQ(apply({.messages = {a_message(20, false, "x")}}).outcome, outcome::unavailable);
  EXPECT_EQ(apply({.read_marks = {{page, "psid-1", noon}}}).outcome, outcome::committed);
}

/// Lets the COMMIT itself wait for advisory lock 777, which the test holds.
class in_doubt_test : public unit_of_work_test {
 protected:
  void SetUp() override {
    unit_of_work_test::SetUp();
    sql("CREATE FUNCTION wait_in_commit() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN PERFORM pg_advisory_xact_lock(777); RETURN NULL; END $$;"
        "CREATE CONSTRAINT TRIGGER wait_in_commit AFTER INSERT ON messages DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION wait_in_commit()");
    gate = open_pq(database.superuser(), "gate").value();
    (void)execute(*gate, "SELECT pg_advisory_lock(777)").value();
  }
  void wait_until_in_commit() const {
    for (int i = 0; i < 500 && count("pg_locks WHERE NOT granted AND locktype = 'advisory'") == 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    ASSERT_EQ(count("pg_locks WHERE NOT granted AND locktype = 'advisory'"), 1);
  }
  pg_connection gate;
};

TEST_F(in_doubt_test, a_backend_killed_in_commit_is_in_doubt_and_has_not_committed) {
  auto pending =
      std::async(std::launch::async, [&] { return apply({.messages = {a_message(20, false, "x")}}); });
  wait_until_in_commit();
  sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sellavie/test'");
  EXPECT_EQ(pending.get().outcome, outcome::in_doubt);
  EXPECT_EQ(count("messages"), 0);
  EXPECT_EQ(count("pg_locks WHERE NOT granted"), 0);
  (void)execute(*gate, "SELECT pg_advisory_unlock(777)").value();
  EXPECT_EQ(apply({.messages = {a_message(20, false, "x")}}).outcome, outcome::committed);
}

/// A backend that hangs in its commit so that no signal reaches it, and a connection that is gone.
class unsettled_doubt_test : public in_doubt_test {
 protected:
  static constexpr std::string_view lossy_application = "sellavie/lossy";

  ~unsettled_doubt_test() override { let_backend_go_on(); }

  void lose_a_commit() {
    ASSERT_EQ(commit(lossy, {{.read_marks = {{page, "psid-1", noon}}}}).outcome, outcome::committed);
    auto pending = std::async(std::launch::async,
                              [&] { return commit(lossy, {{.messages = {a_message(20, false, "x")}}}); });
    wait_until_in_commit();
    backend = static_cast<pid_t>(number("SELECT pid FROM pg_locks WHERE NOT granted"));
    ASSERT_EQ(::kill(backend, SIGSTOP), 0);
    ASSERT_EQ(::shutdown(socket, SHUT_RDWR), 0);
    ASSERT_EQ(pending.get().outcome, outcome::in_doubt);
  }
  void let_backend_go_on() {
    if (backend != 0) ::kill(std::exchange(backend, 0), SIGCONT);
  }
  void settle() {
    for (int i = 0; i < 100 && !lossy.settle(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    ASSERT_TRUE(lossy.settle());
  }

  std::atomic<int> socket = -1;
  pid_t backend = 0;
  std::shared_ptr<doubt_gate> doubts = std::make_shared<doubt_gate>();
  postgres_unit_of_work lossy{[this] {
                                auto fresh = open_pq(database.access().engine, lossy_application);
                                if (fresh) socket = PQsocket(fresh.value().get());
                                return fresh;
                              },
                              incarnation, doubts};
  postgres_reads reads = reader(doubts);
  const std::vector<inbox_id> asked{1};
};

TEST_F(unsettled_doubt_test, nothing_is_loaded_or_committed_until_the_lost_session_is_gone) {
  ASSERT_TRUE(reads.load_outbox(page));
  lose_a_commit();
  EXPECT_EQ(reads.load_outbox(page).error().code, errc::unavailable);
  EXPECT_EQ(reads.open_inbox(asked).error().code, errc::unavailable);
  EXPECT_EQ(reads.open_conversation({ada, page, "psid-9", "", "", {}, {}, noon}).error().code,
            errc::unavailable);
  EXPECT_EQ(count("contacts"), 1) << "reads that write wait too";
  EXPECT_FALSE(lossy.settle());
  EXPECT_EQ(commit(lossy, {{.messages = {a_message(21, false, "y")}}}).outcome, outcome::unavailable);

  let_backend_go_on();
  settle();
  EXPECT_TRUE(reads.load_outbox(page));
  const auto loaded = count("messages");
  (void)execute(*gate, "SELECT pg_advisory_unlock(777)").value();
  EXPECT_EQ(commit(lossy, {{.messages = {a_message(21, false, "y")}}}).outcome, outcome::committed);
  EXPECT_EQ(count("messages WHERE body = 'x'"), loaded) << "what was loaded stayed true";
}

TEST_F(unsettled_doubt_test, the_gate_opens_with_the_last_of_two_doubts) {
  lose_a_commit();
  doubts->close();  // another journal's
  let_backend_go_on();
  settle();
  EXPECT_FALSE(reads.load_outbox(page));
  doubts->open();
  EXPECT_TRUE(reads.load_outbox(page));
}

TEST(doubt_gate_test, a_load_during_which_it_was_closed_and_opened_is_seen) {
  doubt_gate gate;
  const auto before = gate.now();
  EXPECT_FALSE(before.is_closed());
  gate.close();
  EXPECT_TRUE(gate.now().is_closed());
  gate.open();
  EXPECT_FALSE(gate.now().is_closed());
  EXPECT_FALSE(gate.now() == before);
}

/// Forwards one Unix socket to another; while `deaf`, answers do not come back and the client is cut off.
class cutting_proxy {
 public:
  cutting_proxy(std::string from, std::string to) : target_{std::move(to)} {
    listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    const auto at = address(from);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        ::listen(listener_, 8) != 0)
      throw std::runtime_error("proxy");
    acceptor_ = std::thread{[this] { accept_all(); }};
  }
  ~cutting_proxy() {
    stopping_ = true;
    acceptor_.join();
    for (auto& pump : pumps_) pump.join();
    ::close(listener_);
  }
  std::atomic<bool> cut_after_next_request = false;

 private:
  static sockaddr_un address(const std::string& path) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path.copy(at.sun_path, sizeof at.sun_path - 1);
    return at;
  }
  static bool readable(int socket) {
    pollfd one{socket, POLLIN, 0};
    return ::poll(&one, 1, 10) > 0;
  }
  static bool forward(int from, int to) {
    char bytes[65536];
    const auto got = ::recv(from, bytes, sizeof bytes, 0);
    if (got > 0) (void)::send(to, bytes, static_cast<std::size_t>(got), MSG_NOSIGNAL);
    return got > 0;
  }
  static bool discard(int from) {
    char bytes[4096];
    return ::recv(from, bytes, sizeof bytes, 0) > 0;
  }
  void accept_all() {
    while (!stopping_)
      if (readable(listener_))
        pumps_.emplace_back([this, client = ::accept(listener_, nullptr, nullptr)] { pump(client); });
  }
  void pump(int client) {
    const int server = ::socket(AF_UNIX, SOCK_STREAM, 0);
    const auto at = address(target_);
    bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
    while (open && !stopping_) {
      if (readable(client)) {
        open = forward(client, server);
        if (open && cut_after_next_request.exchange(false)) break;
      }
      if (open && readable(server)) open = forward(server, client);
    }
    ::close(client);
    while (open && !stopping_) open = !readable(server) || discard(server);  // the server does not notice
    ::close(server);
  }

  std::string target_;
  int listener_ = -1;
  std::atomic<bool> stopping_ = false;
  std::thread acceptor_;
  std::vector<std::thread> pumps_;
};

class cut_connection_test : public in_doubt_test {
 protected:
  test::temporary_folder folder;
  std::string socket_name() const { return "/.s.PGSQL." + text("SHOW port"); }
  std::string socket_folder() const {
    return text("SELECT split_part(current_setting('unix_socket_directories'), ',', 1)");
  }
  cutting_proxy proxy{folder.path().string() + socket_name(), socket_folder() + socket_name()};
  postgres_unit_of_work proxied{[this] {
                                  auto role = database.access().engine;
                                  role.conninfo += " requirepeer='' host='" + folder.path().string() + "'";
                                  return open_pq(role, test_application);
                                },
                                incarnation};
  commit_report connected() { return commit(proxied, {{.read_marks = {{page, "psid-1", noon}}}}); }
};

TEST_F(cut_connection_test,
       a_lost_answer_is_in_doubt_and_the_lost_session_is_ended_before_anything_is_loaded) {
  ASSERT_EQ(connected().outcome, outcome::committed) << connected().failure;
  proxy.cut_after_next_request = true;
  EXPECT_EQ(commit(proxied, {{.messages = {a_message(20, false, "x")}}}).outcome, outcome::in_doubt);
  // It hung in its commit with nobody to tell: were it alive now, it could commit after our load.
  EXPECT_EQ(count("pg_locks WHERE NOT granted"), 0);
  (void)execute(*gate, "SELECT pg_advisory_unlock(777)").value();
  EXPECT_EQ(count("messages"), 0);
  EXPECT_EQ(commit(proxied, {{.messages = {a_message(20, false, "x")}}}).outcome, outcome::committed);
}

TEST_F(cut_connection_test, a_commit_whose_answer_was_lost_may_have_happened_and_the_load_shows_it) {
  (void)execute(*gate, "SELECT pg_advisory_unlock(777)").value();
  ASSERT_EQ(connected().outcome, outcome::committed) << connected().failure;
  sql("ALTER TABLE messages DISABLE TRIGGER wait_in_commit");
  proxy.cut_after_next_request = true;
  EXPECT_EQ(commit(proxied, {{.messages = {a_message(20, false, "x")}}}).outcome, outcome::in_doubt);
  const auto after = count("messages");
  EXPECT_EQ(count("messages"), after);
  const auto again = commit(proxied, {{.messages = {a_message(20, false, "x")}}});
  EXPECT_EQ(again.outcome, after == 1 ? outcome::refused : outcome::committed) << again.failure;
}

}  // namespace
}  // namespace sellavie::storage
