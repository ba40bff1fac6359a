#include "storage/journal_outgoing.hpp"

#include <array>

#include "storage/journal_rows.hpp"
#include "storage/outgoing_events.hpp"

namespace sellavie::storage {
namespace {

// An event, its deliveries to those who listen, and a job for each (webhook_queue). Whoever listens is held: one that is
// being removed is waited for, and is nobody then.
constexpr statement insert_events{"insert_webhook_events", R"(
WITH listeners AS MATERIALIZED (
  SELECT w.id, w.business_id, w.events FROM webhook_endpoints w
  WHERE w.business_id = ANY ($2::uuid[]) AND w.active ORDER BY w.id FOR KEY SHARE OF w
), told AS MATERIALIZED (
  SELECT DISTINCT ON (e.id) e.* FROM
    unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::uuid[], $7::text[])
      AS e (id, business_id, type, body, at, order_id, standing)
  WHERE EXISTS (SELECT FROM listeners w WHERE w.business_id = e.business_id AND e.type = ANY (w.events))
    AND NOT EXISTS (SELECT FROM orders o WHERE o.id = e.order_id AND o.status = e.standing)
    AND NOT EXISTS (SELECT FROM person_tasks t WHERE e.type = 'payment.review' AND t.business_id = e.business_id
                    AND t.kind = 'payment_review' AND t.done_at IS NULL AND t.reason = e.standing)
), stored AS (
  INSERT INTO webhook_events (id, business_id, type, body, occurred_at)
  SELECT id, business_id, type, body, at FROM told ORDER BY id
  ON CONFLICT DO NOTHING RETURNING id, business_id, type, occurred_at AS at
), sent AS (
  INSERT INTO webhook_deliveries (endpoint_id, event_id, business_id, began_at, next_attempt_at)
  SELECT w.id, s.id, s.business_id, s.at, s.at
  FROM stored s JOIN listeners w ON w.business_id = s.business_id AND s.type = ANY (w.events)
  RETURNING endpoint_id, event_id, business_id, began_at AS at
)
INSERT INTO jobs (id, business_id, kind, unique_key, priority, state, due_at, payload, created_at)
SELECT md5(endpoint_id::text || event_id::text)::uuid, business_id, 'webhook.out',
       endpoint_id::text || '.' || event_id::text, 1, 1, at,
       format('{"endpoint":"%s","event":"%s"}', endpoint_id, event_id), at
FROM sent ON CONFLICT DO NOTHING)"};

constexpr std::array outgoing_writes{insert_events};

std::optional<order_id> order_of(const outgoing_event_row& row) {
  return row.order.is_nil() ? std::nullopt : std::optional{row.order};
}

}  // namespace

std::span<const statement> outgoing_statements() noexcept { return outgoing_writes; }

void queue_outgoing(pipeline& into, change_sets sets) {
  using row = outgoing_event_row;
  auto columns =
      columns_of<row>(&row::id, &row::business, &row::type, &row::body, &row::at, order_of, &row::standing);
  for (const change_set* set : sets)
    for (const auto& one : outgoing_events_of(*set)) columns.add(one);
  columns.queue(into, insert_events);
}

}  // namespace sellavie::storage
