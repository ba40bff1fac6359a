#include "storage/api/labels.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/list_room.hpp"
#include "storage/api/list_work.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

const two_ends select_page{R"(
SELECT id, name, colour, version FROM labels
WHERE business_id = $1::uuid AND id {<} $2::uuid AND position(lower($4) IN lower(name)) > 0
ORDER BY business_id{desc}, id{desc} LIMIT $3::integer)"};
#define ONE_LABEL \
  "SELECT id, name, colour, version FROM labels WHERE business_id = $1::uuid AND id = $2::uuid"
constexpr const char* select_one = ONE_LABEL;
constexpr const char* select_held = ONE_LABEL " FOR UPDATE";
#undef ONE_LABEL
constexpr const char* insert_label = R"(
INSERT INTO labels (business_id, id, name, colour, created_at) VALUES ($1::uuid, $2::uuid, $3, $4, $5::bigint))";
constexpr const char* update_label = R"(
UPDATE labels SET name = $3, colour = $4, version = version + 1 WHERE business_id = $1::uuid AND id = $2::uuid)";
constexpr bounded_list all_labels{"labels", "SELECT count(*) FROM labels WHERE business_id = $1::uuid",
                                  most_labels};
constexpr const char* delete_label = "DELETE FROM labels WHERE business_id = $1::uuid AND id = $2::uuid";

label label_in(const pqxx::row& one) {
  fields row{one};
  return {row.id<message_id>().value, row.text(), row.text(), row.integer()};
}

std::optional<label> find(pqxx::work& work, const char* sql, const business_id& business, const uuid& id) {
  const auto rows = work.exec_params(sql, to_string(business), to_string(id));
  return rows.empty() ? std::optional<label>{} : label_in(rows[0]);
}

json logged(const label& one) { return {{"name", one.name}, {"colour", one.colour}}; }

void record(pqxx::work& work, const business_id& business, const change_origin& by, std::string_view action,
            const uuid& id, json before, json after) {
  record_activity(work, &business, by, {action, "label", id, std::move(before), std::move(after)});
}

}  // namespace

result<std::vector<label>> list_labels(api_session& session, const business_id& business,
                                       const std::string& words, const list_wish& wish) {
  return for_business(session, business, [&](pqxx::work& work) {
    return page_by_id(work, select_page, business, wish, label_in, words);
  });
}

result<std::optional<label>> find_label(api_session& session, const business_id& business, const uuid& id) {
  return for_business(session, business,
                      [&](pqxx::work& work) { return find(work, select_one, business, id); });
}

result<edited<label>> add_label(api_session& session, const business_id& business, const change_origin& by,
                                const label& wanted) {
  return for_business(session, business, [&](pqxx::work& work) -> edited<label> {
    if (!has_room(work, all_labels, business)) return {edit_outcome::full};
    work.exec_params(insert_label, to_string(business), to_string(wanted.id), wanted.name, wanted.colour,
                     to_unix_ms(by.at));
    record(work, business, by, "label.added", wanted.id, nullptr, logged(wanted));
    return {edit_outcome::done, wanted};
  });
}

result<edited<label>> change_label(api_session& session, const business_id& business, const change_origin& by,
                                   const label& wanted) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto was = find(work, select_held, business, wanted.id);
    edited<label> change;
    if (!may_edit(was ? &*was : nullptr, wanted.version, change)) return change;
    work.exec_params(update_label, to_string(business), to_string(wanted.id), wanted.name, wanted.colour);
    record(work, business, by, "label.changed", wanted.id, logged(*was), logged(wanted));
    change.row = wanted;
    ++change.row.version;
    return change;
  });
}

result<bool> remove_label(api_session& session, const business_id& business, const change_origin& by,
                          const uuid& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto was = find(work, select_held, business, id);
    if (!was) return false;
    work.exec_params(delete_label, to_string(business), to_string(id));
    record(work, business, by, "label.removed", id, logged(*was), nullptr);
    return true;
  });
}

}  // namespace sellavie::storage
