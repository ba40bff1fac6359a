// What people are told of their business: from the commit that causes it to the row, the mail and the push.

#include "storage/notice_desk.hpp"

#include <atomic>
#include <map>
#include <thread>

#include "storage/api/members.hpp"
#include "storage/api/notifications.hpp"
#include "storage/notice_events.hpp"
#include "storage/notice_work.hpp"
#include "storage/push_queue.hpp"
#include "storage/webhook_queue.hpp"
#include "tests/storage/unit_of_work_fixture.hpp"

namespace sellavie::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

/// As the server's: rows are found by the time in their ids.
class ids_by_time final : public id_source {
 public:
  uuid next() override {
    std::array<std::uint8_t, 10> rest{};
    ++last_;
    for (int i = 0; i < 4; ++i)
      rest[static_cast<std::size_t>(9 - i)] = static_cast<std::uint8_t>(last_ >> (8 * i));
    return make_uuid_v7(now, rest);
  }
  instant now = noon;

 private:
  std::uint32_t last_ = 0;
};

std::vector<std::string> kinds_of(const change_set& changes) {
  std::vector<std::string> kinds;
  for (const auto& one : notice_events_of(changes)) kinds.emplace_back(to_string(one.what.kind));
  return kinds;
}

class notices_test : public unit_of_work_test {
 protected:
  static inline const uuid owner = plain_id(31);
  static inline const uuid admin = plain_id(32);
  static inline const uuid agent = plain_id(33);
  static inline const uuid viewer = plain_id(34);
  static inline const business_id kofi = id_of<business_id>(21);

  void SetUp() override {
    unit_of_work_test::SetUp();
    join(owner, "owner");
    join(admin, "admin");
    join(agent, "agent");
    join(viewer, "viewer");
  }

  void join(const uuid& who, const std::string& role, const business_id& business = ada) const {
    sql("INSERT INTO accounts (id, email, password_hash, created_at) VALUES (" + quote(who) + ", '" + role +
        "-" + to_string(who).substr(34) +
        "@shop.example', '', 0) ON CONFLICT DO NOTHING; INSERT INTO memberships (account_id, business_id, role, created_at) VALUES (" +
        quote(who) + "," + quote(business) + ", '" + role + "', 0)");
  }
  /// 1 in the app, 2 by mail, 4 by push, of every kind.
  void choose(const uuid& who, int ways, const std::string& quiet = "NULL, NULL, NULL",
              const std::string& digest = "off") const {
    const auto n = std::to_string(ways);
    sql("INSERT INTO notification_settings (business_id, account_id, hand_over, paid_order, failed_payment, review_item, low_stock, "
        "broken_connection, quota, quiet_from, quiet_to, quiet_zone, digest) VALUES (" +
        quote(ada) + "," + quote(who) + "," + n + "," + n + "," + n + "," + n + "," + n + "," + n + "," + n +
        "," + quiet + ", '" + digest +
        "') ON CONFLICT (business_id, account_id) DO UPDATE SET (hand_over, paid_order, failed_payment, review_item, low_stock, "
        "broken_connection, quota, quiet_from, quiet_to, quiet_zone, digest) = (excluded.hand_over, excluded.paid_order, "
        "excluded.failed_payment, excluded.review_item, excluded.low_stock, excluded.broken_connection, excluded.quota, "
        "excluded.quiet_from, excluded.quiet_to, excluded.quiet_zone, excluded.digest)");
  }
  void only(const uuid& who) const { sql("DELETE FROM memberships WHERE account_id <> " + quote(who)); }

  person_task a_task(std::string kind, std::string reason = "why", std::uint32_t n = 70) const {
    return {ada, chat, plain_id(n), std::move(kind), std::move(reason), noon};
  }
  change_set handing_over(std::uint32_t n = 70) const {
    auto row = an_epoch(1, 2);
    row.owner = chat_owner::person;
    return {.conversations = {row}, .tasks = {a_task("handover", "why", n)}};
  }
  void hand_over() { ASSERT_EQ(apply(handing_over()).outcome, commit_outcome::committed); }
  void pay(std::uint32_t n = 10) {
    sql("UPDATE orders SET status = 'cancelled' WHERE status IN ('draft', 'awaiting_payment')");
    const auto order = an_order(n, n);
    ASSERT_EQ(apply({.orders = {order}}).outcome, commit_outcome::committed);
    ASSERT_EQ(apply({.orders = {changed(order, "paid")}}).outcome, commit_outcome::committed);
  }
  void answer_customer(instant at) const {
    sql("INSERT INTO messages (conversation_id, id, business_id, direction, origin, state, body, provider_time, created_at) VALUES (" +
        quote(chat) + ", least_id_at(" + ms(at) + "), " + quote(ada) + ", 1, 2, 5, 'I am here', 0, 0)");
  }
  void assign(const uuid& who) const {
    sql("INSERT INTO conversation_work (conversation_id, business_id, assignee_id) VALUES (" + quote(chat) +
        "," + quote(ada) + "," + quote(who) +
        ") ON CONFLICT (conversation_id) DO UPDATE SET assignee_id = excluded.assignee_id");
  }
  static std::string ms(instant at) { return std::to_string(to_unix_ms(at)); }

  // The runner's part: what is due is done, and its job goes.
  struct open_job {
    std::string id;
    std::string payload;
    instant created_at{};
  };
  std::vector<open_job> due(const char* kind, instant now) const {
    const auto rows = sql("SELECT id, payload, created_at FROM jobs WHERE kind = '" + std::string{kind} +
                          "' AND due_at <= " + ms(now) + " ORDER BY due_at, id");
    std::vector<open_job> jobs;
    for (int i = 0; i < PQntuples(rows.get()); ++i)
      jobs.push_back({std::string{field(rows, i, 0)}, std::string{field(rows, i, 1)},
                      instant_from_ms(std::stoll(std::string{field(rows, i, 2)}))});
    return jobs;
  }
  notice_desk desk(instant now) {
    times.now = now;
    return {session, times, now, can_mail};
  }
  std::vector<told_person> tell(const std::string& payload, instant now = noon) {
    const auto told = tell_notice(desk(now), read_notice_job(ada, payload).value());
    EXPECT_TRUE(told) << test::why(told);
    return told ? told.value() : std::vector<told_person>{};
  }
  void tell_all(instant now = noon) {
    for (const auto& job : due("notice.tell", now)) {
      (void)tell(job.payload, now);
      sql("DELETE FROM jobs WHERE id = '" + job.id + "'");
    }
  }
  sent_notices send(const open_job& job, instant now) {
    const auto wanted = read_person_job(ada, job.payload).value();
    const auto sent =
        wanted.way == notification_way::push
            ? push_notices(desk(now), wanted, [&](const auto& lines) { return words_of(lines); })
            : mail_notices(desk(now), wanted, [&](const auto& lines) { return letter(lines); });
    EXPECT_TRUE(sent) << test::why(sent);
    return sent ? sent.value() : sent_notices{};
  }
  void settle(const open_job& job, const std::optional<instant>& again_at) const {
    if (again_at)
      sql("UPDATE jobs SET state = 0, due_at = " + ms(*again_at) + " WHERE id = '" + job.id + "'");
    else sql("DELETE FROM jobs WHERE id = '" + job.id + "'");
  }
  void send_all(instant now = noon) {
    for (const auto& job : due("notice.send", now)) settle(job, send(job, now).again_at);
  }
  void sum_up_all(instant now) {
    for (const auto& job : due("notice.summary", now)) {
      const auto sent = mail_summary(desk(now), read_person_job(ada, job.payload).value(), job.created_at,
                                     [&](const auto& lines, digest_rhythm) { return letter(lines); });
      ASSERT_TRUE(sent) << test::why(sent);
      settle(job, sent.value().again_at);
    }
  }
  std::string words_of(const std::vector<told_line>& lines) {
    std::string text;
    for (const auto& line : lines) text += (text.empty() ? "" : " ") + sentence_of(line);
    written.push_back(lines);
    return text;
  }
  queued_mail letter(const std::vector<told_line>& lines) {
    return {.id = times.next_as<mail_id>(),
            .recipient = {},
            .kind = "notification",
            .sealed_letter = words_of(lines),
            .created_at = times.now,
            .expires_at = times.now + 24h};
  }
  std::vector<std::string> mails() const {
    return texts("SELECT recipient || ': ' || letter FROM mails ORDER BY id");
  }
  std::vector<std::string> texts(const std::string& query) const {
    const auto rows = sql(query);
    std::vector<std::string> all;
    for (int i = 0; i < PQntuples(rows.get()); ++i) all.emplace_back(field(rows, i, 0));
    return all;
  }
  std::vector<std::string> told() const {
    return texts(
        "SELECT m.role || ' ' || n.kind || CASE n.step WHEN 0 THEN '' ELSE ' ' || n.step END FROM notifications n "
        "JOIN memberships m USING (business_id, account_id) ORDER BY 1");
  }
  std::int64_t jobs_of(const char* kind) const {
    return number("SELECT count(*) FROM jobs WHERE kind = '" + std::string{kind} + "'");
  }
  instant due_of(const char* kind) const {
    return instant_from_ms(number("SELECT min(due_at) FROM jobs WHERE kind = '" + std::string{kind} + "'"));
  }
  void subscribe(const uuid& who, std::uint32_t n, instant ends = noon + 24h * 30) const {
    sql("INSERT INTO sessions (id, account_id, created_at, last_used_at, expires_at) VALUES (" +
        quote(plain_id(n)) + "," + quote(who) + ", 0, 0, " + ms(ends) +
        "); INSERT INTO push_subscriptions (id, account_id, session_id, endpoint_hash, sealed, service, created_at) VALUES (" +
        quote(plain_id(n)) + "," + quote(who) + "," + quote(plain_id(n)) + ", decode(repeat(lpad(to_hex(" +
        std::to_string(n) + "), 8, '0'), 8), 'hex'), 'sealed', 'https://push.example', 0)");
  }
  /// So many wait for somebody else's lock.
  bool wait_for_lock(std::int64_t many) const {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (count("pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") < many) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(5ms);
    }
    return true;
  }
  change_origin by(const uuid& who) const { return {api::account_id{who}, {}, "::1", "r", noon}; }

  api_session session{database.access(), "notices"};
  ids_by_time times;
  bool can_mail = true;
  std::vector<std::vector<told_line>> written;
};

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
  for (const char* kind : {"connection", "webhook"})
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

// --- mails ---------------------------------------------------------------------------------------

TEST_F(notices_test, a_mail_goes_to_the_account_and_says_what_happened) {
  only(owner);
  hand_over();
  tell_all();
  send_all();
  EXPECT_THAT(mails(), ElementsAre("owner-1f@shop.example: A chat waits for you."));
  EXPECT_EQ(written.at(0).at(0).id, to_string(chat));
  EXPECT_EQ(jobs_of("notice.send"), 0);
}

TEST_F(notices_test, run_twice_it_is_one_mail) {
  only(owner);
  hand_over();
  tell_all();
  const auto job = due("notice.send", noon).at(0);
  EXPECT_FALSE(send(job, noon).again_at);
  const auto again = send(job, noon + 1h);
  EXPECT_FALSE(again.again_at);
  EXPECT_THAT(mails(), SizeIs(1));
  EXPECT_EQ(again.said[0], 0);
}

TEST_F(notices_test, sent_by_two_servers_at_once_it_is_one_mail) {
  only(owner);
  hand_over();
  tell_all();
  sql("INSERT INTO notification_pace (business_id, account_id) VALUES (" + quote(ada) + "," + quote(owner) +
      ")");
  const auto holder = engine();
  pqxx::work holding{*holder};
  holding.exec("SELECT FROM notification_pace FOR UPDATE");
  std::atomic<std::int64_t> said{0};
  std::atomic<int> put_off{0};
  const auto send_once = [&](std::uint32_t n) {
    api_session own{database.access(), "notices"};
    ids_by_time own_ids;
    const auto sent = mail_notices({own, own_ids, noon}, {ada, owner, notification_way::email},
                                   [n](const std::vector<told_line>&) {
                                     return queued_mail{.id = id_of<mail_id>(n),
                                                        .recipient = {},
                                                        .kind = "notification",
                                                        .sealed_letter = "letter",
                                                        .created_at = noon,
                                                        .expires_at = noon + 24h};
                                   });
    EXPECT_TRUE(sent) << test::why(sent);
    if (!sent) return;
    said += sent.value().said[static_cast<std::size_t>(notification_kind::hand_over)];
    if (sent.value().again_at) ++put_off;
  };
  std::thread one{send_once, 61U};
  std::thread two{send_once, 62U};
  EXPECT_TRUE(wait_for_lock(2));
  holding.commit();
  one.join();
  two.join();
  EXPECT_THAT(mails(), SizeIs(1));
  EXPECT_EQ(said, 1);
  EXPECT_EQ(put_off, 1) << "it looked after the other's mail";
}

TEST_F(notices_test, what_comes_within_ten_minutes_is_one_mail_then) {
  only(agent);
  choose(agent, 2);
  pay(10);
  tell_all();
  send_all();
  ASSERT_THAT(mails(), ElementsAre(HasSubstr("An order was paid.")));
  pay(11);
  pay(12);
  tell_all(noon + 1min);
  send_all(noon + 1min);
  send_all(noon + 9min);
  EXPECT_THAT(mails(), SizeIs(1));
  EXPECT_EQ(due_of("notice.send"), noon + 10min);
  send_all(noon + 10min);
  EXPECT_THAT(mails(), ElementsAre(HasSubstr("An order was paid."), HasSubstr("2 orders were paid.")));
}

TEST_F(notices_test, quiet_hours_hold_it_until_they_end_where_the_person_is) {
  only(owner);
  // noon is 09:53:20 in Lagos.
  choose(owner, 7, "540, 600, 'Africa/Lagos'");
  hand_over();
  tell_all();
  EXPECT_EQ(count("notifications"), 1) << "in the app at once";
  EXPECT_EQ(due_of("notice.send"), noon + 6min + 40s);
  send_all(noon + 1min);
  EXPECT_THAT(mails(), IsEmpty());
  send_all(noon + 7min);
  EXPECT_THAT(mails(), SizeIs(1));
}

TEST_F(notices_test, quiet_hours_that_were_set_meanwhile_hold_it_too) {
  only(owner);
  hand_over();
  tell_all();
  choose(owner, 7, "540, 600, 'Africa/Lagos'");
  send_all();
  EXPECT_THAT(mails(), IsEmpty());
  EXPECT_EQ(due_of("notice.send"), noon + 6min + 40s);
}

TEST_F(notices_test, a_zone_that_this_machine_does_not_know_counts_as_utc) {
  only(owner);
  // noon is 08:53:20 in UTC.
  choose(owner, 7, "480, 540, 'Mars/Olympus'");
  hand_over();
  tell_all();
  EXPECT_EQ(due_of("notice.send"), noon + 6min + 40s);
  send_all(noon + 1min);
  EXPECT_THAT(mails(), IsEmpty());
  send_all(noon + 7min);
  EXPECT_THAT(mails(), SizeIs(1));
}

TEST_F(notices_test, what_is_over_is_not_mailed) {
  only(owner);
  const auto nothing_after = [&](const char* what, auto ending) {
    sql("DELETE FROM jobs; DELETE FROM notifications; DELETE FROM mails; DELETE FROM person_tasks; DELETE FROM messages; "
        "DELETE FROM conversation_work; UPDATE conversations SET epoch = 1, owner = 0; DELETE FROM notification_pace");
    hand_over();
    tell_all();
    ending();
    send_all();
    EXPECT_THAT(mails(), IsEmpty()) << what;
    EXPECT_EQ(number("SELECT email FROM notifications LIMIT 1"), 3) << what;
  };
  nothing_after("read in the app", [&] { sql("UPDATE notifications SET read_at = 1"); });
  nothing_after("answered", [&] { answer_customer(noon + 1s); });
  nothing_after("given to somebody else", [&] { assign(agent); });
  nothing_after("done", [&] { sql("UPDATE person_tasks SET done_at = 1"); });
  nothing_after("not wished any more", [&] { choose(owner, 1); });
  sql("DELETE FROM notification_settings");
  nothing_after("seen no more by the role", [&] { sql("UPDATE memberships SET role = 'viewer'"); });
}

TEST_F(notices_test, stock_that_is_filled_up_and_orders_that_are_closed_are_over) {
  only(admin);
  choose(admin, 2);
  ASSERT_EQ(apply({.stock = {{ada, ankara, -18, noon}}}).outcome, commit_outcome::committed);
  ASSERT_EQ(apply({.notices = {{.business = ada,
                                .kind = notification_kind::failed_payment,
                                .subject = "r-1",
                                .about = plain_id(10),
                                .at = noon}},
                   .orders = {an_order(10, 1)}})
                .outcome,
            commit_outcome::committed);
  tell_all();
  EXPECT_THAT(told(), ElementsAre("admin failed_payment", "admin low_stock"));
  sql("UPDATE products SET stock = 20; UPDATE orders SET status = 'cancelled'");
  send_all();
  EXPECT_THAT(mails(), IsEmpty());
}

TEST_F(notices_test, a_member_who_was_removed_hears_nothing) {
  hand_over();
  tell_all();
  ASSERT_EQ(remove_member(session, ada, by(owner), api::account_id{agent}).value(), team_outcome::done);
  EXPECT_EQ(number("SELECT count(*) FROM notifications WHERE account_id = " + quote(agent)), 0);
  send_all();
  EXPECT_THAT(mails(), UnorderedElementsAre(HasSubstr("owner"), HasSubstr("admin")));
  EXPECT_EQ(jobs_of("notice.send"), 0);
}

TEST_F(notices_test, ten_thousand_at_once_are_one_mail) {
  only(owner);
  choose(owner, 2);
  hand_over();
  tell_all();
  sql("INSERT INTO notifications (id, business_id, account_id, kind, subject, happened_at, created_at, in_app, email, push) "
      "SELECT gen_random_uuid(), " +
      quote(ada) + "," + quote(owner) +
      ", 'paid_order', n::text, 0, 0, true, 1, 0 FROM generate_series(1, 10000) n");
  send_all();
  EXPECT_THAT(mails(), ElementsAre(HasSubstr("A chat waits for you. 10000 orders were paid.")));
}

// --- pushes --------------------------------------------------------------------------------------

TEST_F(notices_test, each_browser_gets_one_push) {
  only(owner);
  subscribe(owner, 41);
  subscribe(owner, 42);
  subscribe(owner, 43, noon);  // its session has ended
  hand_over();
  pay();
  tell_all();
  send_all();
  const auto pushed = texts("SELECT payload FROM jobs WHERE kind = 'push' ORDER BY payload");
  ASSERT_THAT(pushed, SizeIs(2));
  const auto job = read_push_job(pushed[0]).value();
  EXPECT_EQ(job.subscription.value, plain_id(41));
  EXPECT_EQ(job.message, "A chat waits for you. An order was paid.");
  EXPECT_EQ(job.until, noon + 2h);
  pay(11);
  tell_all(noon + 10s);
  EXPECT_EQ(number("SELECT min(due_at) FROM jobs WHERE unique_key LIKE '%.push'"), to_unix_ms(noon + 60s));
}

TEST_F(notices_test, without_a_browser_there_is_nothing_to_push) {
  only(agent);
  pay();
  tell_all();
  send_all();
  EXPECT_EQ(jobs_of("push"), 0);
  EXPECT_EQ(number("SELECT push FROM notifications"), 3);
  EXPECT_EQ(text("SELECT coalesce(max(pushed_at), 0) FROM notification_pace"), "0");
}

// --- summaries -----------------------------------------------------------------------------------

TEST_F(notices_test, a_summary_comes_at_eight_where_the_person_is_and_counts_what_they_were_told) {
  only(owner);
  choose(owner, 1, "0, 60, 'Africa/Lagos'", "daily");
  pay(10);
  pay(11);
  hand_over();
  tell_all();
  const auto eight = due_of("notice.summary");
  EXPECT_EQ(jobs_of("notice.summary"), 1);
  EXPECT_EQ(text("SELECT to_timestamp(" + ms(eight) + " / 1000.0) AT TIME ZONE 'Africa/Lagos'"),
            "2025-10-10 08:00:00");
  sum_up_all(eight);
  EXPECT_THAT(mails(), ElementsAre(HasSubstr("A chat waits for you. 2 orders were paid.")));
  EXPECT_EQ(jobs_of("notice.summary"), 0) << "the next event queues the next one";
  pay(12);
  tell_all(eight + 1h);
  sum_up_all(eight + 24h);
  EXPECT_THAT(mails(), SizeIs(2));
  EXPECT_THAT(mails().back(), HasSubstr("An order was paid.")) << "what was summed up is not counted again";
}

TEST_F(notices_test, a_summary_asks_what_the_person_wishes_by_then) {
  only(owner);
  choose(owner, 1, "NULL, NULL, NULL", "daily");
  pay();
  tell_all();
  const auto eight = due_of("notice.summary");
  choose(owner, 1, "NULL, NULL, NULL", "weekly");
  sum_up_all(eight);
  EXPECT_THAT(mails(), IsEmpty());
  const auto monday = due_of("notice.summary");
  EXPECT_EQ(std::chrono::weekday{std::chrono::floor<std::chrono::days>(monday)}, std::chrono::Monday);
  choose(owner, 1, "NULL, NULL, NULL", "off");
  sum_up_all(monday);
  EXPECT_THAT(mails(), IsEmpty());
  EXPECT_EQ(jobs_of("notice.summary"), 0);
}

TEST_F(notices_test, a_summary_run_twice_is_one) {
  only(owner);
  choose(owner, 1, "NULL, NULL, NULL", "daily");
  pay();
  tell_all();
  const auto eight = due_of("notice.summary");
  const auto job = due("notice.summary", eight).at(0);
  sum_up_all(eight);
  hand_over();
  tell_all(eight + 500ms);
  const auto again = mail_summary(desk(eight + 1s), read_person_job(ada, job.payload).value(), job.created_at,
                                  [&](const auto& lines, digest_rhythm) { return letter(lines); });
  ASSERT_TRUE(again) << test::why(again);
  EXPECT_THAT(mails(), SizeIs(1));
  // What was told while it ran is said the next day, by the same job.
  EXPECT_EQ(again.value().again_at, eight + 24h);
  const auto next = mail_summary(desk(eight + 24h), read_person_job(ada, job.payload).value(), job.created_at,
                                 [&](const auto& lines, digest_rhythm) { return letter(lines); });
  ASSERT_TRUE(next) << test::why(next);
  EXPECT_THAT(mails(), SizeIs(2));
}

// --- in the app ----------------------------------------------------------------------------------

TEST_F(notices_test, a_person_lists_their_own_the_latest_first_and_reads_them) {
  pay(10);
  tell_all(noon);
  pay(11);
  tell_all(noon + 1min);
  pay(12);
  tell_all(noon + 2min);
  const api::account_id own{agent};
  const auto listed = [&](bool unread, std::optional<api::page_position> after = {}) {
    return list_notifications(session, ada, own, unread, after, 1).value();
  };
  const auto first = listed(false);
  ASSERT_THAT(first, SizeIs(2)) << "one more than was wished";
  EXPECT_EQ(first[0].about, plain_id(12));
  EXPECT_EQ(first[1].about, plain_id(11));
  EXPECT_EQ(listed(false, api::page_position{0, first[1].id.value}).at(0).about, plain_id(10));
  EXPECT_EQ(count_unread_notifications(session, ada, own).value(), 3);
  EXPECT_TRUE(read_notification(session, ada, by(agent), first[0].id).value());
  EXPECT_EQ(listed(true).at(0).id, first[1].id);
  EXPECT_EQ(read_notifications(session, ada, by(agent), first[1].id).value(), 2);
  EXPECT_EQ(count_unread_notifications(session, ada, own).value(), 0);
  EXPECT_EQ(listed(false).at(0).read_at, noon);
}

TEST_F(notices_test, nobody_sees_or_reads_what_is_somebody_elses) {
  sql("INSERT INTO businesses (id, key, name, currency, timezone, created_at) VALUES (" + quote(kofi) +
      ", 'kofi', 'Kofi Prints', 'GHS', 'Africa/Accra', 0)");
  join(agent, "agent", kofi);
  pay();
  tell_all();
  const auto of_owner = list_notifications(session, ada, api::account_id{owner}, false, {}, 5).value().at(0);
  EXPECT_FALSE(read_notification(session, ada, by(agent), of_owner.id).value());
  EXPECT_THAT(list_notifications(session, kofi, api::account_id{agent}, false, {}, 5).value(), IsEmpty());
  const auto of_agent = list_notifications(session, ada, api::account_id{agent}, false, {}, 5).value().at(0);
  EXPECT_FALSE(read_notification(session, kofi, by(agent), of_agent.id).value());
  EXPECT_EQ(number("SELECT count(*) FROM notifications WHERE read_at IS NOT NULL"), 0);
}

}  // namespace
}  // namespace sellavie::storage
