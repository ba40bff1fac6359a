#include "storage/journal_money.hpp"

#include <array>

#include "storage/journal_rows.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

constexpr statement insert_records{"insert_payment_records", R"(
INSERT INTO payment_records (id, business_id, version, reference, transaction, provider, connection_id, mode, currency,
                             received_minor, elsewhere_minor, returned_minor, place, order_id, is_disputed, received_at)
SELECT id, business_id, version, reference, transaction, provider, connection_id, mode, currency, received_minor,
       elsewhere_minor, returned_minor, place, order_id, is_disputed = 1, received_at
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::text[],
            $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::uuid[], $15::smallint[], $16::bigint[])
  AS t (id, business_id, version, reference, transaction, provider, connection_id, mode, currency, received_minor,
        elsewhere_minor, returned_minor, place, order_id, is_disputed, received_at))"};

constexpr statement change_records{"change_payment_records", R"(
WITH changed AS (
  UPDATE payment_records p
  SET version = u.version, received_minor = u.received_minor, elsewhere_minor = u.elsewhere_minor,
      returned_minor = u.returned_minor, place = u.place, order_id = u.order_id, is_disputed = u.is_disputed = 1
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[],
              $9::uuid[], $10::smallint[])
    AS u (id, business_id, prior_version, version, received_minor, elsewhere_minor, returned_minor, place, order_id,
          is_disputed)
  WHERE p.id = u.id AND p.business_id = u.business_id AND p.version = u.prior_version
  RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM changed), $11::bigint, 'payment records to change'))"};

constexpr statement insert_refunds{"insert_refunds", R"(
INSERT INTO refunds (id, business_id, version, payment_id, order_id, amount_minor, currency, reason, returns_goods, origin,
                     state, requested_by, decided_by, provider_id, attempt, requested_at, sent_at, note, is_contradicted)
SELECT id, business_id, version, payment_id, order_id, amount_minor, currency, reason, returns_goods = 1, origin, state,
       requested_by, decided_by, provider_id, attempt, requested_at, sent_at, note, is_contradicted = 1
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::uuid[], $6::bigint[], $7::text[], $8::text[],
            $9::smallint[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::integer[], $16::bigint[],
            $17::bigint[], $18::text[], $19::smallint[])
  AS t (id, business_id, version, payment_id, order_id, amount_minor, currency, reason, returns_goods, origin, state,
        requested_by, decided_by, provider_id, attempt, requested_at, sent_at, note, is_contradicted))"};

constexpr statement change_refunds{"change_refunds", R"(
WITH changed AS (
  UPDATE refunds r
  SET version = u.version, state = u.state, decided_by = u.decided_by, provider_id = u.provider_id, attempt = u.attempt,
      sent_at = u.sent_at, note = u.note, is_contradicted = u.is_contradicted = 1, amount_minor = u.amount_minor
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::integer[],
              $9::bigint[], $10::text[], $11::smallint[], $12::bigint[])
    AS u (id, business_id, prior_version, version, state, decided_by, provider_id, attempt, sent_at, note, is_contradicted,
          amount_minor)
  WHERE r.id = u.id AND r.business_id = u.business_id AND r.version = u.prior_version
  RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM changed), $13::bigint, 'refunds to change'))"};

constexpr statement insert_reviews{"insert_reviews", R"(
INSERT INTO payment_reviews (id, business_id, version, order_id, reference, transaction, reason, state, resolved_by, note,
                             opened_at, resolved_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::text[], $10::text[], $11::bigint[], $12::bigint[]))"};

constexpr statement change_reviews{"change_reviews", R"(
WITH changed AS (
  UPDATE payment_reviews v
  SET version = u.version, state = u.state, resolved_by = u.resolved_by, note = u.note, resolved_at = u.resolved_at
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[])
    AS u (id, business_id, prior_version, version, state, resolved_by, note, resolved_at)
  WHERE v.id = u.id AND v.business_id = u.business_id AND v.version = u.prior_version
  RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM changed), $9::bigint, 'reviews to change'))"};

constexpr statement finish_review_tasks{"finish_review_tasks", R"(
UPDATE person_tasks t SET done_at = u.at FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS u (business_id, reason, at)
WHERE t.business_id = u.business_id AND t.reason = u.reason AND t.kind = 'payment_review' AND t.done_at IS NULL)"};

constexpr statement note_key_words{"note_key_words", R"(
WITH told AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[], $5::bigint[], $6::text[])
    AS u (business_id, id, works, refusal, at, sealed_key)
), changed AS (
  UPDATE payment_connections c SET checked_at = u.at,
    broken_at = CASE WHEN u.works = 0 THEN coalesce(c.broken_at, u.at) END,
    last_error = CASE WHEN u.works = 0 THEN u.refusal ELSE c.last_error END,
    last_error_at = CASE WHEN u.works = 0 THEN u.at ELSE c.last_error_at END
  FROM told u WHERE c.id = u.id AND c.business_id = u.business_id AND c.secret_key = u.sealed_key
    AND coalesce(c.connected_at, 0) <= u.at AND coalesce(c.checked_at, 0) <= u.at
  RETURNING c.id
)
UPDATE person_tasks t SET done_at = u.at FROM told u
WHERE u.works = 1 AND u.id IN (SELECT id FROM changed) AND t.business_id = u.business_id
  AND t.kind = 'payment_connection' AND t.reason = u.refusal AND t.done_at IS NULL AND t.created_at <= u.at)"};

constexpr std::array money_writes{insert_records, change_records, insert_refunds,      change_refunds,
                                  insert_reviews, change_reviews, finish_review_tasks, note_key_words};

/// Rows that are new, then those that change.
template <class Row, class Fresh, class Changed>
void queue_versions(pipeline& into, change_sets sets, std::vector<Row> change_set::*rows,
                    const statement& insert, const statement& change, Fresh fresh, Changed changed) {
  if (!any(sets, rows)) return;
  for_rows(sets, rows, [&](const Row& one) { one.prior_version == 0 ? fresh.add(one) : changed.add(one); });
  fresh.queue(into, insert);
  changed.queue_counted(into, change);
}

}  // namespace

std::span<const statement> money_statements() noexcept { return money_writes; }

void queue_money(pipeline& into, change_sets sets) {
  using record = payment_record_row;
  queue_versions(
      into, sets, &change_set::payment_records, insert_records, change_records,
      columns_of<record>(&record::id, &record::business, &record::version, &record::reference,
                         &record::transaction, &record::provider, &record::connection, &record::mode,
                         &record::currency, &record::received_minor, &record::elsewhere_minor,
                         &record::returned_minor, &record::place, &record::order, &record::is_disputed,
                         &record::received_at),
      columns_of<record>(&record::id, &record::business, &record::prior_version, &record::version,
                         &record::received_minor, &record::elsewhere_minor, &record::returned_minor,
                         &record::place, &record::order, &record::is_disputed));
  using back = refund_row;
  queue_versions(into, sets, &change_set::refunds, insert_refunds, change_refunds,
                 columns_of<back>(&back::id, &back::business, &back::version, &back::payment, &back::order,
                                  &back::amount_minor, &back::currency, &back::reason, &back::returns_goods,
                                  &back::origin, &back::state, &back::requested_by, &back::decided_by,
                                  &back::provider_id, &back::attempt, &back::requested_at, &back::sent_at,
                                  &back::note, &back::is_contradicted),
                 columns_of<back>(&back::id, &back::business, &back::prior_version, &back::version,
                                  &back::state, &back::decided_by, &back::provider_id, &back::attempt,
                                  &back::sent_at, &back::note, &back::is_contradicted, &back::amount_minor));
  using look = review_row;
  queue_versions(into, sets, &change_set::reviews, insert_reviews, change_reviews,
                 columns_of<look>(&look::id, &look::business, &look::version, &look::order, &look::reference,
                                  &look::transaction, &look::reason, &look::state, &look::resolved_by,
                                  &look::note, &look::opened_at, &look::resolved_at),
                 columns_of<look>(&look::id, &look::business, &look::prior_version, &look::version,
                                  &look::state, &look::resolved_by, &look::note, &look::resolved_at));
}

void queue_review_tasks(pipeline& into, change_sets sets) {
  using done = review_task_done;
  queue_rows(into, finish_review_tasks, sets, &change_set::review_tasks_done, &done::business, &done::subject,
             &done::at);
  using word = payment_key_word;
  queue_rows(into, note_key_words, sets, &change_set::payment_keys, &word::business, &word::connection,
             &word::works, &word::refusal, &word::at, &word::sealed_key);
}

}  // namespace sellavie::storage
