// W1 to W4.
#include "protocol/outgoing/delivery.hpp"

#include <gtest/gtest.h>

namespace sellavie::outgoing {
namespace {

using namespace std::chrono_literals;

constexpr auto began = instant_from_ms(1'764'460'800'000);

delivery_outcome after(int status, delivery_age age = {.began_at = began, .now = began},
                       std::optional<std::chrono::seconds> retry_after = {}, std::uint32_t jitter = 0) {
  return after_attempt({status, retry_after}, age, jitter);
}

TEST(delivery, is_over_with_any_2xx) {
  for (const int status : {200, 201, 202, 204, 299}) {
    EXPECT_EQ(after(status).end, delivery_end::delivered) << status;
    EXPECT_EQ(after(status).endpoint, endpoint_verdict::works) << status;
  }
}

TEST(delivery, is_tried_again_after_anything_else_a_redirect_too) {
  for (const int status : {0, 100, 199, 300, 301, 307, 400, 401, 404, 409, 429, 500, 503}) {
    EXPECT_EQ(after(status).end, delivery_end::again) << status;
    EXPECT_EQ(after(status).endpoint, endpoint_verdict::fails) << status;
  }
}

TEST(delivery, waits_longer_each_time_up_to_four_hours) {
  const auto pause = [](int attempts) {
    return after(500, {.attempts = attempts, .began_at = began, .now = began}).due_at - began;
  };
  EXPECT_EQ(pause(1), 10s);
  EXPECT_EQ(pause(2), 20s);
  EXPECT_EQ(pause(8), 1280s);
  EXPECT_EQ(pause(12), 4h);
  EXPECT_EQ(pause(1'000'000), 4h);
  EXPECT_GE(after(500, {.began_at = began, .now = began}, {}, 0xffffffff).due_at - began, 7s);
}

TEST(delivery, heeds_a_receiver_that_says_when_it_can_take_more) {
  const auto pause = [](int status, std::chrono::seconds wanted) {
    return after(status, {.began_at = began, .now = began}, wanted).due_at - began;
  };
  EXPECT_EQ(pause(429, 60s), 60s);
  EXPECT_EQ(pause(503, 60s), 60s);
  EXPECT_EQ(pause(503, 1s), 10s) << "not sooner than usual";
  EXPECT_EQ(pause(429, 86'400s), 4h) << "not for ever";
  EXPECT_EQ(pause(500, 60s), 10s) << "no other status says so";
}

TEST(delivery, is_dead_a_day_after_it_was_first_due) {
  const auto at_age = [](std::chrono::seconds age) {
    return after(500, {.attempts = 1, .began_at = began, .now = began + age}).end;
  };
  EXPECT_EQ(at_age(24h - 11s), delivery_end::again);
  EXPECT_EQ(at_age(24h - 10s), delivery_end::dead) << "the next attempt would be too late";
  EXPECT_EQ(at_age(48h), delivery_end::dead);
}

TEST(delivery, has_a_dozen_attempts_within_its_day_or_more) {
  auto at = began;
  int attempts = 0;
  for (auto one = after(0, {1, began, {}, at}); one.end == delivery_end::again; at = one.due_at)
    one = after(0, {++attempts + 1, began, {}, one.due_at});
  EXPECT_GE(attempts, 12);
  EXPECT_LE(attempts, 24);
}

TEST(endpoint, is_turned_off_when_it_has_failed_for_three_days) {
  const auto verdict = [](std::chrono::seconds failing, int status = 500, int attempts = 2) {
    return after(status,
                 {.attempts = attempts, .began_at = began, .failing_since = began - failing, .now = began});
  };
  EXPECT_EQ(verdict(72h - 1s).endpoint, endpoint_verdict::fails);
  EXPECT_EQ(verdict(72h).endpoint, endpoint_verdict::turned_off);
  EXPECT_EQ(verdict(72h).end, delivery_end::dead);
  EXPECT_EQ(verdict(1000h, 200).endpoint, endpoint_verdict::works) << "one success is enough";
  EXPECT_EQ(verdict(1000h, 500, 1).endpoint, endpoint_verdict::fails)
      << "the first failure after a long quiet time";
  EXPECT_EQ(verdict(1000h, 500, 1).end, delivery_end::again);
}

TEST(endpoint, that_says_it_is_gone_is_turned_off_at_once) {
  EXPECT_EQ(after(410).endpoint, endpoint_verdict::turned_off);
  EXPECT_EQ(after(410).end, delivery_end::dead);
}

}  // namespace
}  // namespace sellavie::outgoing
