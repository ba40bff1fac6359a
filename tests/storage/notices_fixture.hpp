#pragma once
// A shop with its people, and what happens in it of which they are told: for the tests of what is told, and of how it is sent.

#include <map>

#include "storage/api/members.hpp"
#include "storage/api/notifications.hpp"
#include "storage/notice_desk.hpp"
#include "storage/notice_events.hpp"
#include "storage/notice_work.hpp"
#include "storage/push_queue.hpp"
#include "storage/webhook_queue.hpp"
#include "tests/storage/unit_of_work_fixture.hpp"

namespace sellavie::storage {

using namespace std::chrono_literals;

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

inline std::vector<std::string> kinds_of(const change_set& changes) {
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
  change_origin by(const uuid& who) const { return {api::account_id{who}, {}, "::1", "r", noon}; }

  api_session session{database.access(), "notices"};
  ids_by_time times;
  bool can_mail = true;
  std::vector<std::vector<told_line>> written;
};

}  // namespace sellavie::storage
