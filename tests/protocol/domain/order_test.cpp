#include "protocol/domain/order.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/protocol/domain/a_shop.hpp"

namespace sellavie {
namespace {

TEST(order_status, goes_only_forward) {
  int allowed = 0;
  for (const auto from : all_order_statuses)
    for (const auto to : all_order_statuses) allowed += can_become(from, to) ? 1 : 0;
  EXPECT_EQ(allowed, 8);
  EXPECT_TRUE(can_become(order_status::draft, order_status::awaiting_payment));
  EXPECT_TRUE(can_become(order_status::awaiting_payment, order_status::paid));
  EXPECT_TRUE(can_become(order_status::paid, order_status::fulfilled));
  EXPECT_TRUE(can_become(order_status::fulfilled, order_status::refunded));
}

TEST(order_status, never_opens_again) {
  for (const auto from : all_order_statuses)
    for (const auto to : all_order_statuses)
      EXPECT_FALSE(is_closed(from) && !is_closed(to) && can_become(from, to));
}

TEST(order_status, has_names) {
  for (const auto status : all_order_statuses) EXPECT_EQ(parse_order_status(to_string(status)), status);
  EXPECT_FALSE(parse_order_status("open"));
}

TEST(order_total, refuses_overflow_and_mixed_currencies) {
  order_line line;
  line.total = {INT64_MAX, test::naira};
  EXPECT_FALSE(sum_of({line, line}, test::naira));
  EXPECT_FALSE(sum_of({line}, *parse_currency("USD")));
}

TEST(payment_reference, is_read_back) {
  const auto id = test::numbered<order_id>(7);
  const auto text = make_payment_reference(id, 12);
  EXPECT_EQ(text, "sv-01000000000000000000000000000007-12");
  EXPECT_EQ(parse_payment_reference(text), (payment_reference_parts{id, 12}));
}

TEST(payment_reference, is_read_in_one_spelling_only) {
  const std::string id = "01000000000000000000000000000007";
  for (const auto& bad : {"sv-" + id + "-0", "sv-" + id + "-01", "sv-" + id + "--1", "sv-" + id + "-1 ",
                          "sv-" + id, "xx-" + id + "-1", std::string{}, "sv-" + id + "-99999999999"})
    EXPECT_FALSE(parse_payment_reference(bad)) << bad;
}

RC_GTEST_PROP(payment_reference_property, any_bytes_are_read_without_harm, (const std::string& tail)) {
  static_cast<void>(parse_payment_reference("sv-" + tail));
}

}  // namespace
}  // namespace sellavie
