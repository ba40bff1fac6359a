#include "storage/journal_notices.hpp"

#include <array>

#include "storage/journal_rows.hpp"
#include "storage/notice_events.hpp"

namespace sellavie::storage {
namespace {

// A business without people tells nobody. One job an event: its key is the event's.
constexpr statement insert_notices{"insert_notices", R"(
INSERT INTO jobs (id, business_id, kind, unique_key, priority, state, due_at, payload, created_at)
SELECT DISTINCT ON (business_id, key) gen_random_uuid(), business_id, 'notice.tell', key, priority, 1, at, payload, at
FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::text[], $5::bigint[], $6::uuid[], $7::text[])
  AS e (business_id, key, priority, payload, at, paid_id, standing)
WHERE EXISTS (SELECT FROM memberships m WHERE m.business_id = e.business_id)
  AND NOT EXISTS (SELECT FROM orders o WHERE o.id = e.paid_id AND o.status = 'paid')
  AND NOT EXISTS (SELECT FROM person_tasks t WHERE e.standing <> '' AND t.business_id = e.business_id
                  AND t.kind = 'payment_review' AND t.done_at IS NULL AND t.reason = e.standing)
ORDER BY business_id, key
ON CONFLICT (business_id, kind, unique_key) WHERE unique_key IS NOT NULL DO NOTHING)"};

// The subject names the last time that a person added some: it is one event until then. A UUID, so JSON needs no quoting.
constexpr statement insert_low_stock{"insert_low_stock", R"(
WITH moved AS (
  SELECT business_id, id, sum(delta)::bigint AS delta, max(at) AS at
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[]) AS t (business_id, id, delta, at) GROUP BY 1, 2
), low AS MATERIALIZED (
  SELECT m.business_id, m.id, m.at, m.id || '.' || coalesce(
           (SELECT s.id FROM stock_movements s WHERE s.business_id = m.business_id AND s.product_id = m.id AND s.delta > 0
            ORDER BY s.business_id DESC, s.product_id DESC, s.id DESC LIMIT 1), m.id)::text AS subject
  FROM moved m JOIN products p ON p.business_id = m.business_id AND p.id = m.id JOIN businesses b ON b.id = m.business_id
  WHERE m.delta < 0 AND p.active AND p.stock > b.low_stock_at AND p.stock + m.delta <= b.low_stock_at
    AND EXISTS (SELECT FROM memberships o WHERE o.business_id = m.business_id)
)
INSERT INTO jobs (id, business_id, kind, unique_key, priority, state, due_at, payload, created_at)
SELECT gen_random_uuid(), business_id, 'notice.tell', 'low_stock.' || subject || '.0', 1, 1, at,
       format('{"kind":"low_stock","subject":"%s","about":"%s","at":%s}', subject, id, at), at
FROM low ORDER BY business_id, subject
ON CONFLICT (business_id, kind, unique_key) WHERE unique_key IS NOT NULL DO NOTHING)"};

constexpr std::array notices_writes{insert_notices, insert_low_stock};

const business_id& business_of(const notice_event& one) { return one.what.business; }
std::string key_of(const notice_event& one) { return unique_key_of(notice_job{one.what}); }
job_priority urgency_of(const notice_event& one) { return priority_of(one.what.kind); }
std::string payload_of(const notice_event& one) { return write_notice_job({one.what}); }
instant time_of(const notice_event& one) { return one.what.at; }
/// Not told when the stored one is paid already.
std::optional<uuid> paid_of(const notice_event& one) {
  return one.what.kind == notification_kind::paid_order ? one.what.about : std::nullopt;
}

}  // namespace

std::span<const statement> notice_statements() noexcept { return notices_writes; }

void queue_notices(pipeline& into, change_sets sets) {
  auto columns = columns_of<notice_event>(business_of, key_of, urgency_of, payload_of, time_of, paid_of,
                                          &notice_event::standing);
  for (const change_set* set : sets)
    for (const auto& one : notice_events_of(*set)) columns.add(one);
  columns.queue(into, insert_notices);
  using moved = stock_change;
  queue_rows(into, insert_low_stock, sets, &change_set::stock, &moved::business, &moved::product,
             &moved::delta, &moved::at);
}

}  // namespace sellavie::storage
