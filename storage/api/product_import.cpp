#include "storage/api/product_import.hpp"

#include <algorithm>
#include <map>

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/plan_room.hpp"
#include "storage/api/product_import_work.hpp"

namespace sellavie::storage {
namespace {

using catalogue::sheet_field;
using catalogue::sheet_row;
using nlohmann::json;

constexpr const char* select_known = R"(
SELECT id, sku, name, description, price_minor, stock, active, version FROM products
WHERE business_id = $1::uuid AND sku IN (SELECT jsonb_array_elements_text($2::jsonb)))";
constexpr const char* count_products = "SELECT count(*) FROM products WHERE business_id = $1::uuid";

constexpr const char* insert_products = R"(
INSERT INTO products (id, business_id, sku, name, description, price_minor, stock, active)
SELECT id, $1::uuid, sku, name, description, price_minor, stock, active FROM jsonb_to_recordset($2::jsonb)
  AS t (id uuid, sku text, name text, description text, price_minor bigint, stock bigint, active boolean))";
constexpr const char* insert_first_stock = R"(
INSERT INTO stock_movements (id, business_id, product_id, delta, stock_after, reason, actor, at)
SELECT movement, $1::uuid, id, stock, stock, 'first stock', $3, $4::bigint
FROM jsonb_to_recordset($2::jsonb) AS t (id uuid, movement uuid, stock bigint) WHERE stock > 0)";
// Last before the commit, so that the rows are locked for a moment only; in the order of ids, as the journal
// takes them: neither waits for the other in a circle.
constexpr const char* lock_products = R"(
SELECT 1 FROM products WHERE business_id = $1::uuid
  AND id IN (SELECT id FROM jsonb_to_recordset($2::jsonb) AS t (id uuid)) ORDER BY id FOR NO KEY UPDATE)";
constexpr const char* update_products = R"(
WITH changed AS (
  UPDATE products p SET name = t.name, description = t.description, active = t.active, price_minor = t.price_minor,
         price_version = p.price_version + (p.price_minor <> t.price_minor)::int, version = p.version + 1
  FROM jsonb_to_recordset($2::jsonb)
    AS t (id uuid, name text, description text, price_minor bigint, active boolean, version bigint)
  WHERE p.business_id = $1::uuid AND p.id = t.id AND p.version = t.version
  RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM changed), $3::bigint, 'products to change'))";

constexpr const char* select_all = R"(
SELECT p.sku, p.name, p.description, p.price_minor, p.stock, p.active, b.currency
FROM products p JOIN businesses b ON b.id = p.business_id WHERE p.business_id = $1::uuid
ORDER BY p.business_id, p.sku LIMIT $2::bigint)";
constexpr const char* select_currency = "SELECT currency FROM businesses WHERE id = $1::uuid";

struct known_product {
  product_id id;
  std::string name;
  std::string description;
  std::int64_t price_minor = 0;
  std::int64_t stock = 0;
  bool active = true;
  std::int64_t version = 1;
};

std::map<std::string, known_product, std::less<>> known_of(pqxx::work& work, const business_id& business,
                                                           std::span<const sheet_row> rows) {
  auto skus = json::array();
  for (const auto& row : rows) skus.push_back(row.sku);
  std::map<std::string, known_product, std::less<>> known;
  for (const auto& one : work.exec_params(select_known, to_string(business), skus.dump())) {
    fields row{one};
    known_product found;
    found.id = row.id<product_id>();
    const auto sku = row.text();
    found.name = row.text();
    found.description = row.text();
    found.price_minor = row.integer();
    found.stock = row.integer();
    found.active = row.flag();
    found.version = row.integer();
    known.emplace(sku, std::move(found));
  }
  return known;
}

/// Decides each row, and collects what is to be written.
class importer {
 public:
  importer(const catalogue::product_sheet& sheet, const import_wish& wish, std::int64_t room,
           std::optional<std::int64_t> plan_room)
      : sheet_{sheet}, wish_{wish}, room_{room}, plan_room_{plan_room} {}

  void take(const sheet_row& row, const known_product* known) {
    if (known != nullptr) return change(row, *known);
    if (!row.name) return refuse(row, sheet_field::name, "is needed for a new product");
    if (!row.price_minor) return refuse(row, sheet_field::price, "is needed for a new product");
    if (room_ == 0) return refuse(row, sheet_field::sku, "is one product too many: 10,000 is the limit");
    if (row.active.value_or(true) && !take_place())
      return refuse(row, sheet_field::sku, "is one product too many for the plan");
    --room_;
    create(row);
  }

  product_import report;
  json created = json::array();
  json updated = json::array();
  std::vector<activity> activities;

 private:
  void say(const sheet_row& row, import_outcome outcome) {
    report.rows.push_back({row.row, row.sku, outcome, {}, {}});
  }
  void refuse(const sheet_row& row, sheet_field field, const char* reason) {
    report.rows.push_back({row.row, row.sku, import_outcome::refused, sheet_.column_of(field), reason});
  }

  void create(const sheet_row& row) {
    const uuid id = wish_.ids.next();
    json fresh{{"sku", row.sku},
               {"name", *row.name},
               {"description", row.description.value_or("")},
               {"price_minor", *row.price_minor},
               {"stock", row.stock.value_or(0)},
               {"active", row.active.value_or(true)}};
    activities.push_back({"product.created", "product", id, nullptr, fresh});
    fresh["id"] = to_string(id);
    fresh["movement"] = to_string(wish_.ids.next());
    created.push_back(std::move(fresh));
    say(row, import_outcome::created);
  }

  /// Of one more product that is offered.
  bool take_place() {
    if (!plan_room_) return true;
    if (*plan_room_ == 0) return false;
    --*plan_room_;
    return true;
  }

  void change(const sheet_row& row, const known_product& known) {
    if (!known.active && row.active == true && !take_place())
      return refuse(row, sheet_field::sku, "is one product too many for the plan");
    json before = json::object();
    json after = json::object();
    json now{{"id", to_string(known.id)}, {"version", known.version}};
    const auto merge = [&](const char* name, const auto& is, const auto& wanted) {
      now[name] = wanted.value_or(is);
      if (!wanted || *wanted == is) return;
      before[name] = is;
      after[name] = *wanted;
    };
    merge("name", known.name, row.name);
    merge("description", known.description, row.description);
    merge("price_minor", known.price_minor, row.price_minor);
    merge("active", known.active, row.active);
    const bool is_recounted = wish_.stock == stock_column::counts && row.stock && *row.stock != known.stock;
    if (is_recounted) report.counted.push_back({row.row, row.sku, known.stock, *row.stock, after.empty()});
    say(row, after.empty() && !is_recounted ? import_outcome::unchanged : import_outcome::updated);
    if (after.empty()) return;
    activities.push_back({"product.updated", "product", known.id.value, std::move(before), std::move(after)});
    updated.push_back(std::move(now));
  }

  const catalogue::product_sheet& sheet_;
  const import_wish& wish_;
  std::int64_t room_;
  std::optional<std::int64_t> plan_room_;
};

void write(pqxx::work& work, const business_id& business, const change_origin& by, const importer& decided) {
  const auto whose = to_string(business);
  record_activities(work, &business, by, decided.activities);
  if (!decided.created.empty()) {
    const auto rows = decided.created.dump();
    work.exec_params(insert_products, whose, rows);
    work.exec_params(insert_first_stock, whose, rows, "person:" + to_string(by.account), to_unix_ms(by.at));
  }
  if (decided.updated.empty()) return;
  const auto updated = decided.updated.dump();
  work.exec_params(lock_products, whose, updated);
  work.exec_params(update_products, whose, updated, decided.updated.size());
}

}  // namespace

product_import take_rows(pqxx::work& work, const business_id& business, const change_origin& by,
                         const catalogue::product_sheet& sheet, std::span<const sheet_row> rows,
                         const import_wish& wish) {
  const auto count = work.exec_params1(count_products, to_string(business))[0].as<std::int64_t>();
  const auto known = known_of(work, business, rows);
  importer decided{sheet, wish, std::max<std::int64_t>(0, max_products - count),
                   plan_room(work, business, plan_resource::products, wish.plans)};
  for (const auto& row : rows) {
    const auto found = known.find(row.sku);
    decided.take(row, found == known.end() ? nullptr : &found->second);
  }
  if (wish.mode == import_mode::commit) write(work, business, by, decided);
  return std::move(decided.report);
}

void add_problems(product_import& to, std::span<const catalogue::sheet_problem> problems) {
  for (const auto& one : problems)
    to.rows.push_back({one.row, one.sku, import_outcome::refused, one.column, one.reason});
  std::sort(to.rows.begin(), to.rows.end(), [](const auto& a, const auto& b) { return a.row < b.row; });
}

result<product_import> preview_import(api_session& session, const business_id& business,
                                      const catalogue::product_sheet& sheet, stock_column stock,
                                      id_source& ids, const config::plans_settings& plans) {
  auto done = for_business(session, business, [&](pqxx::work& work) {
    return take_rows(work, business, {}, sheet, sheet.rows, {import_mode::preview, stock, ids, plans});
  });
  if (done) add_problems(done.value(), sheet.problems);
  return done;
}

result<std::string> export_products(api_session& session, const business_id& business,
                                    const change_origin& by) {
  return for_business(session, business, [&](pqxx::work& work) {
    auto sheet = catalogue::sheet_header();
    const auto rows = work.exec_params(select_all, to_string(business), max_products);
    record_activity(work, &business, by,
                    {.action = "product.exported",
                     .subject_kind = "business",
                     .subject = business.value,
                     .after = {{"products", rows.size()}}});
    for (const auto& one : rows) {
      fields row{one};
      product each;
      each.sku = row.text();
      each.name = row.text();
      each.description = row.text();
      each.price.minor = row.integer();
      each.stock = row.integer();
      each.active = row.flag();
      each.price.currency = parse_currency(row.text()).value_or(currency_code{});
      catalogue::append_product(sheet, each);
    }
    return sheet;
  });
}

result<currency_code> currency_of(api_session& session, const business_id& business) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto text = work.exec_params1(select_currency, to_string(business))[0].as<std::string>();
    return parse_currency(text).value_or(currency_code{});
  });
}

}  // namespace sellavie::storage
