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

order taxed(order subject, const tax_terms& terms, std::int64_t total) {
  subject.tax = terms;
  subject.total = {total, naira};
  return subject;
}

invoice_context with_parties() {
  auto context = at_123;
  context.tax_name = "VAT";
  context.seller = {"Ada Fabrics Ltd", "1 Marina, Lagos", "TIN-1", "Thank you."};
  context.buyer = {"Chidi", "2 Broad Street", "+2348000000000", "chidi@example.com"};
  return context;
}

TEST(invoice_r6, says_the_tax_of_its_order_as_that_was_priced) {
  const auto on_top = issue(taxed(an_order(order_status::paid), {tax_mode::exclusive, 750}, 215),
                            invoice_kind::invoice, {}, with_parties())
                          .value()
                          .document;
  EXPECT_EQ(on_top.taxes, (std::vector<tax_line>{{"VAT", {tax_mode::exclusive, 750}, {15, naira}}}));
  EXPECT_EQ(net_of(on_top).value(), (money{200, naira}));
  const auto within = issue(taxed(an_order(order_status::paid), {tax_mode::inclusive, 10'000}, 200),
                            invoice_kind::invoice, {}, with_parties())
                          .value()
                          .document;
  EXPECT_EQ(net_of(within).value(), (money{100, naira}));
  const auto none =
      issue(an_order(order_status::paid), invoice_kind::invoice, {}, with_parties()).value().document;
  EXPECT_TRUE(none.taxes.empty());
  EXPECT_EQ(net_of(none).value(), none.total);
}

TEST(invoice_r6, is_not_issued_when_lines_and_tax_are_not_the_total) {
  for (const std::int64_t wrong : {200, 214, 216})
    EXPECT_EQ(issue(taxed(an_order(order_status::paid), {tax_mode::exclusive, 750}, wrong),
                    invoice_kind::invoice, {}, with_parties())
                  .error()
                  .code,
              errc::money_range)
        << wrong;
}

TEST(invoice_r6, knows_no_net_amount_of_a_tax_beyond_the_total) {
  auto document =
      issue(an_order(order_status::paid), invoice_kind::invoice, {}, with_parties()).value().document;
  for (const money wrong : {money{201, naira}, money{-1, naira}, money{1, *parse_currency("USD")}}) {
    document.taxes = {{"VAT", {tax_mode::inclusive, 750}, wrong}};
    EXPECT_EQ(net_of(document).error().code, errc::money_range) << wrong.minor;
  }
}

TEST(invoice_r7, says_who_sells_and_who_buys) {
  const auto document =
      issue(an_order(order_status::paid), invoice_kind::invoice, {}, with_parties()).value().document;
  EXPECT_EQ(document.seller, with_parties().seller);
  EXPECT_EQ(document.buyer, with_parties().buyer);
}

TEST(invoice_r8, is_mirrored_by_its_credit_note_whatever_the_settings_say_now) {
  const auto bill = issue(taxed(an_order(order_status::paid), {tax_mode::exclusive, 750}, 215),
                          invoice_kind::invoice, {}, with_parties())
                        .value()
                        .document;
  const invoice existing[] = {bill};
  auto refunded = taxed(an_order(order_status::refunded), {tax_mode::exclusive, 750}, 215);
  const auto note = issue(refunded, invoice_kind::credit_note, existing, at_123).value().document;
  EXPECT_EQ(note.taxes, bill.taxes);
  EXPECT_EQ(note.total, bill.total);
  EXPECT_EQ(note.lines, bill.lines);
  EXPECT_EQ(note.seller, bill.seller);
  EXPECT_EQ(note.buyer, bill.buyer);
}

}  // namespace
}  // namespace sellavie
