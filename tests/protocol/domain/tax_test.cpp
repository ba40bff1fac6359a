#include "protocol/domain/tax.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/protocol/domain/a_shop.hpp"

namespace sellavie {
namespace {

using namespace test;

constexpr tax_terms inclusive(std::int32_t rate_bp) { return {tax_mode::inclusive, rate_bp}; }
constexpr tax_terms exclusive(std::int32_t rate_bp) { return {tax_mode::exclusive, rate_bp}; }

taxed_amount split(std::int64_t minor, const tax_terms& terms) {
  return with_tax({minor, naira}, terms).value();
}

TEST(tax_r1, is_a_rate_of_whole_basis_points_or_no_tax) {
  EXPECT_EQ(make_tax_terms("inclusive", 750), inclusive(750));
  EXPECT_EQ(make_tax_terms("exclusive", 0), exclusive(0));
  EXPECT_EQ(make_tax_terms("exclusive", 10'000), exclusive(10'000));
  for (const auto& wrong : {make_tax_terms("none", 750), make_tax_terms("exclusive", -1),
                            make_tax_terms("exclusive", 10'001), make_tax_terms("Inclusive", 750)})
    EXPECT_EQ(wrong, tax_terms{});
  for (const auto mode : {tax_mode::none, tax_mode::inclusive, tax_mode::exclusive})
    EXPECT_EQ(parse_tax_mode(to_string(mode)), mode);
}

TEST(tax_r2, is_of_the_sum_and_not_of_each_line) {
  // Three lines of 33 at 10 %: line by line 3 + 3 + 3, of the sum 9.9.
  EXPECT_EQ(split(3 * 33, exclusive(1'000)).tax.minor, 10);
}

TEST(tax_r3, is_rounded_half_up) {
  EXPECT_EQ(split(149, exclusive(100)).tax.minor, 1);
  EXPECT_EQ(split(150, exclusive(100)).tax.minor, 2);
  EXPECT_EQ(split(49, exclusive(100)).tax.minor, 0);
  EXPECT_EQ(split(50, exclusive(100)).tax.minor, 1);
}

TEST(tax_r4, is_held_by_inclusive_prices) {
  EXPECT_EQ(split(10'750, inclusive(750)), (taxed_amount{{10'000, naira}, {750, naira}, {10'750, naira}}));
  EXPECT_EQ(split(100, inclusive(10'000)).tax.minor, 50);
}

TEST(tax_r5, comes_on_top_of_exclusive_prices) {
  EXPECT_EQ(split(10'000, exclusive(750)), (taxed_amount{{10'000, naira}, {750, naira}, {10'750, naira}}));
}

TEST(tax_r6, is_out_of_range_beyond_an_int64_and_below_zero) {
  EXPECT_EQ(with_tax({INT64_MAX, naira}, exclusive(1)).error().code, errc::money_range);
  EXPECT_EQ(with_tax({-1, naira}, {}).error().code, errc::money_range);
  EXPECT_EQ(with_tax({1, naira}, exclusive(10'001)).error().code, errc::money_range);
  EXPECT_EQ(split(INT64_MAX, inclusive(10'000)).total.minor, INT64_MAX);
  EXPECT_EQ(split(INT64_MAX, {}).net.minor, INT64_MAX);
  EXPECT_EQ(split(0, exclusive(750)).total.minor, 0);
}

const auto any_amount = rc::gen::inRange<std::int64_t>(0, INT64_MAX);
const auto any_rate = rc::gen::inRange<std::int32_t>(0, whole_rate_bp + 1);

RC_GTEST_PROP(tax_r6, net_and_tax_are_the_total_to_the_minor_unit, ()) {
  const auto mode = *rc::gen::element(tax_mode::none, tax_mode::inclusive, tax_mode::exclusive);
  const money lines{*any_amount, naira};
  const auto amount = with_tax(lines, {mode, *any_rate});
  if (!amount) return;
  RC_ASSERT(amount->net.minor + amount->tax.minor == amount->total.minor);
  RC_ASSERT(amount->net.minor >= 0);
  RC_ASSERT(amount->tax.minor >= 0);
  if (mode == tax_mode::exclusive) RC_ASSERT(amount->net == lines);
  else RC_ASSERT(amount->total == lines);
}

// To the nearest: twice what is off is never more than one unit of the divisor.
RC_GTEST_PROP(tax_r3, is_never_off_by_more_than_half_a_minor_unit, ()) {
  const money lines{*rc::gen::inRange<std::int64_t>(0, 100'000'000'000), naira};
  const auto rate = *any_rate;
  const auto off = [&](std::int64_t tax, std::int64_t divisor) {
    const auto difference = 2 * (tax * divisor - lines.minor * rate);
    return difference > -divisor && difference <= divisor;
  };
  RC_ASSERT(off(with_tax(lines, exclusive(rate))->tax.minor, whole_rate_bp));
  RC_ASSERT(off(with_tax(lines, inclusive(rate))->tax.minor, whole_rate_bp + rate));
}

RC_GTEST_PROP(tax_r4, of_an_exclusive_total_is_the_same_tax_when_it_is_taken_out_again, ()) {
  const money lines{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000), naira};
  const auto rate = *any_rate;
  const auto on_top = with_tax(lines, exclusive(rate)).value();
  RC_ASSERT(with_tax(on_top.total, inclusive(rate))->tax == on_top.tax);
}

TEST(tax_rate, is_written_without_idle_zeros) {
  EXPECT_EQ(rate_text(750), "7.5 %");
  EXPECT_EQ(rate_text(2'000), "20 %");
  EXPECT_EQ(rate_text(25), "0.25 %");
  EXPECT_EQ(rate_text(5), "0.05 %");
  EXPECT_EQ(rate_text(550, ","), "5,5 %");
  EXPECT_EQ(rate_text(0), "0 %");
}

// --- at the desk ----------------------------------------------------------------------------------

TEST(tax_r5, is_part_of_what_an_order_costs_and_of_what_its_link_asks_for) {
  auto shop = fabrics();
  shop.book().tax = exclusive(750);
  const auto placed = shop.places(1, {{"A1", 2}});
  EXPECT_EQ(placed.total, (money{3'225'000, naira}));
  EXPECT_EQ(placed.added_tax, (money{225'000, naira}));
  const auto checkout = shop.has_link(1);
  EXPECT_EQ(shop.is_told(money_for(checkout)).effect, action_effect::payment_confirmed);
  EXPECT_EQ(shop.last(1).total, (money{3'225'000, naira}));
}

TEST(tax_r4, leaves_what_an_order_costs_as_it_is) {
  auto shop = fabrics();
  shop.book().tax = inclusive(750);
  const auto placed = shop.places(1, {{"A1", 2}});
  EXPECT_EQ(placed.total, (money{3'000'000, naira}));
  EXPECT_EQ(placed.added_tax, money{});
}

TEST(tax_r7, stays_as_an_order_was_priced_until_its_items_are_priced_anew) {
  auto shop = fabrics();
  shop.book().tax = exclusive(750);
  shop.places(1, {{"A1", 2}});
  shop.book().tax = exclusive(1'000);
  EXPECT_EQ(shop.starts_checkout(1).total, (money{3'225'000, naira}));
  EXPECT_EQ(shop.open(1)->tax, exclusive(750));
  EXPECT_EQ(shop.changes(1, {{"A1", 1}}).total, (money{1'650'000, naira}));
  EXPECT_EQ(shop.open(1)->tax, exclusive(1'000));
}

TEST(tax_r6, refuses_an_order_whose_total_with_tax_is_out_of_range) {
  a_shop shop;
  shop.selling("GOLD", INT64_MAX, 1);
  shop.book().tax = exclusive(1);
  EXPECT_EQ(shop.places(1, {{"GOLD", 1}}).why, refusal::total_out_of_range);
  EXPECT_EQ(shop.stock_of("GOLD"), 1);
  shop.book().tax = {};
  EXPECT_EQ(shop.places(1, {{"GOLD", 1}}).effect, action_effect::order_placed);
}

}  // namespace
}  // namespace sellavie
