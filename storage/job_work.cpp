#include "storage/job_work.hpp"

#include "storage/postgres_fields.hpp"

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

std::string quoted(const std::string& text) {
  std::string one{'"'};
  for (const char c : text) {
    if (c == '"' || c == '\\') one += '\\';
    one += c;
  }
  return one += '"';
}

}  // namespace

const statement& insert_jobs() noexcept { return insert; }

void queue_jobs(pqxx::work& work, const std::vector<job_row>& jobs) {
  if (jobs.empty()) return;
  const auto texts = [&](auto text) {
    return array_text(jobs, [&](const job_row& one) { return quoted(text(one)); });
  };
  const auto numbers = [&](auto number) {
    return array_text(jobs, [&](const job_row& one) { return std::to_string(number(one)); });
  };
  work.exec_params(
      insert.sql, texts([](const job_row& one) { return to_string(one.id); }),
      texts([](const job_row& one) { return to_string(one.business); }),
      texts([](const job_row& one) { return one.kind; }),
      array_text(jobs, [](const job_row& one) { return one.unique_key ? quoted(*one.unique_key) : "NULL"; }),
      numbers([](const job_row& one) { return static_cast<int>(one.priority); }),
      numbers([](const job_row& one) { return to_unix_ms(one.due_at); }),
      texts([](const job_row& one) { return one.payload; }),
      numbers([](const job_row& one) { return to_unix_ms(one.created_at); }));
}

void queue_job(pqxx::work& work, const job_row& job) { queue_jobs(work, {job}); }

}  // namespace sellavie::storage
