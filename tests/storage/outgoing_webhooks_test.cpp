// What a commit tells the other programs of a business, and what becomes of it until they have taken it.

#include <future>
#include <thread>

#include "storage/api/dead_jobs.hpp"
#include "storage/api/webhook_endpoints.hpp"
#include "storage/outgoing_events.hpp"
#include "tests/storage/unit_of_work_fixture.hpp"

namespace sellavie::storage {
namespace {

using namespace std::chrono_literals;
using outgoing::delivery_end;
using outgoing::endpoint_verdict;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

std::vector<std::string> types_of(const change_set& changes) {
  std::vector<std::string> types;
  for (const auto& one : outgoing_events_of(changes)) types.emplace_back(one.type);
  return types;
}

class outgoing_webhooks_test : public unit_of_work_test {
 protected:
  static inline const business_id kofi = id_of<business_id>(21);

  void SetUp() override {
    unit_of_work_test::SetUp();
    sql("INSERT INTO businesses (id, key, name, currency, timezone, created_at) VALUES (" + quote(kofi) +
        ", 'kofi', 'Kofi Prints', 'GHS', 'Africa/Accra', 0)");
  }

  stored_webhook_endpoint listen(std::vector<std::string> events, const business_id& whose = ada) {
    webhook_endpoint_wish wish{.id = ids.next_as<webhook_endpoint_id>(),
                               .url = "https://shop.example/hook?key=hidden",
                               .events = std::move(events)};
    const auto added = add_webhook_endpoint(session, whose, by, wish, {"sealed", "Q8E="});
    EXPECT_EQ(added.value().outcome, edit_outcome::done);
    return added.value().row;
  }
  stored_webhook_endpoint now_of(const stored_webhook_endpoint& one) {
    return find_webhook_endpoint(session, ada, one.id).value().value();
  }
  std::vector<webhook_delivery> deliveries_of(const stored_webhook_endpoint& to) {
    return list_webhook_deliveries(session, ada, to.id, {}, {}, 50).value();
  }
  /// A chat has one open order at a time.
  void close_orders() { sql("UPDATE orders SET status = 'cancelled'"); }
  webhook_delivery_key placed_for(const stored_webhook_endpoint& to, std::uint32_t n = 10) {
    close_orders();
    EXPECT_EQ(apply({.orders = {an_order(n, n)}}).outcome, commit_outcome::committed);
    return {to.id, outgoing::make_event_id(outgoing::event_type::order_placed, plain_id(n), noon)};
  }
  std::optional<due_webhook> due(const webhook_delivery_key& key, instant now = noon) {
    return find_due_webhook(session, ada, key, now).value();
  }
  void record(const webhook_delivery_key& key, delivery_end end, endpoint_verdict endpoint, int status,
              instant at = noon) {
    const auto made = record_webhook_attempt(
        session, ada,
        {key, status, status == 0 ? "timed_out" : "", {end, at + 10s, endpoint}, at, ids.next()});
    ASSERT_TRUE(made) << test::why(made);
  }
  conversation_change handed_to_a_person() const {
    auto row = an_epoch(1, 2);
    row.owner = chat_owner::person;
    row.handover_reason = "the customer shouted: give me a person";
    return row;
  }
  person_task a_task(const char* kind, const char* reason = "why") {
    return {ada, chat, ids.next(), kind, reason, noon};
  }

  api_session session{database.access(), "webhooks"};
  const change_origin by{id_of<api::account_id>(8), id_of<api::session_id>(9), "::1", "r", noon};
};

// --- what is told --------------------------------------------------------------------------------

TEST_F(outgoing_webhooks_test, an_order_is_told_at_each_station_that_counts) {
  auto order = an_order(10, 1);
  EXPECT_THAT(types_of({.orders = {order}}), ElementsAre("order.placed"));
  EXPECT_THAT(types_of({.orders = {changed(order, "awaiting_payment")}}), IsEmpty());
  EXPECT_THAT(types_of({.orders = {changed(order, "paid")}}), ElementsAre("order.paid"));
  EXPECT_THAT(types_of({.orders = {changed(order, "fulfilled")}}), ElementsAre("order.fulfilled"));
  EXPECT_THAT(types_of({.orders = {changed(order, "cancelled")}}), ElementsAre("order.cancelled"));
  EXPECT_THAT(types_of({.orders = {changed(order, "refunded")}}), ElementsAre("order.refunded"));
  order.status = "paid";
  EXPECT_THAT(types_of({.orders = {order}}), ElementsAre("order.placed", "order.paid")) << "cash at once";
}

TEST_F(outgoing_webhooks_test, a_hand_over_by_the_ai_is_told_and_a_person_who_takes_over_is_not) {
  EXPECT_THAT(types_of({.conversations = {handed_to_a_person()}, .tasks = {a_task("handover")}}),
              ElementsAre("conversation.handed_over"));
  EXPECT_THAT(types_of({.conversations = {handed_to_a_person()}}), IsEmpty());
  EXPECT_THAT(types_of({.conversations = {an_epoch(1, 1)}, .tasks = {a_task("handover")}}), IsEmpty())
      << "somebody has the chat already";
  EXPECT_THAT(types_of({.tasks = {a_task("payment_review"), a_task("unconfirmed")}}),
              ElementsAre("payment.review"));
}

TEST_F(outgoing_webhooks_test, no_word_of_a_customer_or_a_model_is_told) {
  auto order = an_order(10, 1);
  order.note = "SECRET note";
  const change_set all{.conversations = {handed_to_a_person()},
                       .tasks = {a_task("handover", "SECRET reason"), a_task("payment_review", "SECRET")},
                       .orders = {order},
                       .invoices = {{.id = id_of<invoice_id>(3), .business = ada, .lines = "SECRET"}}};
  const auto events = outgoing_events_of(all);
  EXPECT_THAT(events, SizeIs(4));
  for (const auto& one : events) {
    EXPECT_THAT(one.body, Not(HasSubstr("SECRET"))) << one.type;
    EXPECT_THAT(one.body, Not(HasSubstr("shouted"))) << one.type;
    EXPECT_THAT(one.body, HasSubstr(to_string(one.id))) << one.type;
  }
}

TEST_F(outgoing_webhooks_test, an_event_has_the_time_of_the_change) {
  const auto later = noon + 3h;
  const change_set paid{.orders = {changed(an_order(10, 1), "paid")},
                        .timeline = {{ada, id_of<order_id>(10), "paid", "system", later},
                                     {ada, id_of<order_id>(11), "paid", "system", later + 1h}}};
  EXPECT_EQ(outgoing_events_of(paid).front().at, later);
}

// --- in the commit -------------------------------------------------------------------------------

TEST_F(outgoing_webhooks_test, who_listens_gets_a_delivery_and_a_job_in_the_same_commit) {
  const auto all = listen({"order.placed", "order.paid"});
  const auto paid_alone = listen({"order.paid"});
  const auto key = placed_for(all);
  EXPECT_EQ(count("webhook_events"), 1);
  EXPECT_THAT(deliveries_of(paid_alone), IsEmpty());
  const auto delivery = deliveries_of(all).at(0);
  EXPECT_EQ(delivery.event, key.event);
  EXPECT_EQ(delivery.type, "order.placed");
  EXPECT_EQ(delivery.state, "waiting");
  EXPECT_EQ(text("SELECT payload FROM jobs WHERE kind = 'webhook.out' AND state = 1"),
            write_webhook_job(key));
  EXPECT_EQ(text("SELECT unique_key FROM jobs"), unique_key_of(key));
  EXPECT_EQ(read_webhook_job(text("SELECT payload FROM jobs")), key);
}

TEST_F(outgoing_webhooks_test, a_business_without_endpoints_stores_nothing) {
  (void)listen({"order.placed"}, kofi);
  ASSERT_EQ(apply({.orders = {an_order(10, 1)}}).outcome, commit_outcome::committed);
  EXPECT_EQ(count("webhook_events"), 0);
  EXPECT_EQ(count("jobs"), 0);
}

TEST_F(outgoing_webhooks_test, an_endpoint_that_is_turned_off_is_told_nothing) {
  const auto off = listen({"order.placed"});
  ASSERT_EQ(change_webhook_endpoint(session, ada, by, {.id = off.id, .active = false}, 1).value().outcome,
            edit_outcome::done);
  (void)placed_for(off);
  EXPECT_EQ(count("webhook_events"), 0);
}

TEST_F(outgoing_webhooks_test, an_order_that_stays_as_it_is_is_not_told_again) {
  const auto all = listen({"order.paid", "order.fulfilled"});
  auto order = an_order(10, 1);
  ASSERT_EQ(apply({.orders = {order}}).outcome, commit_outcome::committed);
  order = changed(order, "paid");
  ASSERT_EQ(apply({.orders = {order}}).outcome, commit_outcome::committed);
  sql("DELETE FROM jobs; DELETE FROM webhook_events");
  order = changed(order, "paid");
  ASSERT_EQ(apply({.orders = {order}}).outcome, commit_outcome::committed);
  EXPECT_EQ(count("webhook_events"), 0) << "a tracking text, say, or a partial refund";
  order = changed(order, "fulfilled");
  ASSERT_EQ(apply({.orders = {order}}).outcome, commit_outcome::committed);
  EXPECT_EQ(text("SELECT type FROM webhook_events"), "order.fulfilled");
}

TEST_F(outgoing_webhooks_test, two_facts_in_one_batch_are_both_told) {
  const auto all = listen({"order.placed", "order.paid", "invoice.issued"});
  ASSERT_EQ(apply({.orders = {an_order(10, 1)}}).outcome, commit_outcome::committed);
  const change_set paid{.orders = {changed(an_order(10, 1), "paid")}};
  const change_set invoiced{.invoices = {{.id = id_of<invoice_id>(30),
                                          .business = ada,
                                          .series = "A",
                                          .number = 1,
                                          .kind = "invoice",
                                          .order = id_of<order_id>(10),
                                          .currency = "NGN",
                                          .lines = "[]",
                                          .issued_at = noon}}};
  ASSERT_EQ(commit(store, {paid, invoiced}).outcome, commit_outcome::committed);
  EXPECT_EQ(number("SELECT count(*) FROM webhook_deliveries"), 3);
  EXPECT_EQ(count("jobs"), 3);
}

TEST_F(outgoing_webhooks_test, money_that_waits_for_a_person_already_is_not_told_again) {
  const auto all = listen({"payment.review"});
  for (int i = 0; i < 2; ++i)
    ASSERT_EQ(apply({.tasks = {a_task("payment_review", "#1042: paid twice")}}).outcome,
              commit_outcome::committed);
  EXPECT_EQ(count("webhook_events"), 1);
  ASSERT_EQ(apply({.tasks = {a_task("payment_review", "#1043: paid twice")}}).outcome,
            commit_outcome::committed);
  EXPECT_EQ(count("webhook_events"), 2);
}

TEST_F(outgoing_webhooks_test, a_commit_that_is_refused_tells_nothing) {
  (void)listen({"order.paid"});
  auto stale = changed(an_order(10, 1), "paid");
  expect_refused({.orders = {stale}}, "orders to change");
  EXPECT_EQ(count("webhook_events"), 0);
  EXPECT_EQ(count("jobs"), 0);
}

TEST_F(outgoing_webhooks_test, an_endpoint_that_is_being_removed_is_waited_for_and_refuses_no_order) {
  const auto one = listen({"order.placed"});
  const auto removing = open_pq(database.superuser(), "removing").value();
  (void)execute(*removing, "BEGIN; DELETE FROM webhook_endpoints WHERE id = " + quote(one.id)).value();
  commit_report report;
  std::thread ordering{[&] { report = apply({.orders = {an_order(10, 1)}}); }};
  EXPECT_TRUE(waits_for_lock(1));
  (void)execute(*removing, "COMMIT").value();
  ordering.join();
  EXPECT_EQ(report.outcome, commit_outcome::committed) << report.failure;
  EXPECT_EQ(count("webhook_deliveries"), 0);
}

// --- deliveries ----------------------------------------------------------------------------------

TEST_F(outgoing_webhooks_test, what_is_due_is_found_until_it_is_taken) {
  const auto to = listen({"order.placed"});
  const auto key = placed_for(to);
  const auto found = due(key).value();
  EXPECT_EQ(found.url, "https://shop.example/hook?key=hidden");
  EXPECT_EQ(found.sealed_secret, "sealed");
  EXPECT_EQ(found.sealed_previous, "");
  EXPECT_EQ(found.attempts, 0);
  EXPECT_EQ(found.began_at, noon);
  EXPECT_THAT(found.body, HasSubstr(R"("type":"order.placed")"));
  record(key, delivery_end::again, endpoint_verdict::fails, 500);
  EXPECT_EQ(due(key)->attempts, 1);
  EXPECT_EQ(due(key)->failing_since, noon);
  record(key, delivery_end::delivered, endpoint_verdict::works, 200, noon + 1h);
  EXPECT_FALSE(due(key));
  const auto delivery = deliveries_of(to).at(0);
  EXPECT_EQ(delivery.state, "delivered");
  EXPECT_EQ(delivery.attempts, 2);
  EXPECT_EQ(delivery.last_status, 200);
  EXPECT_EQ(delivery.last_attempt_at, noon + 1h);
  EXPECT_EQ(delivery.next_attempt_at, std::nullopt);
  EXPECT_EQ(now_of(to).failing_since, std::nullopt);
  EXPECT_EQ(now_of(to).last_success_at, noon + 1h);
}

TEST_F(outgoing_webhooks_test, is_nobodys_business_but_its_own) {
  const auto to = listen({"order.placed"});
  const auto key = placed_for(to);
  EXPECT_FALSE(find_due_webhook(session, kofi, key, noon).value());
  EXPECT_FALSE(find_webhook_endpoint(session, kofi, to.id).value());
  EXPECT_THAT(list_webhook_deliveries(session, kofi, to.id, {}, {}, 50).value(), IsEmpty());
  EXPECT_EQ(replay_webhook_delivery(session, kofi, by, key, ids.next_as<job_id>()).value().outcome,
            delivery_wish::not_found);
  ASSERT_TRUE(record_webhook_attempt(
      session, kofi,
      {key, 410, "", {delivery_end::dead, noon, endpoint_verdict::turned_off}, noon, ids.next()}));
  EXPECT_TRUE(now_of(to).active);
  EXPECT_TRUE(due(key));
}

TEST_F(outgoing_webhooks_test, since_when_it_fails_stays_until_it_works) {
  const auto to = listen({"order.placed"});
  const auto key = placed_for(to);
  record(key, delivery_end::again, endpoint_verdict::fails, 0, noon);
  record(key, delivery_end::again, endpoint_verdict::fails, 500, noon + 5h);
  EXPECT_EQ(now_of(to).failing_since, noon);
  EXPECT_EQ(deliveries_of(to).at(0).last_problem, "");
  EXPECT_EQ(now_of(to).version, 1) << "nobody edited it";
}

TEST_F(outgoing_webhooks_test, one_that_is_turned_off_is_a_task_and_ends_what_waits) {
  const auto to = listen({"order.placed"});
  const auto first = placed_for(to, 10);
  const auto second = placed_for(to, 11);
  record(first, delivery_end::again, endpoint_verdict::fails, 500);
  record(first, delivery_end::dead, endpoint_verdict::turned_off, 500, noon + 72h);
  record(second, delivery_end::dead, endpoint_verdict::turned_off, 500, noon + 72h);
  const auto off = now_of(to);
  EXPECT_FALSE(off.active);
  EXPECT_EQ(off.off_reason, "failing");
  EXPECT_EQ(off.version, 2);
  EXPECT_EQ(number("SELECT count(*) FROM person_tasks WHERE kind = 'webhook'"), 1) << "people are told once";
  EXPECT_EQ(number("SELECT count(*) FROM person_tasks WHERE reason LIKE '%hidden%'"), 0);
}

TEST_F(outgoing_webhooks_test, one_that_begins_anew_while_an_attempt_is_on_the_way_is_not_turned_off_by_it) {
  const auto to = listen({"order.placed"});
  const auto key = placed_for(to);
  record(key, delivery_end::again, endpoint_verdict::fails, 500, noon - 73h);
  const webhook_endpoint_wish moved{.id = to.id, .url = "https://shop.example/elsewhere"};
  ASSERT_EQ(change_webhook_endpoint(session, ada, by, moved, 1).value().outcome, edit_outcome::done);
  EXPECT_EQ(now_of(to).failing_since, std::nullopt) << "of the URL before";
  record(key, delivery_end::dead, endpoint_verdict::turned_off, 500);
  EXPECT_TRUE(now_of(to).active);
  EXPECT_EQ(count("person_tasks"), 0);
}

TEST_F(outgoing_webhooks_test, a_change_that_leaves_the_url_leaves_since_when_it_fails) {
  const auto to = listen({"order.placed"});
  record(placed_for(to), delivery_end::again, endpoint_verdict::fails, 500);
  const webhook_endpoint_wish same{.id = to.id, .url = to.url, .description = "Books"};
  EXPECT_EQ(change_webhook_endpoint(session, ada, by, same, 1).value().row.failing_since, noon);
}

TEST_F(outgoing_webhooks_test, what_waits_for_one_that_is_turned_off_is_dead_when_it_comes_up) {
  const auto to = listen({"order.placed"});
  const auto key = placed_for(to);
  ASSERT_TRUE(change_webhook_endpoint(session, ada, by, {.id = to.id, .active = false}, 1));
  EXPECT_FALSE(due(key));
  EXPECT_EQ(deliveries_of(to).at(0).state, "dead");
  EXPECT_EQ(deliveries_of(to).at(0).last_problem, "turned_off");
}

TEST_F(outgoing_webhooks_test, one_that_is_turned_on_again_begins_anew) {
  const auto to = listen({"order.placed"});
  record(placed_for(to), delivery_end::dead, endpoint_verdict::turned_off, 410);
  EXPECT_EQ(now_of(to).off_reason, "gone");
  const auto on = change_webhook_endpoint(session, ada, by, {.id = to.id, .active = true}, 2).value();
  ASSERT_EQ(on.outcome, edit_outcome::done);
  EXPECT_TRUE(on.row.active);
  EXPECT_EQ(on.row.off_reason, "");
  EXPECT_EQ(on.row.failing_since, std::nullopt);
}

TEST_F(outgoing_webhooks_test, a_delivery_is_replayed_under_its_old_id_from_the_first_attempt_on) {
  const auto to = listen({"order.placed"});
  const auto key = placed_for(to);
  record(key, delivery_end::delivered, endpoint_verdict::works, 200);
  sql("DELETE FROM jobs");
  auto later = by;
  later.at = noon + 48h;
  const auto wished = replay_webhook_delivery(session, ada, later, key, ids.next_as<job_id>()).value();
  ASSERT_EQ(wished.outcome, delivery_wish::done);
  EXPECT_EQ(wished.delivery.state, "waiting");
  EXPECT_EQ(wished.delivery.replays, 1);
  EXPECT_EQ(due(key)->began_at, noon + 48h);
  EXPECT_EQ(due(key)->attempts, 0);
  EXPECT_EQ(count("jobs"), 1);
  ASSERT_EQ(replay_webhook_delivery(session, ada, later, key, ids.next_as<job_id>()).value().outcome,
            delivery_wish::done);
  EXPECT_EQ(count("jobs"), 1) << "two clicks, one job";
}

TEST_F(outgoing_webhooks_test, a_ping_goes_to_one_endpoint_whatever_it_listens_to) {
  const auto to = listen({"order.paid"});
  const auto other = listen({"order.paid"});
  const auto ping =
      ping_webhook_endpoint(session, ada, by, to.id, plain_id(77), ids.next_as<job_id>()).value();
  ASSERT_EQ(ping.outcome, delivery_wish::done);
  EXPECT_EQ(ping.delivery.type, "ping");
  EXPECT_TRUE(due({to.id, outgoing::event_id{plain_id(77)}}));
  EXPECT_THAT(deliveries_of(other), IsEmpty());
  EXPECT_EQ(ping_webhook_endpoint(session, ada, by, ids.next_as<webhook_endpoint_id>(), plain_id(78),
                                  ids.next_as<job_id>())
                .value()
                .outcome,
            delivery_wish::not_found);
}

TEST_F(outgoing_webhooks_test, nothing_is_sent_anew_to_an_endpoint_that_is_turned_off) {
  const auto to = listen({"order.placed"});
  const auto key = placed_for(to);
  ASSERT_TRUE(change_webhook_endpoint(session, ada, by, {.id = to.id, .active = false}, 1));
  EXPECT_EQ(replay_webhook_delivery(session, ada, by, key, ids.next_as<job_id>()).value().outcome,
            delivery_wish::turned_off);
  EXPECT_EQ(
      ping_webhook_endpoint(session, ada, by, to.id, plain_id(77), ids.next_as<job_id>()).value().outcome,
      delivery_wish::turned_off);
}

// --- endpoints -----------------------------------------------------------------------------------

TEST_F(outgoing_webhooks_test, a_business_has_ten_endpoints_at_most) {
  for (int i = 0; i < most_webhook_endpoints; ++i) (void)listen({"order.placed"});
  const webhook_endpoint_wish eleventh{
      .id = ids.next_as<webhook_endpoint_id>(), .url = "https://h", .events = {{"order.placed"}}};
  EXPECT_EQ(add_webhook_endpoint(session, ada, by, eleventh, {"s", ""}).value().outcome, edit_outcome::full);
}

TEST_F(outgoing_webhooks_test, a_replaced_secret_signs_beside_the_new_one_until_its_time_is_over) {
  const auto to = listen({"order.placed"});
  const auto key = placed_for(to);
  ASSERT_EQ(rotate_webhook_secret(session, ada, by, to.id, {"fresh", "abcd"}, noon + 24h, 1)
                .value()
                .row.secret_hint,
            "abcd");
  EXPECT_EQ(due(key, noon)->sealed_secret, "fresh");
  EXPECT_EQ(due(key, noon + 24h - 1ms)->sealed_previous, "sealed");
  EXPECT_EQ(due(key, noon + 24h)->sealed_previous, "");
}

TEST_F(outgoing_webhooks_test, what_two_people_edit_at_once_is_not_overwritten) {
  const auto to = listen({"order.placed"});
  const auto change = [&](std::int64_t version) {
    return change_webhook_endpoint(session, ada, by, {.id = to.id, .events = {{"order.paid"}}}, version)
        .value();
  };
  EXPECT_EQ(change(1).outcome, edit_outcome::done);
  EXPECT_EQ(change(1).outcome, edit_outcome::stale);
  EXPECT_EQ(remove_webhook_endpoint(session, ada, by, to.id, 1).value(), edit_outcome::stale);
  EXPECT_EQ(remove_webhook_endpoint(session, ada, by, to.id, 2).value(), edit_outcome::done);
  EXPECT_EQ(remove_webhook_endpoint(session, ada, by, to.id, 2).value(), edit_outcome::not_found);
}

TEST_F(outgoing_webhooks_test, no_order_waits_until_the_deliveries_of_a_removed_endpoint_are_deleted) {
  const auto to = listen({"order.placed"});
  (void)placed_for(to, 10);
  const auto holding = open_pq(database.superuser(), "holding").value();
  (void)execute(*holding, "BEGIN; SELECT FROM webhook_deliveries FOR UPDATE").value();
  auto removing =
      std::async(std::launch::async, [&] { return remove_webhook_endpoint(session, ada, by, to.id, 1); });
  EXPECT_TRUE(waits_for_lock(1));
  close_orders();
  auto ordering = std::async(std::launch::async, [&] { return apply({.orders = {an_order(11, 11)}}); });
  EXPECT_EQ(ordering.wait_for(20s), std::future_status::ready);
  (void)execute(*holding, "COMMIT").value();
  EXPECT_EQ(ordering.get().outcome, commit_outcome::committed);
  EXPECT_EQ(removing.get().value(), edit_outcome::done);
  EXPECT_EQ(count("webhook_endpoints"), 0);
  EXPECT_EQ(count("webhook_deliveries"), 0);
}

TEST_F(outgoing_webhooks_test, an_attempt_is_recorded_beside_a_removal_without_a_deadlock) {
  const auto to = listen({"order.placed"});
  const auto key = placed_for(to);
  const auto removing = open_pq(database.superuser(), "removing").value();
  (void)execute(*removing, "BEGIN; SELECT FROM webhook_endpoints FOR UPDATE").value();
  const webhook_attempt made{key,  200,       "", {delivery_end::delivered, noon, endpoint_verdict::works},
                             noon, ids.next()};
  auto recording = std::async(std::launch::async, [&] { return record_webhook_attempt(session, ada, made); });
  EXPECT_TRUE(waits_for_lock(1));
  const auto removed = execute(*removing, "DELETE FROM webhook_endpoints; COMMIT");
  EXPECT_TRUE(removed) << test::why(removed);
  const auto recorded = recording.get();
  EXPECT_TRUE(recorded) << test::why(recorded);
  EXPECT_EQ(count("webhook_deliveries"), 0);
}

TEST_F(outgoing_webhooks_test, a_dead_job_that_is_retried_delivers_what_died_with_it) {
  const auto to = listen({"order.placed"});
  const auto key = placed_for(to);
  sql("WITH gone AS (DELETE FROM jobs RETURNING *) INSERT INTO dead_jobs (id, business_id, kind, unique_key, priority, attempts, "
      "claims, created_at, died_at, error_codes, error_times, payload) SELECT id, business_id, kind, unique_key, priority, 12, 12, "
      "created_at, 0, '{}', '{}', payload FROM gone; UPDATE webhook_deliveries SET state = 'dead'");
  const auto job = parse_uuid(text("SELECT id FROM dead_jobs")).value();
  ASSERT_TRUE(retry_dead_job(session, ada, by, job_id{job}).value());
  EXPECT_TRUE(due(key));
  EXPECT_EQ(due(key)->began_at, noon);
}

TEST_F(outgoing_webhooks_test, the_activity_log_shows_where_to_and_neither_path_nor_secret) {
  const auto to = listen({"order.placed"});
  ASSERT_TRUE(rotate_webhook_secret(session, ada, by, to.id, {"fresh", "abcd"}, noon, 1));
  ASSERT_TRUE(remove_webhook_endpoint(session, ada, by, to.id, 2));
  EXPECT_EQ(number("SELECT count(*) FROM audit_log WHERE action LIKE 'webhook_endpoint.%'"), 4)
      << "its removal turns it off first";
  EXPECT_EQ(number("SELECT count(*) FROM audit_log WHERE audit_log::text ~ 'hidden|/hook|sealed|fresh'"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM audit_log WHERE audit_log::text LIKE '%https://shop.example\"%'"),
            4);
}

TEST_F(outgoing_webhooks_test, deliveries_are_listed_newest_first_by_page_and_state) {
  const auto to = listen({"order.placed"});
  std::vector<webhook_delivery_key> keys;
  for (std::uint32_t n = 10; n < 15; ++n) {
    close_orders();
    auto order = an_order(n, n);
    order.created_at = noon + std::chrono::seconds{n};
    ASSERT_EQ(apply({.orders = {order}}).outcome, commit_outcome::committed);
    keys.push_back(
        {to.id, outgoing::make_event_id(outgoing::event_type::order_placed, plain_id(n), order.created_at)});
  }
  record(keys[1], delivery_end::delivered, endpoint_verdict::works, 200);
  const auto listed = [&](std::optional<std::string> state, std::optional<api::page_position> after) {
    std::vector<outgoing::event_id> events;
    for (const auto& one : list_webhook_deliveries(session, ada, to.id, state, after, 2).value())
      events.push_back(one.event);
    return events;
  };
  EXPECT_THAT(listed({}, {}), ElementsAre(keys[4].event, keys[3].event, keys[2].event));
  EXPECT_THAT(listed({}, api::page_position{0, keys[3].event.value}),
              ElementsAre(keys[2].event, keys[1].event, keys[0].event));
  EXPECT_THAT(listed("delivered", {}), ElementsAre(keys[1].event));
}

TEST_F(outgoing_webhooks_test, a_payload_that_is_none_names_no_delivery) {
  for (const char* wrong :
       {"", "{}", "[]", "x", R"({"endpoint":"x","event":"y"})", R"({"endpoint":1,"event":2})"})
    EXPECT_FALSE(read_webhook_job(wrong)) << wrong;
}

}  // namespace
}  // namespace sellavie::storage
