#include "protocol/domain/backoff.hpp"

#include <gtest/gtest.h>

namespace sellavie {
namespace {

constexpr backoff_settings settings{};
constexpr std::uint32_t most_jitter = 0xFFFFFFFF;

TEST(backoff, doubles_up_to_the_longest_pause) {
  EXPECT_EQ(backoff(settings, 1, 0).count(), 500);
  EXPECT_EQ(backoff(settings, 2, 0).count(), 1000);
  EXPECT_EQ(backoff(settings, 5, 0).count(), 8000);
  EXPECT_EQ(backoff(settings, 4'000'000'000U, 0).count(), 8000);
}

TEST(backoff, takes_at_most_the_jitter_share_away) {
  EXPECT_GE(backoff(settings, 5, most_jitter).count(), 6000);
  EXPECT_LE(backoff(settings, 5, most_jitter).count(), 6001);
}

TEST(backoff, survives_absurd_settings) {
  EXPECT_EQ(backoff({milliseconds{-5}, milliseconds{-1}, 500}, 3, most_jitter).count(), 0);
  const auto huge = backoff({milliseconds::max(), milliseconds::max(), 100}, 70, most_jitter);
  EXPECT_GE(huge.count(), 0);
}

}  // namespace
}  // namespace sellavie
