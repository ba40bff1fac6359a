// N1 to N6, and S1 to S4.
#include "protocol/domain/notification_rules.hpp"

#include <gtest/gtest.h>

namespace sellavie {
namespace {

using namespace std::chrono_literals;

uuid person(std::uint8_t n) {
  uuid id;
  id.bytes.back() = n;
  return id;
}

notification_choices everything() {
  notification_choices all;
  for (auto& ways : all.ways) ways = {true, true, true};
  return all;
}

const notified_person viewer{person(1), false, false, false, everything()};
const notified_person agent{person(2), true, false, false, everything()};
const notified_person admin{person(3), true, true, false, everything()};
const notified_person owner{person(4), true, true, true, everything()};

std::vector<uuid> told(const notified_event& event,
                       std::vector<notified_person> team = {viewer, agent, admin, owner}) {
  std::vector<uuid> accounts;
  for (const auto& one : notices_of(event, team)) accounts.push_back(one.account);
  return accounts;
}

instant at(int hour, int minute = 0) {
  // A Sunday.
  return instant{std::chrono::sys_days{std::chrono::year{2026} / 11 / 29}} + std::chrono::hours{hour} +
         std::chrono::minutes{minute};
}

TEST(notices, of_customers_go_to_whoever_answers_them) {
  for (const auto kind :
       {notification_kind::hand_over, notification_kind::paid_order, notification_kind::failed_payment})
    EXPECT_EQ(told({kind}), (std::vector{person(2), person(3), person(4)})) << to_string(kind);
}

TEST(notices, of_the_business_go_to_whoever_manages_it) {
  for (const auto kind : {notification_kind::review_item, notification_kind::low_stock,
                          notification_kind::broken_connection, notification_kind::quota})
    EXPECT_EQ(told({kind}), (std::vector{person(3), person(4)})) << to_string(kind);
}

TEST(notices, of_a_chat_that_somebody_has_go_to_that_one_alone) {
  EXPECT_EQ(told({notification_kind::hand_over, person(2)}), (std::vector{person(2)}));
  EXPECT_TRUE(told({notification_kind::hand_over, person(1)}).empty()) << "who may not answer any more";
  EXPECT_EQ(told({notification_kind::paid_order, person(2)}).size(), 3U) << "it is no matter of the chat";
}

TEST(notices, take_the_ways_that_the_person_chose) {
  auto quiet = agent;
  quiet.choices.of(notification_kind::hand_over) = {true, false, true};
  quiet.choices.of(notification_kind::paid_order) = {};
  EXPECT_EQ(notices_of({notification_kind::hand_over}, std::vector{quiet}),
            (std::vector{notice{person(2), {true, false, true}}}));
  EXPECT_TRUE(notices_of({notification_kind::paid_order}, std::vector{quiet}).empty());
}

TEST(escalation, goes_to_managers_after_ten_minutes_and_to_the_owner_after_thirty) {
  EXPECT_EQ(next_escalation(escalation::none, at(9)), (escalation_due{escalation::managers, at(9, 10)}));
  EXPECT_EQ(next_escalation(escalation::managers, at(9)), (escalation_due{escalation::owner, at(9, 30)}));
  EXPECT_EQ(next_escalation(escalation::owner, at(9)), std::nullopt);
  EXPECT_EQ(told({notification_kind::hand_over, person(2), escalation::managers}),
            (std::vector{person(3), person(4)}))
      << "whoever has the chat was told and did not take it";
  EXPECT_EQ(told({notification_kind::hand_over, std::nullopt, escalation::owner}), (std::vector{person(4)}));
}

TEST(escalation, is_by_mail_whatever_was_chosen_for_mails) {
  auto deaf = owner;
  deaf.choices.of(notification_kind::hand_over) = {};
  EXPECT_EQ(notices_of({notification_kind::hand_over, std::nullopt, escalation::owner}, std::vector{deaf}),
            (std::vector{notice{person(4), {false, true, false}}}));
  EXPECT_TRUE(notices_of({notification_kind::hand_over}, std::vector{deaf}).empty());
}

TEST(quiet_hours, over_midnight_end_in_the_morning) {
  const std::optional night{quiet_hours{22 * 60, 7 * 60, "Africa/Lagos"}};
  EXPECT_EQ(end_of_quiet(night, at(21, 59), 0min), at(21, 59));
  EXPECT_EQ(end_of_quiet(night, at(22), 0min), at(24 + 7));
  EXPECT_EQ(end_of_quiet(night, at(23, 59), 0min), at(24 + 7));
  EXPECT_EQ(end_of_quiet(night, at(0), 0min), at(7));
  EXPECT_EQ(end_of_quiet(night, at(6, 59), 0min), at(7));
  EXPECT_EQ(end_of_quiet(night, at(7), 0min), at(7)) << "the last minute is not included";
}

TEST(quiet_hours, of_the_afternoon_end_the_same_day) {
  const std::optional siesta{quiet_hours{13 * 60, 15 * 60, "Europe/Madrid"}};
  EXPECT_EQ(end_of_quiet(siesta, at(12, 59), 0min), at(12, 59));
  EXPECT_EQ(end_of_quiet(siesta, at(13) + 30s, 0min), at(15));
  EXPECT_EQ(end_of_quiet(siesta, at(15), 0min), at(15));
}

TEST(quiet_hours, are_where_the_person_is) {
  const std::optional night{quiet_hours{22 * 60, 7 * 60, "Africa/Lagos"}};
  EXPECT_EQ(end_of_quiet(night, at(21), 60min), at(24 + 6)) << "22:00 in Lagos is 21:00 UTC";
  EXPECT_EQ(end_of_quiet(night, at(2), -300min), at(2)) << "21:00 of the day before, in New York";
  EXPECT_EQ(end_of_quiet(night, at(18, 15), 345min), at(24 + 1, 15)) << "midnight in Kathmandu";
  EXPECT_EQ(end_of_quiet(std::nullopt, at(3), 60min), at(3));
}

TEST(quiet_hours, hold_mail_and_push_and_never_the_app) {
  const std::optional night{quiet_hours{22 * 60, 7 * 60, "UTC"}};
  const notice_moment late{.now = at(23)};
  EXPECT_EQ(notice_due(notification_way::in_app, night, late), at(23));
  EXPECT_EQ(notice_due(notification_way::email, night, late), at(24 + 7));
  EXPECT_EQ(notice_due(notification_way::push, night, late), at(24 + 7));
}

TEST(bursts, become_one_mail_in_ten_minutes_and_one_push_a_minute) {
  const auto due = [](notification_way way, std::optional<instant> last) {
    return notice_due(way, std::nullopt, {.now = at(9), .last_sent = last});
  };
  EXPECT_EQ(due(notification_way::email, std::nullopt), at(9)) << "the first goes at once";
  EXPECT_EQ(due(notification_way::email, at(8, 55)), at(9, 5));
  EXPECT_EQ(due(notification_way::email, at(8, 50)), at(9));
  EXPECT_EQ(due(notification_way::push, at(9)), at(9, 1));
  EXPECT_EQ(due(notification_way::in_app, at(9)), at(9));
}

TEST(bursts, that_would_end_in_quiet_hours_wait_for_their_end) {
  const std::optional night{quiet_hours{22 * 60, 7 * 60, "UTC"}};
  EXPECT_EQ(notice_due(notification_way::email, night, {.now = at(21, 55), .last_sent = at(21, 54)}),
            at(24 + 7));
}

TEST(summary, comes_at_eight_where_the_person_is) {
  EXPECT_EQ(next_summary(digest_rhythm::off, at(9), 0min), std::nullopt);
  EXPECT_EQ(next_summary(digest_rhythm::daily, at(7, 59), 0min), at(8));
  EXPECT_EQ(next_summary(digest_rhythm::daily, at(8), 0min), at(24 + 8)) << "that one was sent";
  EXPECT_EQ(next_summary(digest_rhythm::daily, at(6, 59), 60min), at(7));
  EXPECT_EQ(next_summary(digest_rhythm::weekly, at(9), 0min), at(24 + 8)) << "the next day is a Monday";
  EXPECT_EQ(next_summary(digest_rhythm::weekly, at(24 + 8), 0min), at(8 * 24 + 8));
}

}  // namespace
}  // namespace sellavie
