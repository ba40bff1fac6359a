#include "storage/journal_jobs.hpp"

#include <array>

#include "storage/job_work.hpp"
#include "storage/journal_rows.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

// Locked first, in the order of insert_jobs: what was wanted meanwhile is seen.
constexpr statement finish_jobs{"finish_jobs", R"(
WITH wanted AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[]) AS t (id, business_id, claim)
), held AS MATERIALIZED (
  SELECT j.id, j.wanted_at FROM wanted w JOIN jobs j ON j.id = w.id
  WHERE (j.business_id = w.business_id) IS TRUE AND j.claims = w.claim AND j.claimed_by = $4::bigint
  ORDER BY j.business_id, j.kind, coalesce(j.unique_key, j.id::text) FOR UPDATE OF j
), gone AS (
  DELETE FROM jobs j USING held h WHERE j.id = h.id AND h.wanted_at IS NULL
)
UPDATE jobs j SET state = 0, due_at = h.wanted_at, wanted_at = NULL, claimed_by = NULL, claimed_until = NULL, attempts = 0,
       error_codes = '{}', error_times = '{}'
FROM held h WHERE j.id = h.id AND h.wanted_at IS NOT NULL)"};

constexpr statement put_off_jobs{"put_off_jobs", R"(
WITH wanted AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::bigint[], $5::integer[], $6::text[], $7::bigint[])
    AS t (id, business_id, claim, due_at, attempts, code, at)
), held AS MATERIALIZED (
  SELECT w.*, j.wanted_at FROM wanted w JOIN jobs j ON j.id = w.id
  WHERE (j.business_id = w.business_id) IS TRUE AND j.claims = w.claim AND j.claimed_by = $8::bigint
  ORDER BY j.business_id, j.kind, coalesce(j.unique_key, j.id::text) FOR UPDATE OF j
)
UPDATE jobs j
SET state = 0, wanted_at = NULL, claimed_by = NULL, claimed_until = NULL, attempts = h.attempts,
    due_at = CASE WHEN h.code = '' THEN least(h.due_at, h.wanted_at) ELSE h.due_at END,
    error_codes = CASE WHEN h.attempts = 0 THEN '{}' WHEN h.code = '' THEN j.error_codes ELSE j.error_codes || h.code END,
    error_times = CASE WHEN h.attempts = 0 THEN '{}' WHEN h.code = '' THEN j.error_times ELSE j.error_times || h.at END
FROM held h WHERE j.id = h.id)"};

constexpr statement bury_jobs{"bury_jobs", R"(
WITH wanted AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::bigint[]) AS t (id, business_id, claim, code, at)
), held AS MATERIALIZED (
  SELECT w.id, w.code, w.at FROM wanted w JOIN jobs j ON j.id = w.id
  WHERE (j.business_id = w.business_id) IS TRUE AND j.claims = w.claim AND j.claimed_by = $6::bigint
  ORDER BY j.business_id, j.kind, coalesce(j.unique_key, j.id::text) FOR UPDATE OF j
), gone AS (
  DELETE FROM jobs j USING held h WHERE j.id = h.id RETURNING j.*, h.code, h.at
)
INSERT INTO dead_jobs (id, business_id, kind, unique_key, priority, attempts, claims, created_at, died_at, error_codes,
                       error_times, payload)
SELECT id, business_id, kind, unique_key, priority, attempts, claims, created_at, at, error_codes || code, error_times || at, payload
FROM gone)"};

// --- columns -------------------------------------------------------------------------------------

template <auto Member>
constexpr auto of_hold = [](const auto& row) -> const auto& {
  return row.job.*Member;
};
constexpr auto held_id = of_hold<&job_hold::id>;
constexpr auto held_business = of_hold<&job_hold::business>;
constexpr auto held_claim = of_hold<&job_hold::claim>;

template <class Row, class... Projections>
void queue_held(pipeline& into, const statement& what, change_sets sets, std::vector<Row> change_set::*kind,
                std::int64_t incarnation, Projections... projections) {
  if (!any(sets, kind)) return;
  auto columns = columns_of<Row>(held_id, held_business, held_claim, projections...);
  for_rows(sets, kind, [&](const Row& row) { columns.add(row); });
  columns.queue_with(into, what, incarnation);
}

}  // namespace

std::span<const statement> job_statements() noexcept {
  static const std::array all{finish_jobs, put_off_jobs, bury_jobs, insert_jobs()};
  return all;
}

void queue_jobs(pipeline& into, change_sets sets, std::int64_t incarnation) {
  queue_held(into, finish_jobs, sets, &change_set::jobs_done, incarnation);
  using later = job_put_off;
  queue_held(into, put_off_jobs, sets, &change_set::jobs_put_off, incarnation, &later::due_at,
             &later::attempts, &later::error_code, &later::at);
  queue_held(into, bury_jobs, sets, &change_set::jobs_dead, incarnation, &job_death::error_code,
             &job_death::at);
  using row = job_row;
  queue_rows(into, insert_jobs(), sets, &change_set::jobs, &row::id, &row::business, &row::kind,
             &row::unique_key, &row::priority, &row::due_at, &row::payload, &row::created_at);
}

}  // namespace sellavie::storage
