#include "storage/notice_work.hpp"

namespace sellavie::storage {
namespace {

constexpr const char* insert_job = R"(
INSERT INTO jobs (id, business_id, kind, unique_key, priority, state, due_at, payload, created_at)
SELECT gen_random_uuid(), t.business_id, 'notice.tell', $2, $3::smallint, 1, $4::bigint, $5, $4::bigint
FROM person_tasks t
WHERE t.id = $1::uuid AND EXISTS (SELECT FROM memberships m WHERE m.business_id = t.business_id)
ON CONFLICT (business_id, kind, unique_key) WHERE unique_key IS NOT NULL DO NOTHING)";

}  // namespace

void queue_task_notice(pqxx::transaction_base& work, const uuid& task, notification_kind kind, instant at) {
  const notice_job job{{.kind = kind, .subject = to_string(task), .task = task, .at = at}};
  work.exec_params(insert_job, to_string(task), unique_key_of(job), static_cast<int>(priority_of(kind)),
                   to_unix_ms(at), write_notice_job(job));
}

}  // namespace sellavie::storage
