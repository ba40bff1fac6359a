#include "storage/api/dead_jobs.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/list_wish.hpp"
#include "storage/webhook_queue.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;

constexpr const char* select_page = R"(
SELECT id, kind, attempts, created_at, died_at,
       (SELECT coalesce(json_agg(json_build_array(code, at) ORDER BY n), '[]')
        FROM unnest(error_codes, error_times) WITH ORDINALITY AS e (code, at, n))
FROM dead_jobs WHERE business_id = $1::uuid AND (died_at, id) < ($2::bigint, $3::uuid)
ORDER BY business_id DESC, died_at DESC, id DESC LIMIT $4::integer)";
constexpr const char* reopen = R"(
WITH gone AS (
  DELETE FROM dead_jobs WHERE business_id = $1::uuid AND id = $2::uuid RETURNING *
)
INSERT INTO jobs (id, business_id, kind, unique_key, priority, state, due_at, claims, created_at, payload)
SELECT id, business_id, kind, unique_key, priority, 1, $3::bigint, claims, created_at, payload FROM gone
RETURNING kind, unique_key)";
// What an outgoing webhook's job delivers died with it (housekeeping); its key names it (webhook_queue).
constexpr const char* revive_delivery = R"(
UPDATE webhook_deliveries SET state = 'waiting', began_at = $3::bigint, next_attempt_at = $3::bigint, attempts = 0,
       replays = replays + 1
WHERE business_id = $1::uuid AND endpoint_id = split_part($2, '.', 1)::uuid AND event_id = split_part($2, '.', 2)::uuid
  AND state = 'dead')";
constexpr const char* drop =
    "DELETE FROM dead_jobs WHERE business_id = $1::uuid AND id = $2::uuid RETURNING kind";

dead_job job_in(const pqxx::row& one) {
  fields row{one};
  dead_job job;
  job.id = row.id<job_id>();
  job.kind = row.text();
  job.attempts = row.integer();
  job.created_at = row.at();
  job.died_at = row.at();
  for (const auto& each : json::parse(row.text()))
    job.errors.push_back({each[0].get<std::string>(), instant_from_ms(each[1].get<std::int64_t>())});
  return job;
}

/// Whether `sql` found it; the activity log tells its kind.
bool take(pqxx::work& work, const pqxx::result& found, const business_id& business, const change_origin& by,
          std::string_view action, const job_id& id) {
  if (found.empty()) return false;
  record_activity(work, &business, by,
                  {action, "job", id.value, {{"kind", found.front()[0].c_str()}}, nullptr});
  return true;
}

}  // namespace

std::string dead_job_list_statement() { return select_page; }

result<std::vector<dead_job>> list_dead_jobs(api_session& session, const business_id& business,
                                             const std::optional<api::page_position>& after, int limit) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto from = after.value_or(list_edge(true));
    return all_of(work.exec_params(select_page, to_string(business), from.key, to_string(from.id), limit + 1),
                  job_in);
  });
}

result<bool> retry_dead_job(api_session& session, const business_id& business, const change_origin& by,
                            const job_id& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto found = work.exec_params(reopen, to_string(business), to_string(id), to_unix_ms(by.at));
    if (!found.empty() && found.front()[0].c_str() == std::string_view{webhook_job_kind})
      work.exec_params(revive_delivery, to_string(business), found.front()[1].c_str(), to_unix_ms(by.at));
    return take(work, found, business, by, "job.retried", id);
  });
}

result<bool> drop_dead_job(api_session& session, const business_id& business, const change_origin& by,
                           const job_id& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto found = work.exec_params(drop, to_string(business), to_string(id));
    return take(work, found, business, by, "job.dropped", id);
  });
}

}  // namespace sellavie::storage
