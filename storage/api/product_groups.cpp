#include "storage/api/product_groups.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/list_room.hpp"
#include "storage/api/list_work.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

#define GROUP_COLUMNS                                                                       \
  "SELECT g.id, g.name, array_to_json(g.option_names), g.version, "                         \
  "(SELECT count(*) FROM products p WHERE p.group_id = g.id AND p.business_id = $1::uuid) " \
  "FROM product_groups g WHERE g.business_id = $1::uuid "

const two_ends select_page{GROUP_COLUMNS
                           "AND g.id {<} $2::uuid AND position(lower($4) IN lower(g.name)) > 0 "
                           "ORDER BY g.business_id{desc}, g.id{desc} LIMIT $3::integer"};
constexpr const char* select_one = GROUP_COLUMNS "AND g.id = $2::uuid";
#undef GROUP_COLUMNS

constexpr bounded_list all_groups{"product groups",
                                  "SELECT count(*) FROM product_groups WHERE business_id = $1::uuid",
                                  most_product_groups};
constexpr const char* insert_group = R"(
INSERT INTO product_groups (id, business_id, name, option_names)
VALUES ($2::uuid, $1::uuid, $3, ARRAY(SELECT jsonb_array_elements_text($4::jsonb))))";
constexpr const char* rename_group = R"(
UPDATE product_groups SET name = $3, version = version + 1
WHERE business_id = $1::uuid AND id = $2::uuid AND version = $4::bigint)";

product_group group_in(const pqxx::row& one) {
  fields row{one};
  product_group found;
  found.id = row.id<product_group_id>();
  found.name = row.text();
  found.options = json::parse(row.text()).get<std::vector<std::string>>();
  found.version = row.integer();
  found.products = row.integer();
  return found;
}

std::optional<product_group> find(pqxx::work& work, const business_id& business, const product_group_id& id) {
  const auto rows = work.exec_params(select_one, to_string(business), to_string(id));
  return rows.empty() ? std::nullopt : std::optional{group_in(rows[0])};
}

}  // namespace

result<std::vector<product_group>> list_product_groups(api_session& session, const business_id& business,
                                                       const std::string& words, const list_wish& wish) {
  return for_business(session, business, [&](pqxx::work& work) {
    return page_by_id(work, select_page, business, wish, group_in, words);
  });
}

result<std::optional<product_group>> find_product_group(api_session& session, const business_id& business,
                                                        const product_group_id& id) {
  return for_business(session, business, [&](pqxx::work& work) { return find(work, business, id); });
}

result<edit_outcome> create_product_group(api_session& session, const business_id& business,
                                          const change_origin& by, const product_group& wanted) {
  return for_business(session, business, [&](pqxx::work& work) {
    if (!has_room(work, all_groups, business)) return edit_outcome::full;
    work.exec_params(insert_group, to_string(business), to_string(wanted.id), wanted.name,
                     json(wanted.options).dump());
    record_activity(work, &business, by,
                    {"product_group.created",
                     "product_group",
                     wanted.id.value,
                     nullptr,
                     {{"name", wanted.name}, {"options", wanted.options}}});
    return edit_outcome::done;
  });
}

result<edited<product_group>> rename_product_group(api_session& session, const business_id& business,
                                                   const change_origin& by, const product_group_id& id,
                                                   std::int64_t expected_version, const std::string& name) {
  return for_business(session, business, [&](pqxx::work& work) -> edited<product_group> {
    const auto known = find(work, business, id);
    if (!known) return {edit_outcome::not_found};
    const auto renamed =
        work.exec_params(rename_group, to_string(business), to_string(id), name, expected_version);
    if (renamed.affected_rows() == 0) return {edit_outcome::stale};
    record_activity(
        work, &business, by,
        {"product_group.updated", "product_group", id.value, {{"name", known->name}}, {{"name", name}}});
    return {edit_outcome::done, *find(work, business, id)};
  });
}

}  // namespace sellavie::storage
