// The lists of orders, invoices and money find their rows by an index, as the role that runs them and with the settings of an
// API session, on full tables.

#include <algorithm>
#include <stdexcept>

#include "storage/api/invoices.hpp"
#include "storage/api/orders.hpp"
#include "storage/api/payments.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

class order_plans_test : public spine_test {
 protected:
  void SetUp() override {
    spine_test::SetUp();
    fill();
  }

  /// 20,000 orders of 20 businesses, a contact each, with an invoice, a payment, money that came, a refund and a review.
  void fill() {
    sql(R"(
      CREATE FUNCTION u(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
        $$ SELECT (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
      SET session_replication_role = replica;
      INSERT INTO businesses (id, key, name, currency, timezone, created_at) SELECT u(1,n), 'k'||n, 'n', 'NGN', 'UTC', 0 FROM generate_series(0,19) n;
      INSERT INTO connections (id, business_id, channel, external_id, access_token, created_at) SELECT u(2,n), u(1,n), 'messenger', 'p'||n, 't', 0 FROM generate_series(0,19) n;
      INSERT INTO contacts (id, business_id, connection_id, scoped_id, name, created_at) SELECT u(3,n), u(1,n%20), u(2,n%20), 's'||n, 'Name '||n, 0 FROM generate_series(0,19999) n;
      INSERT INTO conversations (id, business_id, connection_id, contact_id, created_at) SELECT u(4,n), u(1,n%20), u(2,n%20), u(3,n), 0 FROM generate_series(0,19999) n;
      INSERT INTO orders (id, business_id, number, conversation_id, contact_id, status, currency, total_minor, idempotency_key, version, created_at, wished_at, dispute) SELECT u(9,n), u(1,n%20), n+1, u(4,n), u(3,n), (ARRAY['paid','fulfilled','cancelled','draft'])[1+n%4], 'NGN', n%1000, 'i'||n, 1, n, n, CASE WHEN n%49=0 THEN 'open' ELSE 'none' END FROM generate_series(0,19999) n;
      INSERT INTO order_items SELECT u(1,n%20), u(9,n), 1, u(8,n), 'a', 'b', 1, 1, 1 FROM generate_series(0,19999) n;
      INSERT INTO order_timeline (business_id, order_id, what, actor, at) SELECT u(1,n%20), u(9,n%20000), 'placed', 'ai', n FROM generate_series(0,39999) n;
      INSERT INTO payments (id, business_id, order_id, provider, mode, reference, amount_minor, currency, status, created_at) SELECT u(10,n), u(1,n%20), u(9,n), 'paystack', 'test', 'r'||n, 1, 'NGN', 'intent', 0 FROM generate_series(0,19999) n;
      INSERT INTO payment_records (id, business_id, reference, transaction, provider, mode, currency, received_minor, place, order_id, received_at, version) SELECT u(12,n), u(1,n%20), 'r'||n, 't'||n, 'paystack', 'test', 'NGN', 1, 'on_order', u(9,n), n, 1 FROM generate_series(0,19999) n;
      INSERT INTO refunds (id, business_id, payment_id, order_id, amount_minor, currency, reason, returns_goods, origin, state, requested_by, requested_at, version) SELECT u(13,n), u(1,n%20), u(12,n), u(9,n), 1, 'NGN', 'x', false, 'here', (ARRAY['succeeded','failed','pending','rejected'])[1+n%4], 'person:x', n, 1 FROM generate_series(0,19999) n;
      INSERT INTO payment_reviews (id, business_id, order_id, reference, transaction, reason, state, opened_at, version) SELECT u(14,n), u(1,n%20), u(9,n), 'r'||n, 't'||n, 'old_reference', CASE WHEN n%49=0 THEN 'open' ELSE 'accepted' END, n, 1 FROM generate_series(0,19999) n;
      INSERT INTO invoices SELECT u(11,n), u(1,n%20), 'INV', n+1, 'invoice', u(9,n), 'NGN', 1, '[]', n FROM generate_series(0,19999) n;
      SET session_replication_role = origin;
      ANALYZE)");
  }

  std::string plan_of(const list_plan& wanted) const {
    const auto& role = wanted.is_engines ? database.access().engine : database.access().tenant;
    const auto session = open_pq(role, "plans").value();
    const auto prepared =
        execute(*session,
                "SET plan_cache_mode = force_generic_plan; SET jit = off; SET app.business_id = "
                "'00000001-0000-7000-8000-000000000007'; PREPARE asked AS " +
                    wanted.statement);
    EXPECT_TRUE(prepared) << test::why(prepared);
    std::string explain = "EXPLAIN EXECUTE asked(NULL";
    for (int i = 1; i < wanted.parameters; ++i) explain += ", NULL";
    const auto rows = execute(*session, explain + ")");
    if (!rows) return "no plan: " + rows.error().detail;
    std::string plan;
    for (int i = 0; i < PQntuples(rows.value().get()); ++i)
      plan += std::string{field(rows.value(), i, 0)} + "\n";
    return plan;
  }

  void expect_indexes(const std::vector<list_plan>& plans) const {
    for (const auto& one : plans) {
      const auto plan = plan_of(one);
      EXPECT_THAT(plan, HasSubstr(one.index)) << one.statement;
      for (const char* table : {"orders", "invoices", "payments", "contacts", "conversations", "order_items",
                                "order_timeline", "payment_records", "refunds", "payment_reviews"})
        EXPECT_THAT(plan, Not(HasSubstr(std::string{"Seq Scan on "} + table + " "))) << one.statement << plan;
    }
  }
};

TEST_F(order_plans_test, each_source_of_the_orders_is_an_index_and_no_table_is_scanned) {
  expect_indexes(order_plans());
}

TEST_F(order_plans_test, each_source_of_the_invoices_is_an_index_and_no_table_is_scanned) {
  expect_indexes(invoice_plans());
}

TEST_F(order_plans_test, each_source_of_payments_refunds_and_reviews_is_an_index_and_no_table_is_scanned) {
  expect_indexes(received_plans());
  expect_indexes(refund_plans());
  expect_indexes(review_plans());
}

/// The first that is served by this index.
list_plan served_by(const std::string& index, const std::vector<list_plan>& plans) {
  const auto found =
      std::find_if(plans.begin(), plans.end(), [&](const list_plan& one) { return one.index == index; });
  if (found == plans.end()) throw std::invalid_argument("no plan is served by " + index);
  return *found;
}

TEST_F(order_plans_test, a_walk_reads_in_order_and_sorts_nothing_that_it_has_not_looked_at) {
  for (const auto& walk :
       {served_by("orders_by_time", order_plans()), served_by("orders_by_total", order_plans()),
        served_by("orders_disputed", order_plans()), served_by("invoices_by_time", invoice_plans()),
        served_by("payment_records_by_time", received_plans()),
        served_by("payment_records_of_order", received_plans()), served_by("refunds_by_time", refund_plans()),
        served_by("refunds_by_state", refund_plans()), served_by("refunds_of_order", refund_plans()),
        served_by("payment_reviews_by_time", review_plans()),
        served_by("payment_reviews_open", review_plans())}) {
    const auto plan = plan_of(walk);
    const auto looked = plan.find("CTE looked");
    const auto index = plan.find(walk.index);
    ASSERT_NE(looked, std::string::npos) << plan;
    ASSERT_NE(index, std::string::npos) << plan;
    EXPECT_EQ(plan.substr(looked, index - looked).find("Sort"), std::string::npos) << plan;
  }
}

}  // namespace
}  // namespace sellavie::storage
