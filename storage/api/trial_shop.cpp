#include "storage/api/trial_shop.hpp"

#include "storage/api/api_work.hpp"
#include "storage/api/products.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* select_shop = R"(
SELECT name, locale, currency,
       zone_offset(timezone, $2::bigint),
       EXISTS (SELECT FROM payment_connections WHERE business_id = $1::uuid)
FROM businesses WHERE id = $1::uuid)";
constexpr const char* select_products = R"(
SELECT id, sku, name, description, price_minor, stock, price_version FROM products
WHERE business_id = $1::uuid AND active ORDER BY business_id, sku LIMIT $2::bigint)";

constexpr const char* add_trial = R"(
INSERT INTO training_trials AS counted (business_id, month, answered)
SELECT $1::uuid, month, 1 FROM plan_month($1::uuid, $2::bigint)
ON CONFLICT (business_id, month) DO UPDATE SET answered = counted.answered + 1)";

product product_in(const pqxx::row& one, currency_code currency) {
  fields row{one};
  product found;
  found.id = row.id<product_id>();
  found.sku = row.text();
  found.name = row.text();
  found.description = row.text();
  found.price = {row.integer(), currency};
  found.stock = row.integer();
  found.price_version = row.integer();
  return found;
}

}  // namespace

result<shop_on_trial> load_shop_on_trial(api_session& session, const business_id& business, instant now) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto one = work.exec_params1(select_shop, to_string(business), to_unix_ms(now));
    fields row{one};
    shop_on_trial shop;
    shop.name = row.text();
    shop.locale = row.text();
    const auto currency = parse_currency(row.text()).value_or(currency_code{});
    shop.utc_offset_minutes = static_cast<int>(row.integer());
    shop.takes_payments = row.flag();
    for (const auto& each : work.exec_params(select_products, to_string(business), max_products))
      shop.products.push_back(product_in(each, currency));
    return shop;
  });
}

result<void> count_trial(api_session& session, const business_id& business, instant at) {
  return for_business(session, business, [&](pqxx::work& work) {
    work.exec_params(add_trial, to_string(business), to_unix_ms(at));
  });
}

}  // namespace sellavie::storage
