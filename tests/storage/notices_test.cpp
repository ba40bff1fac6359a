// What people are told of their business: from the commit that causes it to their rows.

#include "tests/storage/notices_fixture.hpp"

namespace sellavie::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

// --- what is an event ----------------------------------------------------------------------------

TEST_F(notices_test,
       a_hand_over_by_the_ai_is_one_and_a_task_in_a_chat_that_people_have_is_something_to_look_at) {
  EXPECT_THAT(kinds_of(handing_over()), ElementsAre("hand_over"));
  EXPECT_THAT(kinds_of({.conversations = {an_epoch(1, 1)}, .tasks = {a_task("handover")}}),
              ElementsAre("review_item"));
  EXPECT_THAT(kinds_of({.conversations = {an_epoch(1, 2)}}), IsEmpty())
      << "a person takes over, or gives back";
}

TEST_F(notices_test, tasks_say_what_they_are) {
  for (const char* kind : {"connection", "payment_connection", "webhook"})
    EXPECT_THAT(kinds_of({.tasks = {a_task(kind)}}), ElementsAre("broken_connection")) << kind;
  for (const char* kind :
       {"payment_review", "dispute", "refund_awaits_approval", "refund_failed", "send_failed", "parked"})
    EXPECT_THAT(kinds_of({.tasks = {a_task(kind)}}), ElementsAre("review_item")) << kind;
  EXPECT_THAT(kinds_of({.tasks = {a_task("plan")}, .plan_warnings = {{ada, "2026-11", 80, 100, noon}}}),
              ElementsAre("quota"));
}

TEST_F(notices_test, an_order_is_told_when_it_is_paid_and_a_payment_when_it_fails) {
  const auto order = an_order(10, 1);
  EXPECT_THAT(kinds_of({.orders = {order}}), IsEmpty());
  EXPECT_THAT(kinds_of({.orders = {changed(order, "paid")}}), ElementsAre("paid_order"));
  EXPECT_THAT(kinds_of({.orders = {changed(order, "fulfilled")}}), IsEmpty());
  payment_row payment{.business = ada, .order = order.id, .reference = "r-1", .status = "failed"};
  EXPECT_THAT(kinds_of({.payments = {payment}}), ElementsAre("failed_payment"));
  payment.status = "expired";
  EXPECT_THAT(kinds_of({.payments = {payment}}), IsEmpty());
}

TEST_F(notices_test, a_plain_message_says_nothing_to_people) {
  EXPECT_THAT(kinds_of({.messages = {a_message(80, false, "hello")},
                        .turns = {a_turn(81, {})},
                        .conversations = {an_epoch(1, 1)}}),
              IsEmpty());
}

// --- in the commit -------------------------------------------------------------------------------

TEST_F(notices_test, the_commit_queues_one_job_for_all_people) {
  hand_over();
  EXPECT_EQ(jobs_of("notice.tell"), 1);
  EXPECT_EQ(text("SELECT unique_key FROM jobs"), "hand_over." + to_string(plain_id(70)) + ".0");
  const auto job = read_notice_job(ada, text("SELECT payload FROM jobs")).value();
  EXPECT_EQ(job.what.about, chat.value);
  EXPECT_EQ(job.what.epoch, 2);
  EXPECT_EQ(text("SELECT priority || ' ' || state FROM jobs"), "0 1") << "a customer waits";
}

TEST_F(notices_test, a_business_without_people_queues_nothing) {
  sql("DELETE FROM memberships");
  hand_over();
  pay();
  ASSERT_EQ(apply({.stock = {{ada, ankara, -18, noon}}}).outcome, commit_outcome::committed);
  EXPECT_EQ(count("jobs"), 0);
}

TEST_F(notices_test, an_order_that_stays_paid_is_not_told_again) {
  auto order = changed(an_order(10, 1), "paid");
  ASSERT_EQ(apply({.orders = {an_order(10, 1)}}).outcome, commit_outcome::committed);
  ASSERT_EQ(apply({.orders = {order}}).outcome, commit_outcome::committed);
  EXPECT_EQ(jobs_of("notice.tell"), 1);
  sql("DELETE FROM jobs");
  order = changed(order, "paid");
  ASSERT_EQ(apply({.orders = {order}}).outcome, commit_outcome::committed);
  EXPECT_EQ(jobs_of("notice.tell"), 0) << "a tracking text, say";
}

TEST_F(notices_test, money_that_is_looked_at_already_is_not_told_again) {
  ASSERT_EQ(apply({.tasks = {a_task("payment_review", "#1", 71)}}).outcome, commit_outcome::committed);
  ASSERT_EQ(apply({.tasks = {a_task("payment_review", "#1", 72)}}).outcome, commit_outcome::committed);
  EXPECT_EQ(jobs_of("notice.tell"), 1);
}

TEST_F(notices_test, a_commit_that_is_refused_tells_nothing) {
  expect_refused({.orders = {changed(an_order(10, 1), "paid")}}, "orders to change");
  EXPECT_EQ(count("jobs"), 0);
}

TEST_F(notices_test, a_product_runs_low_once_until_a_person_adds_some) {
  const auto move = [&](std::int64_t delta, std::optional<uuid> by_hand = {}) {
    change_set set{.stock = {{ada, ankara, delta, noon}}};
    if (by_hand) set.stock_movements.push_back({*by_hand, ada, ankara, delta, 9, "counted", "person", noon});
    ASSERT_EQ(apply(set).outcome, commit_outcome::committed);
  };
  const auto fresh = [&] {
    const auto found = jobs_of("notice.tell");
    tell_all();
    return found;
  };
  const auto rows = [&] {
    return number("SELECT count(DISTINCT subject) FROM notifications WHERE kind = 'low_stock'");
  };
  move(-16);  // 4
  EXPECT_EQ(fresh(), 0);
  move(-1);  // 3
  EXPECT_EQ(fresh(), 1);
  EXPECT_EQ(rows(), 1);
  move(-1);
  EXPECT_EQ(fresh(), 0) << "it is low already";
  move(+2);
  move(-1);
  tell_all();
  EXPECT_EQ(rows(), 1) << "pieces that came back from an order that nobody paid";
  move(+5, plain_id(90));
  move(-6, plain_id(91));
  EXPECT_EQ(fresh(), 1) << "it was filled up; a correction counts as a sale";
  EXPECT_EQ(rows(), 2);
}

TEST_F(notices_test, no_threshold_or_a_product_that_is_not_sold_says_nothing) {
  sql("UPDATE businesses SET low_stock_at = NULL");
  ASSERT_EQ(apply({.stock = {{ada, ankara, -19, noon}}}).outcome, commit_outcome::committed);
  sql("UPDATE businesses SET low_stock_at = 3; UPDATE products SET stock = 20, active = false");
  ASSERT_EQ(apply({.stock = {{ada, ankara, -19, noon}}}).outcome, commit_outcome::committed);
  EXPECT_EQ(count("jobs"), 0);
}

TEST_F(notices_test, a_webhook_that_is_turned_off_is_told_outside_of_the_journal_too) {
  sql("INSERT INTO person_tasks (id, business_id, kind, reason, created_at) VALUES (" + quote(plain_id(75)) +
      "," + quote(ada) + ", 'webhook', 'off', 0)");
  const auto connection = open_pqxx(database.access().tenant, test_application).value();
  pqxx::work work{*connection};
  work.exec_params("SELECT set_config('app.business_id', $1, true)", to_string(ada));
  queue_task_notice(work, plain_id(75), notification_kind::broken_connection, noon);
  queue_task_notice(work, plain_id(75), notification_kind::broken_connection, noon);
  queue_task_notice(work, plain_id(76), notification_kind::broken_connection, noon);  // there is no such task
  work.commit();
  EXPECT_EQ(jobs_of("notice.tell"), 1);
  tell_all();
  EXPECT_THAT(told(), ElementsAre("admin broken_connection", "owner broken_connection"));
}

// --- telling -------------------------------------------------------------------------------------

TEST_F(notices_test, whoever_it_is_for_is_told_once_however_often_the_job_runs) {
  hand_over();
  const auto payload = text("SELECT payload FROM jobs");
  EXPECT_THAT(tell(payload), SizeIs(3));
  EXPECT_THAT(tell(payload), IsEmpty()) << "nothing new to show";
  EXPECT_THAT(told(), ElementsAre("admin hand_over", "agent hand_over", "owner hand_over"));
  EXPECT_EQ(jobs_of("notice.send"), 6) << "by mail and by push";
  EXPECT_EQ(number("SELECT count(*) FROM jobs WHERE kind = 'notice.tell' AND unique_key LIKE '%.1'"), 1);
}

TEST_F(notices_test, an_event_of_the_shop_is_for_whoever_manages_it) {
  ASSERT_EQ(apply({.plan_warnings = {{ada, "2026-11", 80, 100, noon}}}).outcome, commit_outcome::committed);
  tell_all();
  EXPECT_THAT(told(), ElementsAre("admin quota", "owner quota"));
  EXPECT_EQ(number("SELECT DISTINCT amount FROM notifications"), 80);
}

TEST_F(notices_test, a_chat_that_somebody_has_is_handed_over_to_that_one_alone) {
  assign(agent);
  hand_over();
  tell_all();
  EXPECT_THAT(told(), ElementsAre("agent hand_over"));
}

TEST_F(notices_test, a_chat_of_somebody_who_cannot_answer_or_wants_no_word_of_it_is_everybodys) {
  assign(viewer);
  hand_over();
  tell_all();
  EXPECT_THAT(told(), UnorderedElementsAre("owner hand_over", "admin hand_over", "agent hand_over"));
  sql("DELETE FROM notifications");
  choose(agent, 0);
  assign(agent);
  const auto changes = handing_over(71);
  const auto events = notice_events_of(changes);
  ASSERT_EQ(events.size(), 1U);
  (void)tell(write_notice_job({events.front().what}));
  EXPECT_THAT(told(), UnorderedElementsAre("owner hand_over", "admin hand_over"));
}

// The journal ends jobs together with messages and orders: nobody may make it wait, nor take its turn.
TEST_F(notices_test, who_tells_yields_to_whoever_holds_the_jobs_of_sending) {
  hand_over();
  tell_all();
  ASSERT_GT(jobs_of("notice.send"), 0);
  sql("UPDATE jobs SET due_at = due_at + 60000, state = 0 WHERE kind = 'notice.send'");
  pay();
  const auto job = due("notice.tell", noon).at(0);
  auto journal = engine();
  pqxx::work ending{*journal};
  ending.exec("SELECT FROM jobs WHERE kind = 'notice.send' FOR UPDATE");
  const auto wanted = read_notice_job(ada, job.payload).value();
  const auto late = tell_notice(desk(noon), wanted);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, errc::timed_out);
  ending.commit();
  EXPECT_TRUE(tell_notice(desk(noon), wanted));
}

TEST_F(notices_test, who_wants_no_way_is_told_nothing_and_who_wants_mail_alone_sees_nothing_in_the_app) {
  choose(owner, 0);
  choose(admin, 2);
  pay();
  EXPECT_THAT(tell(text("SELECT payload FROM jobs WHERE kind = 'notice.tell'")), SizeIs(1));
  EXPECT_THAT(told(), ElementsAre("admin paid_order", "agent paid_order"));
  EXPECT_THAT(list_notifications(session, ada, api::account_id{admin}, false, {}, 50).value(), IsEmpty());
}

TEST_F(notices_test, a_server_without_mail_promises_none) {
  can_mail = false;
  choose(owner, 2);
  choose(admin, 3);
  only(owner);
  join(admin, "admin");
  choose(admin, 3);
  pay();
  tell_all();
  EXPECT_THAT(told(), ElementsAre("admin paid_order"));
  EXPECT_EQ(number("SELECT email FROM notifications"), 0);
}

TEST_F(notices_test, what_is_over_before_it_is_told_is_not_told) {
  hand_over();
  answer_customer(noon + 1s);
  tell_all(noon + 2s);
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(jobs_of("notice.tell"), 0) << "nor does anybody hear of it later";
}

TEST_F(notices_test, a_payload_that_is_none_is_read_as_none) {
  for (const char* wrong : {"", "{}", "[]", "x", R"({"kind":"x","subject":"s","at":1})",
                            R"({"kind":"quota","subject":"s","at":1,"step":9})"})
    EXPECT_FALSE(read_notice_job(ada, wrong)) << wrong;
  for (const char* wrong : {"", "{}", "[]", R"({"account":"x","way":"email"})", R"({"account":1,"way":2})"})
    EXPECT_FALSE(read_person_job(ada, wrong)) << wrong;
  const notice_job job{{ada, notification_kind::hand_over, "s", chat.value, plain_id(3), 7, 80, noon},
                       escalation::owner,
                       agent};
  const auto again = read_notice_job(ada, write_notice_job(job)).value();
  EXPECT_EQ(write_notice_job(again), write_notice_job(job));
}

// --- escalation ----------------------------------------------------------------------------------

TEST_F(notices_test, a_hand_over_that_nobody_takes_is_told_to_managers_and_then_to_the_owner) {
  hand_over();
  tell_all();
  EXPECT_EQ(due_of("notice.tell"), noon + 10min);
  tell_all(noon + 10min);
  EXPECT_THAT(told(), ElementsAre("admin hand_over", "admin hand_over 1", "agent hand_over",
                                  "owner hand_over", "owner hand_over 1"));
  EXPECT_EQ(due_of("notice.tell"), noon + 30min);
  tell_all(noon + 30min);
  EXPECT_EQ(number("SELECT count(*) FROM notifications WHERE step = 2"), 1);
  EXPECT_EQ(jobs_of("notice.tell"), 0);
}

TEST_F(notices_test, whoever_takes_the_chat_ends_it) {
  const auto ends_with = [&](const char* what, auto taking) {
    sql("DELETE FROM jobs; DELETE FROM notifications; DELETE FROM person_tasks; DELETE FROM messages; DELETE FROM conversation_work; "
        "UPDATE conversations SET epoch = 1, owner = 0");
    hand_over();
    tell_all();
    taking();
    tell_all(noon + 10min);
    EXPECT_EQ(number("SELECT count(*) FROM notifications WHERE step > 0"), 0) << what;
    EXPECT_EQ(jobs_of("notice.tell"), 0) << what;
  };
  ends_with("a reply", [&] { answer_customer(noon + 5min); });
  ends_with("an assignment", [&] { assign(agent); });
  ends_with("the AI has it again", [&] {
    ASSERT_EQ(apply({.conversations = {an_epoch(2, 3)}}).outcome, commit_outcome::committed);
  });
  ends_with("the task is done", [&] { sql("UPDATE person_tasks SET done_at = 1"); });
}

TEST_F(notices_test, somebody_who_had_the_chat_and_is_silent_has_not_taken_it) {
  assign(agent);
  hand_over();
  tell_all();
  tell_all(noon + 10min);
  EXPECT_THAT(told(), ElementsAre("admin hand_over 1", "agent hand_over", "owner hand_over 1"));
  assign(admin);
  tell_all(noon + 30min);
  EXPECT_EQ(number("SELECT count(*) FROM notifications WHERE step = 2"), 0) << "now somebody else has it";
}

TEST_F(notices_test, what_is_told_again_comes_by_mail_whatever_was_chosen) {
  choose(admin, 1);
  choose(owner, 1);
  hand_over();
  tell_all();
  send_all();
  EXPECT_THAT(mails(), SizeIs(1)) << "the agent's";
  tell_all(noon + 10min);
  send_all(noon + 10min);
  EXPECT_THAT(mails(), SizeIs(3));
}

}  // namespace
}  // namespace sellavie::storage
