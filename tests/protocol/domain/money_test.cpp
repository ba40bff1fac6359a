#include "protocol/domain/money.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace sellavie {
namespace {

currency_code code(const char* text) { return *parse_currency(text); }

money naira_of(std::int64_t minor) { return {minor, code("NGN")}; }

TEST(currency, is_three_upper_case_letters) {
  EXPECT_TRUE(parse_currency("NGN"));
  for (const auto* bad : {"", "NG", "NGNN", "ngn", "N1N", "N N"}) EXPECT_FALSE(parse_currency(bad)) << bad;
}

TEST(currency, knows_its_digits) {
  for (const auto* none : {"JPY", "XOF", "XAF", "UGX", "RWF"}) EXPECT_EQ(exponent_of(code(none)), 0) << none;
  for (const auto* two : {"NGN", "USD", "GHS", "KES", "ZAR", "MGA"})
    EXPECT_EQ(exponent_of(code(two)), 2) << two;
  for (const auto* three : {"KWD", "TND", "BHD"}) EXPECT_EQ(exponent_of(code(three)), 3) << three;
  for (const auto* four : {"CLF", "UYW"}) EXPECT_EQ(exponent_of(code(four)), 4) << four;
}

TEST(money, is_written_for_people) {
  EXPECT_EQ(format_money(naira_of(1'500'000)), "NGN 15,000.00");
  EXPECT_EQ(format_money(naira_of(5)), "NGN 0.05");
  EXPECT_EQ(format_money(naira_of(0)), "NGN 0.00");
  EXPECT_EQ(format_money(naira_of(-123'456'789)), "NGN -1,234,567.89");
  EXPECT_EQ(format_money({1'500, code("JPY")}), "JPY 1,500");
  EXPECT_EQ(format_money({1'250, code("KWD")}), "KWD 1.250");
  EXPECT_EQ(format_money({12'345'678, code("UYW")}), "UYW 1,234.5678");
  EXPECT_EQ(format_money(naira_of(INT64_MIN)), "NGN -92,233,720,368,547,758.08");
}

TEST(money, never_overflows_or_mixes) {
  EXPECT_EQ(add(naira_of(INT64_MAX), naira_of(1)).error().code, errc::money_range);
  EXPECT_EQ(multiply(naira_of(INT64_MAX), 2).error().code, errc::money_range);
  EXPECT_EQ(multiply(naira_of(INT64_MIN), -1).error().code, errc::money_range);
  EXPECT_EQ(add(naira_of(1), {1, code("USD")}).error().code, errc::money_range);
  EXPECT_EQ(add(naira_of(2), naira_of(3)).value(), naira_of(5));
}

}  // namespace
}  // namespace sellavie
