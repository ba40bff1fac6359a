// The catalogue's list finds its page by an index, as the tenant role under row-level security; and what the tenant
// role may not do with a product.

#include "storage/api/products.hpp"
#include "tests/storage/spine_fixture.hpp"

namespace sellavie::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

class catalogue_test : public spine_test {
 protected:
  void SetUp() override {
    spine_test::SetUp();
    tenant = open_pq(database.access().tenant, "catalogue").value();
    (void)execute(*tenant, "SET app.business_id = " + quote(ada)).value();
  }
  /// 20,000 products of 20 businesses, Ada's among them.
  void fill() {
    sql(R"(
      CREATE FUNCTION u(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
        $$ SELECT (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$;
      INSERT INTO businesses (id, key, name, currency, timezone, created_at) SELECT u(1,n), 'k'||n, 'n', 'NGN', 'UTC', 0 FROM generate_series(1,19) n;
      INSERT INTO products (id, business_id, sku, name, price_minor, stock)
        SELECT u(8,n), CASE WHEN n % 20 = 0 THEN )" +
        quote(ada) + R"( ELSE u(1, n % 20) END, 'sku'||n, 'Product '||n, 1, 1 FROM generate_series(1,20000) n;
      ANALYZE)");
  }
  /// Generic, as the sessions of the API plan.
  std::string plan_of(const product_filter& filter, const std::string& values) const {
    (void)execute(*tenant, "SET plan_cache_mode = force_generic_plan; SET jit = off").value();
    const pg_result prepared{PQprepare(tenant.get(), "page", product_page_sql(filter).c_str(), 0, nullptr)};
    const auto rows =
        execute(*tenant, "EXPLAIN EXECUTE page(" + quote(ada) + ", " + values + ", 51)").value();
    std::string plan;
    for (int i = 0; i < PQntuples(rows.get()); ++i) plan += std::string{field(rows, i, 0)} + "\n";
    return plan;
  }
  std::string refusal(const std::string& statement) const {
    const auto done = execute(*tenant, statement);
    return done ? "done" : done.error().detail;
  }

  pg_connection tenant;
};

TEST_F(catalogue_test, pages_by_name_walk_their_index_from_the_cursor_on) {
  fill();
  const auto plan = plan_of({}, "NULL, NULL, NULL, u(8, 500)");
  EXPECT_THAT(plan, HasSubstr("products_by_name")) << plan;
  EXPECT_THAT(plan, testing::ContainsRegex("Index Cond: .*business_id.*ROW.*sort_name")) << plan;
  EXPECT_THAT(plan, Not(HasSubstr("Seq Scan on products "))) << plan;
  EXPECT_THAT(plan, Not(HasSubstr("Sort"))) << plan;
}

TEST_F(catalogue_test, pages_by_age_walk_the_index_of_ids) {
  fill();
  const auto plan = plan_of({.order = product_order::newest_first}, "NULL, NULL, NULL, NULL");
  EXPECT_THAT(plan, HasSubstr("Index Scan Backward")) << plan;
  EXPECT_THAT(plan, Not(HasSubstr("Seq Scan on products "))) << plan;
  EXPECT_THAT(plan, Not(HasSubstr("Sort"))) << plan;
}

TEST_F(catalogue_test, a_search_reads_the_businesss_own_part_of_an_index) {
  fill();
  const auto plan = plan_of({.active = true, .search = "duct 1"}, "true, 'duct 1', NULL, NULL");
  EXPECT_THAT(plan, testing::ContainsRegex("Index Cond: .*business_id = ")) << plan;
  EXPECT_THAT(plan, Not(HasSubstr("Seq Scan on products "))) << plan;
}

TEST_F(catalogue_test, the_tenant_role_cannot_change_the_stock_of_a_product_that_exists) {
  EXPECT_THAT(refusal("UPDATE products SET stock = 5"), HasSubstr("permission denied"));
  EXPECT_THAT(refusal("UPDATE products SET sku = 'x'"), HasSubstr("permission denied"));
  EXPECT_THAT(refusal("DELETE FROM products"), HasSubstr("permission denied"));
  EXPECT_THAT(refusal("UPDATE stock_movements SET delta = 5"), HasSubstr("permission denied"));
  EXPECT_THAT(refusal("DELETE FROM stock_movements"), HasSubstr("permission denied"));
  EXPECT_EQ(refusal("UPDATE products SET price_minor = 5"), "done");
}

TEST_F(catalogue_test, a_correction_is_committed_with_its_reason_and_its_author) {
  auto store = writer();
  change_set changes;
  changes.stock.push_back({ada, ankara, -3});
  changes.stock_movements.push_back({plain_id(70), ada, ankara, -3, 17, "broken", "person:x", noon});
  const change_origin by{api::account_id{plain_id(71)}, api::session_id{plain_id(72)}, "192.0.2.1", "r1",
                         noon};
  changes.activities.push_back(
      {ada, by, "product.stock_corrected", "product", ankara.value, R"({"stock":20})", R"({"stock":17})"});
  ASSERT_EQ(commit(store, {changes}).outcome, commit_outcome::committed);
  EXPECT_EQ(text("SELECT stock || ' ' || m.delta || ' ' || m.stock_after || ' ' || m.reason FROM products p "
                 "JOIN stock_movements m ON m.product_id = p.id"),
            "17 -3 17 broken");
  EXPECT_EQ(text("SELECT action || ' ' || before || ' ' || after FROM audit_log"),
            R"(product.stock_corrected {"stock":20} {"stock":17})");
}

}  // namespace
}  // namespace sellavie::storage
