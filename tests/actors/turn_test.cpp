#include "actors/turn.hpp"

#include <gtest/gtest.h>

namespace sellavie::test {
namespace {

using namespace std::chrono;
using actors::local_time;

constexpr instant at(year_month_day day, hours hour, minutes minute) { return sys_days{day} + hour + minute; }

TEST(local_time, is_the_businesss_own_day_beyond_midnight) {
  const instant evening = at(2026y / November / 21, 23h, 30min);
  EXPECT_EQ(local_time(evening, 0), "Saturday 2026-11-21 23:30");
  EXPECT_EQ(local_time(evening, 29), "Saturday 2026-11-21 23:59");
  EXPECT_EQ(local_time(evening, 30), "Sunday 2026-11-22 00:00");
  EXPECT_EQ(local_time(evening, 60), "Sunday 2026-11-22 00:30");
}

TEST(local_time, is_the_day_before_west_of_greenwich) {
  const instant night = at(2026y / November / 22, 0h, 10min);
  EXPECT_EQ(local_time(night, -10), "Sunday 2026-11-22 00:00");
  EXPECT_EQ(local_time(night, -11), "Saturday 2026-11-21 23:59");
  EXPECT_EQ(local_time(night, -300), "Saturday 2026-11-21 19:10");
}

TEST(local_time, carries_over_months_and_years_and_knows_quarters_of_hours) {
  EXPECT_EQ(local_time(at(2026y / December / 31, 18h, 20min), 345), "Friday 2027-01-01 00:05");
  EXPECT_EQ(local_time(at(2028y / March / 1, 2h, 0min), -150), "Tuesday 2028-02-29 23:30");
}

TEST(local_time, shows_a_minute_until_it_is_over) {
  EXPECT_EQ(local_time(at(2026y / November / 21, 9h, 30min) + 59s + 999ms, 60), "Saturday 2026-11-21 10:30");
}

// WhatsApp names the type of a message that it cannot show.
TEST(an_unsupported_message, is_not_what_the_platform_calls_it) {
  channel::channel_event event;
  event.kind = channel::event_kind::unsupported;
  event.payload = "unknown";
  EXPECT_EQ(actors::text_of(event), "(unsupported message)");
  EXPECT_FALSE(actors::is_readable(event));
  event.kind = channel::event_kind::postback;
  EXPECT_EQ(actors::text_of(event), "unknown") << "a button's payload is the customer's choice";
  EXPECT_TRUE(actors::is_readable(event));
}

}  // namespace
}  // namespace sellavie::test
