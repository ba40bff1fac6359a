#include "protocol/llm/retry_after.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sellavie::llm {
namespace {

using namespace std::chrono_literals;
using headers = std::vector<std::pair<std::string, std::string>>;

// Sun, 06 Nov 1994 08:49:37 GMT
constexpr instant example = instant_from_ms(784'111'777'000);
constexpr instant today = instant_from_ms(1'795'248'000'000);

std::optional<milliseconds> read(std::string value, instant now = example) {
  return retry_after(headers{{"Retry-After", std::move(value)}}, now);
}

TEST(retry_after, reads_seconds) {
  EXPECT_EQ(read("12"), 12s);
  EXPECT_EQ(read(" 0 "), 0s);
  EXPECT_EQ(read("1.5"), 1500ms);
  EXPECT_EQ(read("0.0001"), 1ms);
}

TEST(retry_after, caps_at_an_hour) {
  EXPECT_EQ(read("86400"), 1h);
  EXPECT_EQ(read("99999999999999999999999999"), 1h);
  EXPECT_EQ(retry_after(headers{{"retry-after-ms", "999999999999"}}, example), 1h);
}

TEST(retry_after, prefers_milliseconds_and_ignores_case) {
  EXPECT_EQ(retry_after(headers{{"retry-after", "9"}, {"Retry-After-Ms", "250"}}, example), 250ms);
}

TEST(retry_after, reads_all_three_http_dates) {
  for (const auto* date :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
    EXPECT_EQ(parse_http_date(date, example), example) << date;
    EXPECT_EQ(read(date, example - 30s), 30s) << date;
  }
  EXPECT_EQ(read("Sun, 06 Nov 1994 08:49:37 GMT", example + 1h), 0ms) << "never negative";
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", today), example) << "94 is of the past century";
}

TEST(retry_after, refuses_everything_else) {
  for (const auto* text :
       {"", "soon", "-1", "1e3", "1,5", ".5", "5.", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 19940 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT extra words here"})
    EXPECT_EQ(read(text), std::nullopt) << text;
  EXPECT_EQ(retry_after({}, example), std::nullopt);
}

}  // namespace
}  // namespace sellavie::llm
