#include "protocol/mail/delivery.hpp"

#include <gtest/gtest.h>

namespace sellavie::mail {
namespace {

using namespace std::chrono_literals;

const instant now = instant_from_ms(1'790'000'000'000);

outcome after(int status, int attempts = 1, instant expires_at = now + 1h) {
  return after_attempt({.status = status}, {attempts, now, expires_at});
}

TEST(delivery, m1_a_mail_that_was_taken_is_done) {
  EXPECT_EQ(after_attempt({.was_taken = true, .status = 250}, {most_attempts, now, now - 1h}), outcome::done);
}

TEST(delivery, m2_a_mail_that_is_never_taken_is_given_up_at_once) {
  for (const int status : {500, 550, 552, 554}) EXPECT_EQ(after(status), outcome::given_up) << status;
  for (const int status : {530, 534, 535, 538}) EXPECT_EQ(after(status), outcome::again) << status;
}

TEST(delivery, m3_anything_else_is_tried_again) {
  for (const int status : {0, 220, 354, 421, 450, 452}) EXPECT_EQ(after(status), outcome::again) << status;
}

TEST(delivery, m3_pauses_double_up_to_half_an_hour_less_a_quarter_by_chance) {
  EXPECT_EQ(pause_after(1, 0), 2s);
  EXPECT_EQ(pause_after(2, 0), 4s);
  EXPECT_EQ(pause_after(10, 0), 1024s);
  EXPECT_EQ(pause_after(11, 0), 1800s);
  EXPECT_EQ(pause_after(1'000, 0), 1800s);
  EXPECT_GE(pause_after(1, 0xFFFFFFFF), 1500ms);
  EXPECT_LT(pause_after(1, 0xFFFFFFFF), 2s);
}

TEST(delivery, m4_it_ends_after_many_attempts_or_when_it_says_nothing_of_use_any_more) {
  EXPECT_EQ(after(421, most_attempts - 1), outcome::again);
  EXPECT_EQ(after(421, most_attempts), outcome::given_up);
  EXPECT_EQ(after(421, 1, now), outcome::given_up);
}

}  // namespace
}  // namespace sellavie::mail
