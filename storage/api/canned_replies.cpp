#include "storage/api/canned_replies.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/list_room.hpp"
#include "storage/api/list_work.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

const two_ends select_page{R"(
SELECT id, shortcut, body, version FROM canned_replies
WHERE business_id = $1::uuid AND id {<} $2::uuid
  AND (position(lower($4) IN lower(shortcut)) > 0 OR position(lower($4) IN lower(body)) > 0)
ORDER BY business_id{desc}, id{desc} LIMIT $3::integer)"};
#define ONE_REPLY \
  "SELECT id, shortcut, body, version FROM canned_replies WHERE business_id = $1::uuid AND id = $2::uuid"
constexpr const char* select_one = ONE_REPLY;
constexpr const char* select_held = ONE_REPLY " FOR UPDATE";
#undef ONE_REPLY
constexpr const char* insert_reply = R"(
INSERT INTO canned_replies (business_id, id, shortcut, body, created_at) VALUES ($1::uuid, $2::uuid, $3, $4, $5::bigint))";
constexpr const char* update_reply = R"(
UPDATE canned_replies SET shortcut = $3, body = $4, version = version + 1 WHERE business_id = $1::uuid AND id = $2::uuid)";
constexpr bounded_list all_replies{"canned replies",
                                   "SELECT count(*) FROM canned_replies WHERE business_id = $1::uuid",
                                   most_canned_replies};
constexpr const char* delete_reply =
    "DELETE FROM canned_replies WHERE business_id = $1::uuid AND id = $2::uuid";

canned_reply reply_in(const pqxx::row& one) {
  fields row{one};
  return {row.id<message_id>().value, row.text(), row.text(), row.integer()};
}

std::optional<canned_reply> find(pqxx::work& work, const char* select, const business_id& business,
                                 const uuid& id) {
  const auto rows = work.exec_params(select, to_string(business), to_string(id));
  return rows.empty() ? std::optional<canned_reply>{} : reply_in(rows[0]);
}

json logged(const canned_reply& one) { return {{"shortcut", one.shortcut}, {"text", one.text}}; }

void record(pqxx::work& work, const business_id& business, const change_origin& by, std::string_view action,
            const uuid& id, json before, json after) {
  record_activity(work, &business, by, {action, "canned_reply", id, std::move(before), std::move(after)});
}

}  // namespace

result<std::vector<canned_reply>> list_canned_replies(api_session& session, const business_id& business,
                                                      const std::string& words, const list_wish& wish) {
  return for_business(session, business, [&](pqxx::work& work) {
    return page_by_id(work, select_page, business, wish, reply_in, words);
  });
}

result<std::optional<canned_reply>> find_canned_reply(api_session& session, const business_id& business,
                                                      const uuid& id) {
  return for_business(session, business,
                      [&](pqxx::work& work) { return find(work, select_one, business, id); });
}

result<edited<canned_reply>> add_canned_reply(api_session& session, const business_id& business,
                                              const change_origin& by, const canned_reply& wanted) {
  return for_business(session, business, [&](pqxx::work& work) -> edited<canned_reply> {
    if (!has_room(work, all_replies, business)) return {edit_outcome::full};
    work.exec_params(insert_reply, to_string(business), to_string(wanted.id), wanted.shortcut, wanted.text,
                     to_unix_ms(by.at));
    record(work, business, by, "canned_reply.added", wanted.id, nullptr, logged(wanted));
    return {edit_outcome::done, wanted};
  });
}

result<edited<canned_reply>> change_canned_reply(api_session& session, const business_id& business,
                                                 const change_origin& by, const canned_reply& wanted) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto was = find(work, select_held, business, wanted.id);
    edited<canned_reply> change;
    if (!may_edit(was ? &*was : nullptr, wanted.version, change)) return change;
    work.exec_params(update_reply, to_string(business), to_string(wanted.id), wanted.shortcut, wanted.text);
    record(work, business, by, "canned_reply.changed", wanted.id, logged(*was), logged(wanted));
    change.row = wanted;
    ++change.row.version;
    return change;
  });
}

result<bool> remove_canned_reply(api_session& session, const business_id& business, const change_origin& by,
                                 const uuid& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto was = find(work, select_held, business, id);
    if (!was) return false;
    work.exec_params(delete_reply, to_string(business), to_string(id));
    record(work, business, by, "canned_reply.removed", id, logged(*was), nullptr);
    return true;
  });
}

}  // namespace sellavie::storage
