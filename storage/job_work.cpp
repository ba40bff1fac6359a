#include "storage/job_work.hpp"

namespace sellavie::storage {
namespace {

// In one order of keys, so that two batches do not wait for each other. Waits for whoever is ending the open job:
// then either that one is gone, or it is run once more.
constexpr statement insert{"insert_jobs", R"(
INSERT INTO jobs AS open (id, business_id, kind, unique_key, priority, state, due_at, payload, created_at)
SELECT DISTINCT ON (business_id, kind, coalesce(unique_key, id::text))
       id, business_id, kind, unique_key, priority, CASE WHEN due_at <= created_at THEN 1 ELSE 0 END, due_at, payload,
       created_at
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::smallint[], $6::bigint[], $7::text[], $8::bigint[])
  AS t (id, business_id, kind, unique_key, priority, due_at, payload, created_at)
ORDER BY business_id, kind, coalesce(unique_key, id::text), due_at, priority
ON CONFLICT (business_id, kind, unique_key) WHERE unique_key IS NOT NULL DO UPDATE
SET wanted_at = CASE WHEN open.state = 2 THEN least(open.wanted_at, excluded.due_at) END,
    due_at = CASE WHEN open.state = 2 THEN open.due_at ELSE least(open.due_at, excluded.due_at) END,
    priority = least(open.priority, excluded.priority),
    state = CASE WHEN open.state = 2 THEN 2 ELSE greatest(open.state, excluded.state) END
WHERE open.state = 2
   OR (open.attempts = 0 AND (excluded.due_at < open.due_at OR excluded.priority < open.priority)))"};

/// An array of one.
std::string array_of(const std::string& text) {
  std::string list{"{\""};
  for (const char c : text) {
    if (c == '"' || c == '\\') list += '\\';
    list += c;
  }
  return list += "\"}";
}

std::string array_of(std::int64_t number) { return array_of(std::to_string(number)); }

}  // namespace

const statement& insert_jobs() noexcept { return insert; }

void queue_job(pqxx::work& work, const job_row& job) {
  work.exec_params(insert.sql, array_of(to_string(job.id)), array_of(to_string(job.business)),
                   array_of(job.kind), job.unique_key ? array_of(*job.unique_key) : "{NULL}",
                   array_of(static_cast<std::int64_t>(job.priority)), array_of(to_unix_ms(job.due_at)),
                   array_of(job.payload), array_of(to_unix_ms(job.created_at)));
}

}  // namespace sellavie::storage
