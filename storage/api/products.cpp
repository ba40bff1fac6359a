#include "storage/api/products.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/plan_room.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

#define PRODUCT_COLUMNS                                                                                        \
  "SELECT p.id, p.sku, p.name, p.description, p.price_minor, b.currency, p.stock, p.active, p.version, "       \
  "p.group_id, array_to_json(p.option_values), "                                                               \
  "(SELECT coalesce(json_agg(json_build_object('id', i.id, 'content_type', i.content_type, 'width', i.width, " \
  "'height', i.height) ORDER BY i.id), '[]') FROM product_images i "                                           \
  "WHERE i.business_id = p.business_id AND i.product_id = p.id) FROM products p "                              \
  "JOIN businesses b ON b.id = p.business_id WHERE p.business_id = $1::uuid "

constexpr const char* select_products = PRODUCT_COLUMNS;

// A filter that is not wished for is not written: the planner would count with it, and sort what the index has sorted.
constexpr const char* only_active[] = {"AND $2::boolean IS NULL ", "AND p.active = $2::boolean "};
constexpr const char* only_found[] = {"AND $3::text IS NULL ",
                                      "AND strpos(p.search_text, lower($3::text)) > 0 "};
constexpr const char* only_group[] = {"AND $4::uuid IS NULL ", "AND p.group_id = $4::uuid "};

// A name is never empty: without a cursor everything lies behind ('', nil).
constexpr const char* page_by_name =
    "AND (p.sort_name, p.id) > (coalesce((SELECT c.sort_name FROM products c "
    "  WHERE c.business_id = $1::uuid AND c.id = $5::uuid), ''), "
    "  coalesce($5::uuid, '00000000-0000-0000-0000-000000000000')) "
    "ORDER BY p.business_id, p.sort_name, p.id LIMIT $6::integer";
constexpr const char* page_of_newest =
    "AND p.id < coalesce($5::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') "
    "ORDER BY p.business_id, p.id DESC LIMIT $6::integer";
constexpr const char* select_one = PRODUCT_COLUMNS "AND p.id = $2::uuid";
#undef PRODUCT_COLUMNS

constexpr const char* count_products = "SELECT count(*) FROM products WHERE business_id = $1::uuid";
constexpr const char* lock_product =
    "SELECT version FROM products WHERE business_id = $1::uuid AND id = $2::uuid FOR NO KEY UPDATE";
constexpr const char* count_options =
    "SELECT cardinality(option_names) FROM product_groups WHERE business_id = $1::uuid AND id = $2::uuid";
constexpr const char* is_variant_taken = R"(
SELECT count(*) FROM products WHERE business_id = $1::uuid AND group_id = $2::uuid AND id <> $3::uuid
  AND option_values = ARRAY(SELECT jsonb_array_elements_text($4::jsonb)))";

constexpr const char* insert_product = R"(
INSERT INTO products (id, business_id, sku, name, description, price_minor, stock, group_id, option_values)
VALUES ($2::uuid, $1::uuid, $3, $4, $5, $6::bigint, $7::bigint, $8::uuid,
        ARRAY(SELECT jsonb_array_elements_text($9::jsonb)))
ON CONFLICT (business_id, sku) DO NOTHING)";
constexpr const char* insert_first_stock = R"(
INSERT INTO stock_movements (id, business_id, product_id, delta, stock_after, reason, actor, at)
VALUES ($2::uuid, $1::uuid, $3::uuid, $4::bigint, $4::bigint, 'first stock', $5, $6::bigint))";
constexpr const char* update_product = R"(
UPDATE products SET name = $3, description = $4, price_version = price_version + (price_minor <> $5::bigint)::int,
       price_minor = $5::bigint, active = $6::boolean, group_id = $7::uuid,
       option_values = ARRAY(SELECT jsonb_array_elements_text($8::jsonb)), version = version + 1
WHERE business_id = $1::uuid AND id = $2::uuid)";

listed_product product_in(const pqxx::row& one) {
  fields row{one};
  listed_product found;
  found.id = row.id<product_id>();
  found.sku = row.text();
  found.name = row.text();
  found.description = row.text();
  found.price_minor = row.integer();
  found.currency = row.text();
  found.stock = row.integer();
  found.active = row.flag();
  found.version = row.integer();
  if (row.is_null()) row.skip(2);
  else found.variant = {row.id<product_group_id>(), json::parse(row.text()).get<std::vector<std::string>>()};
  found.images = row.text();
  return found;
}

std::optional<listed_product> find(pqxx::work& work, const business_id& business, const product_id& id) {
  const auto rows = work.exec_params(select_one, to_string(business), to_string(id));
  return rows.empty() ? std::nullopt : std::optional{product_in(rows[0])};
}

json values_of(const std::optional<product_variant>& variant) {
  return variant ? json(variant->values) : json::array();
}

json shown(const std::optional<product_variant>& variant) {
  if (!variant) return nullptr;
  return {{"group_id", to_string(variant->group)}, {"values", variant->values}};
}

/// `done` when the product may be this variant.
edit_outcome check_variant(pqxx::work& work, const business_id& business, const product_id& id,
                           const std::optional<product_variant>& variant) {
  if (!variant) return edit_outcome::done;
  const auto options = work.exec_params(count_options, to_string(business), to_string(variant->group));
  if (options.empty() || options[0][0].as<std::size_t>() != variant->values.size())
    return edit_outcome::no_such_variant;
  const auto others = work.exec_params1(is_variant_taken, to_string(business), to_string(variant->group),
                                        to_string(id), values_of(variant).dump());
  return others[0].as<int>() == 0 ? edit_outcome::done : edit_outcome::taken;
}

json first_state(const new_product& wanted) {
  return {{"sku", wanted.sku},
          {"name", wanted.name},
          {"description", wanted.description},
          {"price_minor", wanted.price_minor},
          {"stock", wanted.stock},
          {"variant", shown(wanted.variant)}};
}

/// Applies `wanted` to `subject` and notes what is different.
class editor {
 public:
  explicit editor(listed_product& subject) : subject_{subject} {}

  void apply(const product_change& wanted) {
    set("name", subject_.name, wanted.name);
    set("description", subject_.description, wanted.description);
    set("price_minor", subject_.price_minor, wanted.price_minor);
    set("active", subject_.active, wanted.active);
    if (wanted.variant && *wanted.variant != subject_.variant) {
      before["variant"] = shown(subject_.variant);
      subject_.variant = *wanted.variant;
      after["variant"] = shown(subject_.variant);
    }
  }
  [[nodiscard]] bool has_changed() const { return !after.empty(); }

  json before = json::object();
  json after = json::object();

 private:
  template <class T>
  void set(const char* name, T& now, const std::optional<T>& wanted) {
    if (!wanted || *wanted == now) return;
    before[name] = now;
    after[name] = *wanted;
    now = *wanted;
  }

  listed_product& subject_;
};

std::string_view action_of(const product_change& wanted) noexcept {
  if (!wanted.active) return "product.updated";
  return *wanted.active ? "product.restored" : "product.archived";
}

}  // namespace

std::string product_page_sql(const product_filter& filter) {
  return std::string{select_products} + only_active[filter.active ? 1 : 0] +
         only_found[filter.search ? 1 : 0] + only_group[filter.group ? 1 : 0] +
         (filter.order == product_order::by_name ? page_by_name : page_of_newest);
}

result<std::vector<listed_product>> list_products(api_session& session, const business_id& business,
                                                  const product_filter& filter,
                                                  const std::optional<api::page_position>& after, int limit) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto group = filter.group ? std::optional{to_string(*filter.group)} : std::nullopt;
    const auto last = after ? std::optional{to_string(after->id)} : std::nullopt;
    const char* active = filter.active ? (*filter.active ? "true" : "false") : nullptr;
    return all_of(
        work.exec_params(product_page_sql(filter), to_string(business), active,
                         filter.search ? filter.search->c_str() : nullptr, group ? group->c_str() : nullptr,
                         last ? last->c_str() : nullptr, limit + 1),
        product_in);
  });
}

result<std::optional<listed_product>> find_product(api_session& session, const business_id& business,
                                                   const product_id& id) {
  return for_business(session, business, [&](pqxx::work& work) { return find(work, business, id); });
}

result<edited<listed_product>> create_product(api_session& session, const business_id& business,
                                              const change_origin& by, const new_product& wanted,
                                              const config::plans_settings& plans) {
  return for_business(session, business, [&](pqxx::work& work) -> edited<listed_product> {
    const auto whose = to_string(business);
    if (work.exec_params1(count_products, whose)[0].as<std::int64_t>() >= max_products)
      return {edit_outcome::full};
    if (plan_room(work, business, plan_resource::products, plans) == 0) return {edit_outcome::plan_full};
    if (const auto wrong = check_variant(work, business, wanted.id, wanted.variant);
        wrong != edit_outcome::done)
      return {wrong};
    const auto group = wanted.variant ? std::optional{to_string(wanted.variant->group)} : std::nullopt;
    const auto inserted = work.exec_params(
        insert_product, whose, to_string(wanted.id), wanted.sku, wanted.name, wanted.description,
        wanted.price_minor, wanted.stock, group ? group->c_str() : nullptr, values_of(wanted.variant).dump());
    if (inserted.affected_rows() == 0) return {edit_outcome::taken};
    if (wanted.stock > 0)
      work.exec_params(insert_first_stock, whose, to_string(wanted.movement), to_string(wanted.id),
                       wanted.stock, "person:" + to_string(by.account), to_unix_ms(by.at));
    record_activity(work, &business, by,
                    {"product.created", "product", wanted.id.value, nullptr, first_state(wanted)});
    return {edit_outcome::done, *find(work, business, wanted.id)};
  });
}

result<edited<listed_product>> change_product(api_session& session, const business_id& business,
                                              const change_origin& by, const product_id& id,
                                              const product_change& wanted,
                                              const config::plans_settings& plans) {
  return for_business(session, business, [&](pqxx::work& work) -> edited<listed_product> {
    const auto whose = to_string(business);
    // Before the row: an import takes them in this order too.
    const auto room =
        wanted.active == true ? plan_room(work, business, plan_resource::products, plans) : std::nullopt;
    const auto locked = work.exec_params(lock_product, whose, to_string(id));
    if (locked.empty()) return {edit_outcome::not_found};
    if (wanted.expected_version && *wanted.expected_version != locked[0][0].as<std::int64_t>())
      return {edit_outcome::stale};
    auto subject = *find(work, business, id);
    editor edit{subject};
    edit.apply(wanted);
    if (!edit.has_changed()) return {edit_outcome::done, std::move(subject)};
    if (edit.after.contains("active") && room == 0) return {edit_outcome::plan_full};
    if (const auto wrong = check_variant(work, business, id, subject.variant); wrong != edit_outcome::done)
      return {wrong};
    const auto group = subject.variant ? std::optional{to_string(subject.variant->group)} : std::nullopt;
    work.exec_params(update_product, whose, to_string(id), subject.name, subject.description,
                     subject.price_minor, subject.active, group ? group->c_str() : nullptr,
                     values_of(subject.variant).dump());
    record_activity(work, &business, by,
                    {action_of(wanted), "product", id.value, std::move(edit.before), std::move(edit.after)});
    return {edit_outcome::done, *find(work, business, id)};
  });
}

}  // namespace sellavie::storage
