#include "protocol/domain/money.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <numeric>

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

TEST(money, is_written_as_a_decimal_literal) {
  EXPECT_EQ(to_decimal(naira_of(500'000)), "5000");
  EXPECT_EQ(to_decimal(naira_of(1'999)), "19.99");
  EXPECT_EQ(to_decimal(naira_of(1'990)), "19.9");
  EXPECT_EQ(to_decimal(naira_of(-5)), "-0.05");
  EXPECT_EQ(to_decimal({7, code("JPY")}), "7");
}

TEST(money, is_read_from_a_decimal_literal) {
  for (const auto* text : {"5000", "5000.0", "5000.00", "5e3", "5E+3", "50000e-1", "5000.000"})
    EXPECT_EQ(parse_decimal(text, code("NGN")).value(), naira_of(500'000)) << text;
  EXPECT_EQ(parse_decimal("19.99", code("NGN")).value(), naira_of(1'999));
  EXPECT_EQ(parse_decimal("-0.5", code("NGN")).value(), naira_of(-50));
  EXPECT_EQ(parse_decimal("0e99", code("NGN")).value(), naira_of(0));
  EXPECT_EQ(parse_decimal("8.20", code("USD")).value().minor, 820);
}

TEST(money, refuses_what_is_no_literal_or_does_not_fit) {
  for (const auto* text :
       {"", "-", "+5", "05", ".5", "5.", "1,000", "5 ", " 5", "NaN", "1e", "1e99999", "0x10", "--1"})
    EXPECT_EQ(parse_decimal(text, code("NGN")).error().code, errc::malformed) << text;
  EXPECT_EQ(parse_decimal("19.999", code("NGN")).error().code, errc::invalid_value);
  EXPECT_EQ(parse_decimal("0.5", code("JPY")).error().code, errc::invalid_value);
  EXPECT_EQ(parse_decimal("1e-9", code("NGN")).error().code, errc::invalid_value);
  EXPECT_EQ(parse_decimal("1e40", code("NGN")).error().code, errc::money_range);
  EXPECT_EQ(parse_decimal("92233720368547758.08", code("NGN")).error().code, errc::money_range);
  EXPECT_EQ(parse_decimal("92233720368547758.07", code("NGN")).value().minor, INT64_MAX);
}

TEST(money, never_overflows_or_mixes) {
  EXPECT_EQ(add(naira_of(INT64_MAX), naira_of(1)).error().code, errc::money_range);
  EXPECT_EQ(subtract(naira_of(INT64_MIN), naira_of(1)).error().code, errc::money_range);
  EXPECT_EQ(multiply(naira_of(INT64_MAX), 2).error().code, errc::money_range);
  EXPECT_EQ(multiply(naira_of(INT64_MIN), -1).error().code, errc::money_range);
  EXPECT_EQ(add(naira_of(1), {1, code("USD")}).error().code, errc::money_range);
  EXPECT_EQ(subtract(naira_of(1), {1, code("USD")}).error().code, errc::money_range);
  EXPECT_EQ(add(naira_of(2), naira_of(3)).value(), naira_of(5));
}

TEST(money, rounds_a_percentage_as_it_is_told) {
  EXPECT_EQ(percent(naira_of(1'000), 750, rounding::half_up).value().minor, 75);
  EXPECT_EQ(percent(naira_of(50), 100, rounding::half_up).value().minor, 1);
  EXPECT_EQ(percent(naira_of(49), 100, rounding::half_up).value().minor, 0);
  EXPECT_EQ(percent(naira_of(-50), 100, rounding::half_up).value().minor, -1);
  EXPECT_EQ(percent(naira_of(99), 100, rounding::toward_zero).value().minor, 0);
  EXPECT_EQ(percent(naira_of(1), 100, rounding::away_from_zero).value().minor, 1);
  EXPECT_EQ(percent(naira_of(100), 100, rounding::away_from_zero).value().minor, 1);
  EXPECT_EQ(percent(naira_of(INT64_MAX), 20'000, rounding::half_up).error().code, errc::money_range);
}

TEST(money, gives_the_remainder_to_the_last_part) {
  const std::int64_t weights[] = {1, 1, 1, 0};
  const auto parts = allocate(naira_of(100), weights).value();
  EXPECT_EQ(parts[0].minor, 33);
  EXPECT_EQ(parts[2].minor, 34);
  EXPECT_EQ(parts[3].minor, 0);
  EXPECT_EQ(allocate(naira_of(1), std::vector<std::int64_t>{0}).error().code, errc::invalid_value);
  EXPECT_EQ(allocate(naira_of(1), std::vector<std::int64_t>{2, -1}).error().code, errc::invalid_value);
}

RC_GTEST_PROP(money_property, a_literal_read_back_is_the_same, (std::int64_t minor)) {
  const auto currency = *rc::gen::element(code("NGN"), code("JPY"), code("KWD"), code("CLF"));
  const money amount{minor, currency};
  RC_PRE(minor != INT64_MIN);
  RC_ASSERT(parse_decimal(to_decimal(amount), currency).value() == amount);
}

RC_GTEST_PROP(money_property, parts_sum_to_the_whole, (std::int64_t total)) {
  const auto weights = *rc::gen::container<std::vector<std::int64_t>>(rc::gen::nonNegative<std::int64_t>());
  const auto parts = allocate(naira_of(total), weights);
  RC_PRE(parts.has_value());
  std::int64_t sum = 0;
  for (const auto& part : *parts) sum += part.minor;
  RC_ASSERT(sum == total);
}

RC_GTEST_PROP(money_property, any_bytes_are_read_without_harm, (const std::string& text)) {
  static_cast<void>(parse_decimal(text, code("NGN")));
}

}  // namespace
}  // namespace sellavie
