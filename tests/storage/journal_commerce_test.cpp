// What the commits of the desks write: orders, stock, payments, invoices.

#include "protocol/domain/payment.hpp"
#include "tests/storage/unit_of_work_fixture.hpp"

namespace sellavie::storage {
namespace {

using outcome = commit_outcome;

class journal_commerce_test : public unit_of_work_test {};

// --- commerce ----------------------------------------------------------------------------------------

TEST_F(journal_commerce_test, a_fact_keeps_why_a_provider_was_asked_and_others_have_nothing_there) {
  const auto order = an_order(40, 1001);
  ASSERT_EQ(apply({.orders = {order},
                   .timeline = {{ada, order.id, "placed", "ai", noon},
                                {ada, order.id, "paid", "provider:stripe", noon, "return"}}})
                .outcome,
            outcome::committed);
  EXPECT_EQ(
      text(
          "SELECT string_agg(what || '=' || coalesce(noticed_by, 'null'), ' ' ORDER BY seq) FROM order_timeline"),
      "placed=null paid=return");
  for (const auto hint : {payment_hint::event, payment_hint::poll, payment_hint::customer_return,
                          payment_hint::chat, payment_hint::person})
    EXPECT_EQ(
        apply({.timeline = {{ada, order.id, "paid", "provider:stripe", noon, std::string{to_string(hint)}}}})
            .outcome,
        outcome::committed)
        << to_string(hint);
  expect_refused({.timeline = {{ada, order.id, "paid", "provider:stripe", noon, "rumour"}}}, "noticed_by");
}

TEST_F(journal_commerce_test, places_changes_and_pays_an_order) {
  auto order = an_order(40, 1001);
  ASSERT_EQ(apply({.stock = {{ada, ankara, -2}},
                   .orders = {order},
                   .timeline = {{ada, order.id, "placed", "ai", noon}},
                   .action_results = {{ada, "t.1.0", "{}", noon}}})
                .outcome,
            outcome::committed);
  EXPECT_EQ(number("SELECT stock FROM products"), 18);

  auto larger = changed(order, "awaiting_payment");
  larger.items = {{ankara, "A1", "Ankara", 3, 1'500'000, 1}, {ankara, "A1", "Ankara", 1, 1'400'000, 2}};
  larger.items_changed = true;
  ASSERT_EQ(apply({.orders = {larger}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT string_agg(line || ':' || quantity, ',' ORDER BY line) FROM order_items"),
            "1:3,2:1");

  payment_row payment{.id = id_of<payment_id>(60),
                      .business = ada,
                      .order = order.id,
                      .provider = "stripe",
                      .mode = "test",
                      .connection = id_of<payment_connection_id>(61),
                      .reference = "sv-1",
                      .amount_minor = 3'000'000,
                      .currency = "NGN",
                      .status = "intent",
                      .at = noon};
  ASSERT_EQ(apply({.payments = {payment}}).outcome, outcome::committed);
  auto paid = payment;
  paid.expected_status = "intent";
  paid.status = "paid";
  paid.link_id = "cs_1";
  paid.transaction = "pi_1";
  ASSERT_EQ(apply({.orders = {changed(larger, "paid")}, .payments = {paid}}).outcome, outcome::committed);
  EXPECT_EQ(text("SELECT status || version FROM orders"), "paid3");
  EXPECT_EQ(number("SELECT settled_at FROM payments"), to_unix_ms(noon));
  EXPECT_EQ(text("SELECT link_id || ' ' || transaction FROM payments"), "cs_1 pi_1");
  expect_refused({.payments = {paid}}, "payments to change");

  invoice_row invoice{
      id_of<invoice_id>(70), ada, "INV", 1, "invoice", order.id, "NGN", 3'000'000, "[]", noon};
  ASSERT_EQ(apply({.invoices = {invoice}}).outcome, outcome::committed);
  invoice.id = id_of<invoice_id>(71);
  invoice.number = 2;
  expect_refused({.invoices = {invoice}}, "invoices_once");
}

TEST_F(journal_commerce_test, a_closed_order_is_never_opened_again) {
  auto order = an_order(40, 1001);
  ASSERT_EQ(apply({.orders = {order}}).outcome, outcome::committed);
  auto cancelled = changed(order, "cancelled");
  ASSERT_EQ(apply({.orders = {cancelled}}).outcome, outcome::committed);
  for (const auto* status : {"draft", "awaiting_payment", "paid", "refunded"})
    expect_refused({.orders = {changed(cancelled, status)}}, "orders to change");
  EXPECT_EQ(text("SELECT status FROM orders"), "cancelled");
}

TEST_F(journal_commerce_test, has_one_open_order_per_conversation) {
  ASSERT_EQ(apply({.orders = {an_order(40, 1001)}}).outcome, outcome::committed);
  expect_refused({.orders = {an_order(41, 1002)}}, "orders_one_open");
}

TEST_F(journal_commerce_test, an_order_number_or_key_that_is_used_refuses_everything) {
  auto first = an_order(40, 1001);
  first.status = "cancelled";
  ASSERT_EQ(apply({.orders = {first}}).outcome, outcome::committed);
  auto same_number = an_order(41, 1001), same_key = an_order(42, 1002);
  same_key.idempotency_key = first.idempotency_key;
  expect_refused({.stock = {{ada, ankara, -1}}, .orders = {same_number}}, "orders_business_id_number_key");
  expect_refused({.stock = {{ada, ankara, -1}}, .orders = {same_key}},
                 "orders_business_id_idempotency_key_key");
  EXPECT_EQ(number("SELECT stock FROM products"), 20);
  EXPECT_EQ(count("orders"), 1);
}

TEST_F(journal_commerce_test, an_invoice_number_that_is_used_refuses_everything) {
  auto first = an_order(40, 1001), second = an_order(41, 1002);
  first.status = second.status = "paid";
  ASSERT_EQ(apply({.orders = {first, second}}).outcome, outcome::committed);
  invoice_row invoice{
      id_of<invoice_id>(70), ada, "INV", 1, "invoice", first.id, "NGN", 3'000'000, "[]", noon};
  ASSERT_EQ(apply({.invoices = {invoice}}).outcome, outcome::committed);
  invoice.id = id_of<invoice_id>(71);
  invoice.order = second.id;
  expect_refused({.invoices = {invoice}, .action_results = {{ada, "t.1.0", "{}", noon}}},
                 "invoices_business_id_series_number_key");
  EXPECT_EQ(count("action_results"), 0);
  invoice.series = "CN";
  EXPECT_EQ(apply({.invoices = {invoice}}).outcome, outcome::committed) << "each series counts by itself";
}

TEST_F(journal_commerce_test, a_payment_that_need_not_change_stays_when_it_is_not_as_expected) {
  ASSERT_EQ(apply({.orders = {an_order(40, 1001)}}).outcome, outcome::committed);
  payment_row row{.id = id_of<payment_id>(60),
                  .business = ada,
                  .order = id_of<order_id>(40),
                  .provider = "paystack",
                  .mode = "test",
                  .reference = "sv-1",
                  .amount_minor = 3'000'000,
                  .currency = "NGN",
                  .status = "link",
                  .at = noon};
  ASSERT_EQ(apply({.payments = {row}}).outcome, outcome::committed);
  const auto becomes = [&](const char* expected, const char* status, bool must_change) {
    row.expected_status = expected;
    row.status = status;
    row.must_change = must_change;
    const auto report = apply({.payments = {row}});
    return std::string{to_string(report.outcome)} + ' ' + text("SELECT status FROM payments");
  };
  EXPECT_EQ(becomes("open", "expired", false), "committed expired");
  EXPECT_EQ(becomes("open", "failed", false), "committed expired");
  EXPECT_EQ(becomes("open", "failed", true), "refused expired");
  EXPECT_EQ(becomes("unpaid", "review", false), "committed review");
  EXPECT_EQ(becomes("open", "expired", false), "committed review");
  EXPECT_EQ(becomes("unpaid", "paid", true), "committed paid");
  EXPECT_EQ(becomes("unpaid", "review", false), "committed paid");
  EXPECT_EQ(becomes("unpaid", "paid", true), "refused paid");
  row.reference = "nobody's";
  EXPECT_EQ(becomes("unpaid", "review", false), "committed paid");
}

}  // namespace
}  // namespace sellavie::storage
