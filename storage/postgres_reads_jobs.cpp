// Claims background jobs, and looks at how many there are.

#include <array>
#include <string>

#include "storage/postgres_reading.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

// Each is a transaction of one statement: fenced, then what it does. Nobody waits for a locked row.

// Claimed are few: what is on the way at all nodes. Their attempts stay counted.
constexpr statement rescue_jobs{"rescue_jobs", R"(
WITH fenced AS MATERIALIZED (
  SELECT fence($1::bigint)
), lost AS MATERIALIZED (
  SELECT j.id FROM fenced, jobs j
  WHERE j.state = 2 AND (j.claimed_until <= $2::bigint
    OR NOT EXISTS (SELECT FROM nodes n WHERE n.incarnation = j.claimed_by AND n.alive))
  ORDER BY j.claimed_until LIMIT $3::integer FOR UPDATE OF j SKIP LOCKED
)
UPDATE jobs j SET state = 1, wanted_at = NULL, claimed_by = NULL, claimed_until = NULL,
       error_codes = j.error_codes || 'lost'::text, error_times = j.error_times || $2::bigint
FROM lost l WHERE j.id = l.id)"};

constexpr statement promote_jobs{"promote_jobs", R"(
WITH fenced AS MATERIALIZED (
  SELECT fence($1::bigint)
), due AS MATERIALIZED (
  SELECT j.id FROM fenced, jobs j WHERE j.state = 0 AND j.due_at <= $2::bigint
  ORDER BY j.due_at LIMIT $3::integer FOR UPDATE OF j SKIP LOCKED
)
UPDATE jobs j SET state = 1 FROM due d WHERE j.id = d.id)"};

// The walk goes from business to business, one step of the index each, and only as far as jobs are wanted. Each
// business that has room gets an equal share.
constexpr statement claim_ready{"claim_jobs", R"(
WITH RECURSIVE fenced AS MATERIALIZED (
  SELECT fence($1::bigint)
), walk (business_id) AS (
  SELECT (SELECT j.business_id FROM jobs j WHERE j.state = 1 AND j.business_id > $5::uuid
          ORDER BY j.business_id LIMIT 1) FROM fenced
  UNION ALL
  SELECT (SELECT j.business_id FROM jobs j WHERE j.state = 1 AND j.business_id > w.business_id
          ORDER BY j.business_id LIMIT 1) FROM walk w WHERE w.business_id IS NOT NULL
), rooms AS (
  SELECT w.business_id, $4::integer - coalesce((SELECT b.running FROM unnest($6::uuid[], $7::integer[]) AS b (business_id, running)
                                                WHERE b.business_id = w.business_id), 0) AS room
  FROM walk w WHERE w.business_id IS NOT NULL
), chosen AS MATERIALIZED (
  SELECT business_id, room FROM rooms WHERE room > 0 LIMIT $3::integer
), shares AS MATERIALIZED (
  SELECT greatest(1, $3::integer / greatest(1, count(*))) AS share FROM chosen
), picked AS MATERIALIZED (
  SELECT p.id FROM chosen c CROSS JOIN shares s CROSS JOIN LATERAL (
    SELECT j.id FROM jobs j WHERE j.state = 1 AND j.business_id = c.business_id
    ORDER BY j.priority, j.due_at, j.id LIMIT least(c.room, s.share) FOR UPDATE SKIP LOCKED) p
)
UPDATE jobs j SET state = 2, claims = j.claims + 1, attempts = j.attempts + 1, claimed_by = $1::bigint,
       claimed_until = $2::bigint
FROM picked p WHERE j.id = p.id
RETURNING j.id, j.business_id, j.claims, j.kind, j.payload, j.priority, j.due_at, j.created_at, j.attempts)"};

// By (business, priority), whose oldest is one step away.
constexpr statement job_state_now{"job_state", R"(
WITH RECURSIVE lanes (business_id, priority, due_at) AS (
  (SELECT j.business_id, j.priority, j.due_at FROM jobs j WHERE j.state = 1
   ORDER BY j.business_id, j.priority, j.due_at LIMIT 1)
  UNION ALL
  SELECT n.* FROM lanes l CROSS JOIN LATERAL (
    SELECT j.business_id, j.priority, j.due_at FROM jobs j
    WHERE j.state = 1 AND (j.business_id, j.priority) > (l.business_id, l.priority)
    ORDER BY j.business_id, j.priority, j.due_at LIMIT 1) n
)
SELECT (SELECT count(*) FROM (SELECT FROM jobs LIMIT $2::integer) one),
       (SELECT count(*) FROM (SELECT FROM dead_jobs LIMIT $2::integer) one),
       least((SELECT min(due_at) FROM lanes),
             (SELECT due_at FROM jobs WHERE state = 0 AND due_at <= $1::bigint ORDER BY due_at LIMIT 1)))"};

constexpr std::array statements_of_jobs{rescue_jobs, promote_jobs, claim_ready, job_state_now};

/// What one look takes back, or finds due.
constexpr int most_rescued = 1'000;
constexpr int most_due = 2'000;

// --- rows ----------------------------------------------------------------------------------------

claimed_job claimed_of(const pqxx::row& row) {
  fields from{row};
  claimed_job job;
  job.hold.id = from.id<job_id>();
  job.hold.business = from.id<business_id>();
  job.hold.claim = static_cast<std::int32_t>(from.integer());
  job.kind = from.text();
  job.payload = from.text();
  job.priority = from.number<job_priority>();
  job.due_at = from.at();
  job.created_at = from.at();
  job.attempts = static_cast<std::int32_t>(from.integer());
  return job;
}

std::string businesses_in(const job_claim& wanted) {
  return array_text(wanted.on_the_way, [](const auto& one) { return to_string(one.first); });
}

std::string numbers_in(const job_claim& wanted) {
  return array_text(wanted.on_the_way, [](const auto& one) { return std::to_string(one.second); });
}

}  // namespace

// --- postgres_reads ------------------------------------------------------------------------------

std::span<const statement> job_reads() noexcept { return statements_of_jobs; }

result<claimed_jobs> postgres_reads::claim_jobs(const job_claim& wanted) {
  return read([&](pqxx::nontransaction& session) {
    claimed_jobs found;
    const auto now = to_unix_ms(wanted.now);
    if (wanted.rescue)
      found.rescued = static_cast<std::int64_t>(
          session.exec_prepared(rescue_jobs.name, incarnation_, now, most_rescued).affected_rows());
    if (wanted.promote)
      found.more_due =
          session.exec_prepared(promote_jobs.name, incarnation_, now, most_due).affected_rows() == most_due;
    if (wanted.most > 0)
      found.jobs = all_of(session.exec_prepared(claim_ready.name, incarnation_, to_unix_ms(wanted.until),
                                                wanted.most, wanted.per_business, to_string(wanted.after),
                                                businesses_in(wanted), numbers_in(wanted)),
                          claimed_of);
    return found;
  });
}

result<job_state> postgres_reads::load_job_state(instant now) {
  return read([&](pqxx::nontransaction& session) {
    const auto row = session.exec_prepared(job_state_now.name, to_unix_ms(now), counted_jobs).front();
    fields from{row};
    job_state state;
    state.open = from.integer();
    state.dead = from.integer();
    if (!from.is_null()) state.oldest_due = from.at();
    return state;
  });
}

}  // namespace sellavie::storage
