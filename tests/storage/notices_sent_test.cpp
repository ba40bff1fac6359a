// How people are told: mails, pushes, summaries, and what they read in the app.

#include <atomic>
#include <thread>

#include "tests/storage/notices_fixture.hpp"

namespace sellavie::storage {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

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
  EXPECT_TRUE(waits_for_lock(2));
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
  nothing_after("done", [&] { sql("UPDATE person_tasks SET done_at = 1"); });
  nothing_after("not wished any more", [&] { choose(owner, 1); });
  sql("DELETE FROM notification_settings");
  nothing_after("seen no more by the role", [&] { sql("UPDATE memberships SET role = 'viewer'"); });
  sql("UPDATE memberships SET role = 'owner'");
  nothing_after("given to somebody else", [&] {
    join(agent, "agent");
    assign(agent);
  });
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
