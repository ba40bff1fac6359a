#include "protocol/domain/notification.hpp"

#include <gtest/gtest.h>

#include "protocol/domain/currency.hpp"

namespace sellavie {
namespace {

TEST(notification_choices, are_usually_in_the_app_and_louder_where_somebody_waits) {
  const auto usual = usual_notifications();
  for (const auto kind : all_notification_kinds) EXPECT_TRUE(usual.of(kind).in_app) << to_string(kind);
  EXPECT_EQ(usual.of(notification_kind::hand_over), (notification_ways{true, true, true}));
  EXPECT_EQ(usual.of(notification_kind::low_stock), (notification_ways{true, false, false}));
  EXPECT_FALSE(usual.quiet);
  EXPECT_EQ(usual.digest, digest_rhythm::off);
}

TEST(time_of_day, is_read_and_written_for_every_minute) {
  for (int minute = 0; minute < 24 * 60; ++minute)
    EXPECT_EQ(parse_time_of_day(write_time_of_day(minute)), minute);
  EXPECT_EQ(write_time_of_day(7 * 60 + 5), "07:05");
}

TEST(time_of_day, is_hours_and_minutes_of_two_digits_each) {
  for (const char* bad :
       {"", "7:00", "24:00", "23:60", "0700", "07:0", "07:000", "07-00", "-1:00", " 7:00", "ab:cd"})
    EXPECT_EQ(parse_time_of_day(bad), std::nullopt) << bad;
}

TEST(digest, is_known_by_its_name) {
  for (const auto one : all_digest_rhythms) EXPECT_EQ(parse_digest(to_string(one)), one);
  EXPECT_EQ(parse_digest("hourly"), std::nullopt);
}

TEST(notification_kind, is_known_by_its_name) {
  for (const auto one : all_notification_kinds) EXPECT_EQ(parse_notification_kind(to_string(one)), one);
  EXPECT_EQ(parse_notification_kind("handover"), std::nullopt);
}

TEST(currency, of_a_shop_is_one_in_which_people_pay) {
  for (const char* good : {"NGN", "GHS", "KES", "XOF", "USD", "EUR", "JPY", "KWD"})
    EXPECT_TRUE(is_in_use(*parse_currency(good))) << good;
  for (const char* bad : {"XXX", "XAU", "XTS", "CLF", "ZZZ", "DEM", "AAA"})
    EXPECT_FALSE(is_in_use(*parse_currency(bad))) << bad;
}

}  // namespace
}  // namespace sellavie
