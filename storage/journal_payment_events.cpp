#include "storage/journal_payment_events.hpp"

#include <array>

#include "storage/journal_rows.hpp"

namespace sellavie::storage {
namespace {

// Keys in one order: two writers with the same ones must not wait for each other. No unique key: each event is a
// question of its own. 0 urgent, 1 ready.
constexpr statement insert_payment_events{"insert_payment_events", R"(
WITH incoming AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                       $9::text[], $10::bigint[], $11::bigint[], $12::text[])
    AS t (id, business_id, connection_id, dedupe_key, kind, reference, object, transaction, mode, occurred_at, received_at,
          question)
), fresh AS (
  INSERT INTO payment_events (id, business_id, connection_id, dedupe_key, kind, reference, object, transaction, mode,
                              occurred_at, received_at)
  SELECT id, business_id, connection_id, dedupe_key, kind, reference, object, transaction, mode, occurred_at, received_at
  FROM incoming ORDER BY connection_id, dedupe_key, id
  ON CONFLICT DO NOTHING RETURNING id
), asked AS (
  INSERT INTO jobs (id, business_id, kind, priority, state, due_at, created_at, payload)
  SELECT i.id, i.business_id, 'payment.check', 0, 1, i.received_at, i.received_at, i.question
  FROM incoming i WHERE i.question <> '' AND (i.id IN (SELECT id FROM fresh)) IS TRUE
)
SELECT id FROM fresh)"};

constexpr std::array payment_events_writes{insert_payment_events};

}  // namespace

std::span<const statement> payment_event_statements() noexcept { return payment_events_writes; }

bool queue_payment_events(pipeline& into, change_sets sets) {
  using row = payment_event_row;
  if (!any(sets, &change_set::payment_events)) return false;
  queue_rows(into, insert_payment_events, sets, &change_set::payment_events, &row::id, &row::business,
             &row::connection, &row::dedupe_key, &row::kind, &row::reference, &row::object, &row::transaction,
             &row::mode, &row::occurred_at, &row::received_at, &row::question);
  return true;
}

}  // namespace sellavie::storage
