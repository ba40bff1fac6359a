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
    EXPECT_EQ(issue(an_order(status), {}, at_123).has_value(), allowed) << to_string(status);
  }
}

TEST(invoice_r1, copies_the_order) {
  const auto issued = issue(an_order(order_status::paid), {}, at_123).value();
  EXPECT_EQ(issued.how, issuance::fresh);
  EXPECT_EQ(issued.document.formatted_number, "INV-000123");
  EXPECT_EQ(issued.document.total, (money{200, naira}));
  EXPECT_EQ(issued.document.order_number, 42);
}

TEST(invoice_r3, is_issued_once) {
  const invoice existing[] = {issue(an_order(order_status::paid), {}, at_123).value().document};
  const auto again = issue(an_order(order_status::fulfilled), existing, {124, {}, {}}).value();
  EXPECT_EQ(again.how, issuance::existing);
  EXPECT_EQ(again.document.number, 123);
}

TEST(invoice_r4, is_a_conflict_when_the_order_changed_after_it) {
  const invoice existing[] = {issue(an_order(order_status::awaiting_payment), {}, at_123).value().document};
  auto changed = an_order(order_status::awaiting_payment);
  changed.lines.front().quantity = 3;
  EXPECT_EQ(issue(changed, existing, at_123).error().code, errc::conflict);
}

TEST(invoice_r5, has_a_number_from_one_upwards) {
  EXPECT_EQ(issue(an_order(order_status::paid), {}, {0, {}, {}}).error().code, errc::invalid_value);
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
  const auto on_top =
      issue(taxed(an_order(order_status::paid), {tax_mode::exclusive, 750}, 215), {}, with_parties())
          .value()
          .document;
  EXPECT_EQ(on_top.taxes, (std::vector<tax_line>{{"VAT", {tax_mode::exclusive, 750}, {15, naira}}}));
  EXPECT_EQ(net_of(on_top).value(), (money{200, naira}));
  const auto within =
      issue(taxed(an_order(order_status::paid), {tax_mode::inclusive, 10'000}, 200), {}, with_parties())
          .value()
          .document;
  EXPECT_EQ(net_of(within).value(), (money{100, naira}));
  const auto none = issue(an_order(order_status::paid), {}, with_parties()).value().document;
  EXPECT_TRUE(none.taxes.empty());
  EXPECT_EQ(net_of(none).value(), none.total);
}

TEST(invoice_r6, is_not_issued_when_lines_and_tax_are_not_the_total) {
  for (const std::int64_t wrong : {200, 214, 216})
    EXPECT_EQ(
        issue(taxed(an_order(order_status::paid), {tax_mode::exclusive, 750}, wrong), {}, with_parties())
            .error()
            .code,
        errc::money_range)
        << wrong;
}

TEST(invoice_r6, knows_no_net_amount_of_a_tax_beyond_the_total) {
  auto document = issue(an_order(order_status::paid), {}, with_parties()).value().document;
  for (const money wrong : {money{201, naira}, money{-1, naira}, money{1, *parse_currency("USD")}}) {
    document.taxes = {{"VAT", {tax_mode::inclusive, 750}, wrong}};
    EXPECT_EQ(net_of(document).error().code, errc::money_range) << wrong.minor;
  }
}

TEST(invoice_r7, says_who_sells_and_who_buys) {
  const auto document = issue(an_order(order_status::paid), {}, with_parties()).value().document;
  EXPECT_EQ(document.seller, with_parties().seller);
  EXPECT_EQ(document.buyer, with_parties().buyer);
}

// --- credit notes ---------------------------------------------------------------------------------

struct credited_order {
  order subject;
  std::vector<invoice> documents;
  std::vector<money_returned> returned;

  explicit credited_order(const tax_terms& terms = {}, std::int64_t total = 200) {
    subject = taxed(an_order(order_status::paid), terms, total);
    subject.received = total;
    documents.push_back(issue(subject, {}, with_parties()).value().document);
  }
  void goes_back(std::int64_t minor) {
    returned.push_back({numbered<refund_id>(static_cast<int>(returned.size()) + 1), {minor, naira}});
    subject.refunded += minor;
    if (subject.refunded == subject.received) subject.status = order_status::refunded;
  }
  std::optional<invoice> next() {
    auto context = at_123;
    context.next_number = static_cast<std::int64_t>(documents.size());
    const auto note = next_credit_note(subject, documents, returned, context).value();
    if (note) documents.push_back(*note);
    return note;
  }
  std::vector<std::int64_t> notes() {
    std::vector<std::int64_t> amounts;
    while (const auto note = next()) amounts.push_back(note->total.minor);
    return amounts;
  }
};

using amounts = std::vector<std::int64_t>;

TEST(invoice_r2, credits_each_refund_by_a_note_of_its_amount) {
  credited_order sold;
  EXPECT_EQ(sold.notes(), amounts{}) << "nothing went back";
  sold.goes_back(50);
  const auto note = sold.next();
  ASSERT_TRUE(note);
  EXPECT_EQ(note->formatted_number, "CRN-000001");
  EXPECT_EQ(note->corrects, "INV-000123");
  EXPECT_EQ(note->total, (money{50, naira}));
  EXPECT_EQ(note->refund, sold.returned.front().refund);
  sold.goes_back(30);
  sold.goes_back(120);
  EXPECT_EQ(sold.notes(), (amounts{30, 120}));
}

TEST(invoice_r2, credits_nothing_without_an_invoice) {
  credited_order sold;
  sold.documents.clear();
  sold.goes_back(200);
  EXPECT_EQ(sold.notes(), amounts{});
}

TEST(invoice_r3, credits_a_refund_once) {
  credited_order sold;
  sold.goes_back(50);
  EXPECT_EQ(sold.notes(), amounts{50});
  EXPECT_EQ(sold.notes(), amounts{});
}

TEST(invoice_r8, says_who_sold_and_who_bought_whatever_the_settings_say_now) {
  credited_order sold{{tax_mode::exclusive, 750}, 215};
  sold.goes_back(20);
  const auto note = sold.next().value();
  EXPECT_EQ(note.seller, sold.documents.front().seller);
  EXPECT_EQ(note.buyer, sold.documents.front().buyer);
  EXPECT_EQ(note.taxes, (std::vector<tax_line>{{"VAT", {tax_mode::exclusive, 750}, {1, naira}}}));
}

TEST(invoice_r8, splits_the_tax_of_parts_so_that_they_add_up_to_the_invoice) {
  for (const auto mode : {tax_mode::inclusive, tax_mode::exclusive}) {
    const auto whole = mode == tax_mode::inclusive ? 200 : 400;
    credited_order sold{{mode, 10'000}, whole};
    // Each half unit of tax is rounded up; the last ones take what is left.
    for (int i = 0; i < whole; ++i) sold.goes_back(1);
    while (sold.next()) {
    }
    std::int64_t tax = 0;
    std::int64_t total = 0;
    for (const auto& one : sold.documents) {
      if (one.kind == invoice_kind::invoice) continue;
      EXPECT_TRUE(net_of(one)) << one.formatted_number;
      tax += one.taxes.front().tax.minor;
      total += one.total.minor;
    }
    EXPECT_EQ(total, whole);
    EXPECT_EQ(tax, sold.documents.front().taxes.front().tax.minor) << to_string(mode);
  }
}

TEST(invoice_r9, has_the_lines_of_the_whole_invoice_and_none_of_a_part) {
  credited_order whole;
  whole.goes_back(200);
  EXPECT_EQ(whole.next()->lines, whole.subject.lines);
  credited_order parts;
  parts.goes_back(150);
  parts.goes_back(50);
  EXPECT_TRUE(parts.next()->lines.empty());
  EXPECT_TRUE(parts.next()->lines.empty());
}

TEST(invoice_r10, does_not_credit_what_came_beyond_its_total) {
  credited_order sold;
  sold.subject.received = 230;
  sold.goes_back(30);
  EXPECT_EQ(sold.notes(), amounts{}) << "the surplus";
  sold.goes_back(50);
  EXPECT_EQ(sold.notes(), amounts{50});
  sold.goes_back(150);
  EXPECT_EQ(sold.notes(), amounts{150});
}

TEST(invoice_r11, is_credited_to_the_last_unit_when_less_had_come_and_all_is_back) {
  credited_order sold;
  sold.subject.received = 190;
  sold.goes_back(100);
  EXPECT_EQ(sold.notes(), amounts{100});
  sold.goes_back(90);
  EXPECT_EQ(sold.notes(), amounts{100});
}

TEST(invoice_r11, is_credited_without_a_refund_when_only_a_sum_was_told_or_the_order_is_cancelled) {
  credited_order told;
  told.goes_back(80);
  told.subject.refunded = 200;
  told.subject.status = order_status::refunded;
  EXPECT_EQ(told.notes(), (amounts{80, 120}));
  EXPECT_TRUE(told.documents.back().refund.is_nil());
  told.returned.push_back({numbered<refund_id>(9), {120, naira}});
  EXPECT_EQ(told.notes(), amounts{}) << "its refund is heard of later";
  credited_order cancelled;
  cancelled.subject.status = order_status::cancelled;
  cancelled.subject.received = 0;
  EXPECT_EQ(cancelled.notes(), amounts{200});
  EXPECT_EQ(cancelled.documents.back().lines, cancelled.subject.lines);
}

}  // namespace
}  // namespace sellavie
