#include "storage/api/person_tasks.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/list_work.hpp"

namespace sellavie::storage {
namespace {

#define TASK_COLUMNS \
  "SELECT id, conversation_id, kind, reason, created_at, done_at, done_by FROM person_tasks "

const two_ends open{TASK_COLUMNS
                    "WHERE business_id = $1::uuid AND id {<} $2::uuid AND done_at IS NULL "
                    "ORDER BY business_id{desc}, id{desc} LIMIT $3::integer"};
const two_ends open_of_kind{
    TASK_COLUMNS
    "WHERE business_id = $1::uuid AND id {<} $2::uuid AND kind = $4 AND done_at IS NULL "
    "ORDER BY business_id{desc}, kind{desc}, id{desc} LIMIT $3::integer"};
#define ONE_TASK TASK_COLUMNS "WHERE business_id = $1::uuid AND id = $2::uuid"
constexpr const char* select_one = ONE_TASK;
constexpr const char* select_held = ONE_TASK " FOR UPDATE";
#undef ONE_TASK
#undef TASK_COLUMNS

constexpr const char* finish_one = R"(
UPDATE person_tasks SET done_at = $3::bigint, done_by = $4::uuid WHERE business_id = $1::uuid AND id = $2::uuid)";

constexpr const char* select_parked = R"(
SELECT id, connection_id, reason, accepted_at, parked_at FROM parked_events
WHERE business_id = $1::uuid AND id < $2::bigint ORDER BY business_id DESC, id DESC LIMIT $3::integer)";

listed_task task_in(const pqxx::row& one) {
  fields row{one};
  listed_task task;
  task.id = row.id<message_id>().value;
  if (row.is_null()) row.skip();
  else task.conversation = row.id<conversation_id>();
  task.kind = row.text();
  task.reason = row.text();
  task.created_at = row.at();
  if (row.is_null()) row.skip();
  else task.done_at = row.at();
  if (!row.is_null()) task.done_by = row.id<api::account_id>();
  return task;
}

parked_delivery_line parked_in(const pqxx::row& one) {
  fields row{one};
  return {row.integer(), row.id<connection_id>(), row.text(), row.at(), row.at()};
}

}  // namespace

std::vector<std::string> task_statements() {
  return {open.oldest_first, open_of_kind.oldest_first, open.newest_first, open_of_kind.newest_first,
          select_parked};
}

result<std::vector<listed_task>> list_tasks(api_session& session, const business_id& business,
                                            const std::optional<std::string>& kind, const list_wish& wish) {
  return for_business(session, business, [&](pqxx::work& work) {
    return kind ? page_by_id(work, open_of_kind, business, wish, task_in, *kind)
                : page_by_id(work, open, business, wish, task_in);
  });
}

result<std::optional<listed_task>> find_task(api_session& session, const business_id& business,
                                             const uuid& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto rows = work.exec_params(select_one, to_string(business), to_string(id));
    return rows.empty() ? std::nullopt : std::optional{task_in(rows[0])};
  });
}

result<std::optional<listed_task>> finish_task(api_session& session, const business_id& business,
                                               const change_origin& by, const uuid& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto rows = work.exec_params(select_held, to_string(business), to_string(id));
    if (rows.empty()) return std::optional<listed_task>{};
    auto task = task_in(rows[0]);
    if (task.done_at) return std::optional{std::move(task)};
    work.exec_params(finish_one, to_string(business), to_string(id), to_unix_ms(by.at),
                     to_string(by.account));
    record_activity(work, &business, by, {"task.done", "task", id, nullptr, {{"kind", task.kind}}});
    task.done_at = by.at;
    task.done_by = by.account;
    return std::optional{std::move(task)};
  });
}

result<std::vector<parked_delivery_line>> list_parked(api_session& session, const business_id& business,
                                                      const std::optional<api::page_position>& after,
                                                      int limit) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto below = after.value_or(list_edge(true)).key;
    return all_of(work.exec_params(select_parked, to_string(business), below, limit + 1), parked_in);
  });
}

}  // namespace sellavie::storage
