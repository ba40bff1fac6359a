#include "protocol/domain/invoice.hpp"

#include <gtest/gtest.h>

#include "tests/protocol/domain/a_shop.hpp"

namespace sellavie {
namespace {

using namespace test;

order an_order(order_status status) {
  order one;
  one.id = numbered<order_id>(1);
  one.number = 42;
  one.status = status;
  one.lines = {{numbered<product_id>(1), "A1", "Ankara", 2, {100, naira}, 1, {200, naira}}};
  one.total = {200, naira};
  return one;
}

const invoice_context at_123{123, numbered<invoice_id>(5), instant_from_ms(1'000)};

TEST(invoice_number, has_six_digits_or_more) {
  EXPECT_EQ(format_invoice_number("INV", 123), "INV-000123");
  EXPECT_EQ(format_invoice_number("INV", 12'345'678), "INV-12345678");
}

TEST(invoice_r1, is_issued_for_orders_that_await_payment_or_are_paid) {
  for (const auto status : all_order_statuses) {
    const bool allowed = status == order_status::awaiting_payment || status == order_status::paid ||
                         status == order_status::fulfilled;
    EXPECT_EQ(issue(an_order(status), invoice_kind::invoice, {}, at_123).has_value(), allowed)
        << to_string(status);
  }
}

TEST(invoice_r1, copies_the_order) {
  const auto issued = issue(an_order(order_status::paid), invoice_kind::invoice, {}, at_123).value();
  EXPECT_EQ(issued.how, issuance::fresh);
  EXPECT_EQ(issued.document.formatted_number, "INV-000123");
  EXPECT_EQ(issued.document.total, (money{200, naira}));
  EXPECT_EQ(issued.document.order_number, 42);
}

TEST(invoice_r2, is_corrected_only_when_the_order_is_void_and_an_invoice_exists) {
  const auto bill = issue(an_order(order_status::paid), invoice_kind::invoice, {}, at_123).value().document;
  const invoice existing[] = {bill};
  EXPECT_FALSE(issue(an_order(order_status::paid), invoice_kind::credit_note, existing, at_123));
  EXPECT_FALSE(issue(an_order(order_status::refunded), invoice_kind::credit_note, {}, at_123));
  const auto note =
      issue(an_order(order_status::refunded), invoice_kind::credit_note, existing, at_123).value();
  EXPECT_EQ(note.document.formatted_number, "CRN-000123");
  EXPECT_EQ(note.document.corrects, "INV-000123");
}

TEST(invoice_r3, is_issued_once) {
  const invoice existing[] = {
      issue(an_order(order_status::paid), invoice_kind::invoice, {}, at_123).value().document};
  const auto again =
      issue(an_order(order_status::fulfilled), invoice_kind::invoice, existing, {124, {}, {}}).value();
  EXPECT_EQ(again.how, issuance::existing);
  EXPECT_EQ(again.document.number, 123);
}

TEST(invoice_r4, is_a_conflict_when_the_order_changed_after_it) {
  const invoice existing[] = {
      issue(an_order(order_status::awaiting_payment), invoice_kind::invoice, {}, at_123).value().document};
  auto changed = an_order(order_status::awaiting_payment);
  changed.lines.front().quantity = 3;
  EXPECT_EQ(issue(changed, invoice_kind::invoice, existing, at_123).error().code, errc::conflict);
}

TEST(invoice_r5, has_a_number_from_one_upwards) {
  EXPECT_EQ(issue(an_order(order_status::paid), invoice_kind::invoice, {}, {0, {}, {}}).error().code,
            errc::invalid_value);
}

}  // namespace
}  // namespace sellavie
