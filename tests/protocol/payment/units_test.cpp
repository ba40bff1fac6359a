#include "protocol/payment/units.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace sellavie::payment {
namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();

money of(std::int64_t minor, std::string_view currency) { return {minor, *parse_currency(currency)}; }

errc refusal_of(const auto& outcome) {
  EXPECT_TRUE(outcome.has_error());
  return outcome.has_error() ? outcome.error().code : errc::internal;
}

struct unit_case {
  provider name;
  money ours;
  std::int64_t theirs;
};

TEST(units, of_each_provider_and_currency) {
  const unit_case cases[] = {{provider::paystack, of(500'000, "NGN"), 500'000},
                             {provider::paystack, of(1'999, "USD"), 1'999},
                             {provider::stripe, of(500'000, "NGN"), 500'000},
                             {provider::stripe, of(1'999, "USD"), 1'999},
                             {provider::stripe, of(500, "JPY"), 500},
                             {provider::stripe, of(500, "XOF"), 500},
                             // Counted in hundredths although nobody pays them.
                             {provider::stripe, of(5, "UGX"), 500},
                             {provider::stripe, of(5, "ISK"), 500},
                             // ISO has hundredths, Stripe has none.
                             {provider::stripe, of(30'000, "MGA"), 300},
                             {provider::stripe, of(1'250, "KWD"), 1'250},
                             {provider::stripe, of(10, "TND"), 10}};
  for (const auto& [name, ours, theirs] : cases) {
    EXPECT_EQ(to_provider_units(name, ours).value(), theirs) << to_string(name) << ours.currency.text();
    EXPECT_EQ(from_provider_units(name, theirs, ours.currency), ours)
        << to_string(name) << ours.currency.text();
  }
}

TEST(units, that_are_not_certain_are_refused) {
  for (const auto* currency : {"JPY", "KWD", "UGX", "XOF", "XXX"}) {
    EXPECT_EQ(refusal_of(to_provider_units(provider::paystack, of(500, currency))), errc::invalid_value)
        << currency;
    EXPECT_EQ(from_provider_units(provider::paystack, 500, *parse_currency(currency)), std::nullopt);
  }
  for (const auto* currency : {"LYD", "IQD", "CLF", "XXX", "XAU"})
    EXPECT_EQ(refusal_of(to_provider_units(provider::stripe, of(500, currency))), errc::invalid_value)
        << currency;
  EXPECT_EQ(refusal_of(to_provider_units(provider::flutterwave, of(500, "NGN"))), errc::invalid_value)
      << "it counts in major units";
}

TEST(units, say_whether_a_provider_takes_a_currency) {
  const auto xof = *parse_currency("XOF");
  EXPECT_TRUE(takes(provider::paystack, *parse_currency("NGN")));
  EXPECT_FALSE(takes(provider::paystack, xof));
  EXPECT_TRUE(takes(provider::stripe, xof));
  EXPECT_TRUE(takes(provider::flutterwave, xof));
}

TEST(units, refuse_what_a_provider_cannot_express) {
  EXPECT_EQ(refusal_of(to_provider_units(provider::stripe, of(1'234, "KWD"))), errc::invalid_value);
  EXPECT_EQ(refusal_of(to_provider_units(provider::stripe, of(30'050, "MGA"))), errc::invalid_value);
  EXPECT_EQ(from_provider_units(provider::stripe, 550, *parse_currency("ISK")), std::nullopt);
  EXPECT_EQ(from_provider_units(provider::stripe, 550, *parse_currency("UGX")), std::nullopt);
}

TEST(units, refuse_zero_negative_and_overflowing_amounts) {
  for (const auto name : {provider::paystack, provider::stripe})
    for (const auto minor : {std::int64_t{0}, std::int64_t{-1}, smallest})
      EXPECT_EQ(refusal_of(to_provider_units(name, of(minor, "NGN"))), errc::invalid_value) << minor;
  EXPECT_EQ(to_provider_units(provider::stripe, of(largest, "USD")).value(), largest);
  EXPECT_EQ(refusal_of(to_provider_units(provider::stripe, of(largest, "UGX"))), errc::money_range);
  EXPECT_EQ(from_provider_units(provider::stripe, largest, *parse_currency("MGA")), std::nullopt);
  EXPECT_EQ(from_provider_units(provider::stripe, -1, *parse_currency("USD")), std::nullopt);
  EXPECT_EQ(from_provider_units(provider::stripe, 0, *parse_currency("USD")), of(0, "USD"));
}

TEST(major_units, are_written_without_a_double) {
  const std::pair<money, const char*> cases[] = {{of(500'000, "NGN"), "5000"},
                                                 {of(1'999, "USD"), "19.99"},
                                                 {of(1'990, "USD"), "19.90"},
                                                 {of(5, "USD"), "0.05"},
                                                 {of(5'000, "UGX"), "5000"},
                                                 {of(500, "JPY"), "500"},
                                                 {of(1'250, "KWD"), "1.250"},
                                                 {of(1, "KWD"), "0.001"},
                                                 {of(largest, "USD"), "92233720368547758.07"}};
  for (const auto& [amount, literal] : cases) {
    EXPECT_EQ(to_major_units(amount).value(), literal);
    EXPECT_EQ(from_major_units(literal, amount.currency), amount);
  }
  for (const auto minor : {std::int64_t{0}, std::int64_t{-1}, smallest})
    EXPECT_EQ(refusal_of(to_major_units(of(minor, "NGN"))), errc::invalid_value);
  EXPECT_EQ(refusal_of(to_major_units(of(1, "XXX"))), errc::invalid_value);
}

TEST(major_units, are_read_in_every_spelling_of_a_number) {
  const auto naira = *parse_currency("NGN");
  for (const auto* literal : {"5000", "5000.0", "5000.00", "5000.000", "5e3", "5E+3", "0.5e4", "500000e-2"})
    EXPECT_EQ(from_major_units(literal, naira), of(500'000, "NGN")) << literal;
  EXPECT_EQ(from_major_units("0", naira), of(0, "NGN"));
  EXPECT_EQ(from_major_units("0e99", naira), of(0, "NGN"));
  EXPECT_EQ(from_major_units("19.99", naira), of(1'999, "NGN")) << "19.99 * 100 is 1998 as a double";
}

TEST(major_units, finer_than_the_currency_or_too_large_are_nothing) {
  const auto naira = *parse_currency("NGN");
  const std::string long_one(100, '1');
  for (const std::string literal : {"19.999", "0.001", "1e-3",  "-1", "-0",  "92233720368547758.08",
                                    "1e17",   "1e99",  "1e100", "",   ".5",  "5.",
                                    "5,0",    "+5",    "5e",    "e5", "0x5", "NaN",
                                    "1.2.3",  " 5"})
    EXPECT_EQ(from_major_units(literal, naira), std::nullopt) << literal;
  EXPECT_EQ(from_major_units(long_one, naira), std::nullopt);
  EXPECT_EQ(from_major_units("0.5", *parse_currency("JPY")), std::nullopt);
  EXPECT_EQ(from_major_units("1.2345", *parse_currency("KWD")), std::nullopt);
  EXPECT_EQ(from_major_units("5", {}), std::nullopt);
}

RC_GTEST_PROP(units_property, what_goes_out_comes_back, ()) {
  const auto currency =
      *parse_currency(*rc::gen::element<std::string>("NGN", "USD", "JPY", "KWD", "UGX", "ISK", "MGA", "GHS"));
  const money amount{*rc::gen::inRange<std::int64_t>(1, largest), currency};
  RC_ASSERT(from_major_units(to_major_units(amount).value(), currency) == amount);
  for (const auto name : {provider::paystack, provider::stripe})
    if (const auto units = to_provider_units(name, amount))
      RC_ASSERT(from_provider_units(name, *units, currency) == amount);
}

RC_GTEST_PROP(units_property, any_text_is_an_amount_or_nothing, (const std::string& text)) {
  for (const auto* currency : {"NGN", "JPY", "KWD"}) {
    const auto amount = from_major_units(text, *parse_currency(currency));
    RC_ASSERT(!amount || amount->minor >= 0);
  }
}

}  // namespace
}  // namespace sellavie::payment
