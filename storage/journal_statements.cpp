#include "storage/journal_statements.hpp"

#include <array>

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

constexpr statement fence{"fence", "SELECT fence($1::bigint)"};

// A known key inserts nothing; the event row follows only its own fresh key.
constexpr statement append_inbound{"append_inbound", R"(
WITH incoming AS (
  SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::text[], $5::integer[], $6::bigint[], $7::bytea[])
    AS t (id, business_id, connection_id, dedupe_key, day, accepted_at, payload)
), fresh AS (
  INSERT INTO inbound_keys (business_id, connection_id, dedupe_key, day, inbox_id)
  SELECT business_id, connection_id, dedupe_key, day, id FROM incoming
  ON CONFLICT DO NOTHING RETURNING inbox_id
)
INSERT INTO inbound_events (id, business_id, connection_id, accepted_at, payload)
SELECT i.id, i.business_id, i.connection_id, i.accepted_at, i.payload
FROM incoming i WHERE (i.id IN (SELECT inbox_id FROM fresh)) IS TRUE
RETURNING id)"};

constexpr statement insert_quarantined{"insert_quarantined", R"(
INSERT INTO quarantined_events (id, reason, channel, received_at, payload)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bytea[]))"};

constexpr statement finish_inbox{"finish_inbox", R"(
WITH gone AS (DELETE FROM inbound_events WHERE id = ANY ($1::bigint[]) RETURNING 1)
SELECT require_rows((SELECT count(*) FROM gone), $2::bigint, 'inbox rows to finish'))"};

constexpr statement count_tries{"count_tries", R"(
UPDATE inbound_events SET tries = tries + 1 WHERE id = ANY ($1::bigint[]))"};

constexpr statement mark_alone{"mark_alone", R"(
UPDATE inbound_events SET alone = true WHERE id = ANY ($1::bigint[]))"};

constexpr statement park_deliveries{"park_deliveries", R"(
WITH wanted AS (
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS t (id, reason, at)
), gone AS (
  DELETE FROM inbound_events e USING wanted w WHERE e.id = w.id
  RETURNING e.id, e.business_id, e.connection_id, w.reason, e.accepted_at, w.at, e.payload
), kept AS (
  INSERT INTO parked_events (id, business_id, connection_id, reason, accepted_at, parked_at, payload)
  SELECT * FROM gone RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM kept), (SELECT count(*) FROM wanted), 'deliveries to park'))"};

constexpr statement open_conversations{"open_conversations", R"(
WITH incoming AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[])
    AS t (business_id, connection_id, contact_id, conversation_id, scoped_id, alias, name, at)
), met AS (
  INSERT INTO contacts (id, business_id, connection_id, scoped_id, alias, name, created_at)
  SELECT contact_id, business_id, connection_id, scoped_id, alias, name, at FROM incoming
)
INSERT INTO conversations (id, business_id, connection_id, contact_id, created_at)
SELECT conversation_id, business_id, connection_id, contact_id, at FROM incoming)"};

constexpr statement insert_messages{"insert_messages", R"(
INSERT INTO messages (conversation_id, id, business_id, turn_id, direction, origin, state, external_id, body,
                      attachments, provider_time, created_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::smallint[], $6::smallint[], $7::smallint[],
                     $8::text[], $9::text[], $10::text[], $11::bigint[], $12::bigint[]))"};

// A later fact never overwrites a longer external id with an empty one.
constexpr statement change_messages{"change_messages", R"(
UPDATE messages m SET state = c.state, external_id = CASE WHEN c.external_id = '' THEN m.external_id ELSE c.external_id END
FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[]) AS c (conversation_id, id, state, external_id)
WHERE m.conversation_id = c.conversation_id AND m.id = c.id)"};

constexpr statement insert_outbox{"insert_outbox", R"(
INSERT INTO outbox (id, business_id, connection_id, conversation_id, recipient, origin, epoch, state, due_at,
                    created_at, body)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::smallint[], $7::bigint[],
                     $8::smallint[], $9::bigint[], $10::bigint[], $11::text[]))"};

constexpr statement change_outbox{"change_outbox", R"(
WITH changed AS (
  UPDATE outbox o SET state = c.next, attempts = c.attempts, resent = c.resent, due_at = c.due_at
  FROM unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::smallint[], $5::smallint[], $6::bigint[])
    AS c (id, prior, next, attempts, resent, due_at)
  WHERE o.id = c.id AND o.state = c.prior RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM changed), $7::bigint, 'outbox rows to change'))"};

constexpr statement finish_outbox{"finish_outbox", R"(
WITH gone AS (DELETE FROM outbox WHERE id = ANY ($1::uuid[]) RETURNING 1)
SELECT require_rows((SELECT count(*) FROM gone), $2::bigint, 'outbox rows to finish'))"};

// 1 ai; 1 ready, 3 backoff; 6 overtaken.
constexpr statement overtake_outbox{"overtake_outbox", R"(
WITH gone AS (
  DELETE FROM outbox WHERE conversation_id = ANY ($1::uuid[]) AND origin = 1 AND state IN (1, 3)
  RETURNING conversation_id, id
)
UPDATE messages m SET state = 6 FROM gone WHERE m.conversation_id = gone.conversation_id AND m.id = gone.id)"};

// A plan is written once a round; a completed turn is never opened again.
constexpr statement write_turns{"write_turns", R"(
WITH incoming AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::smallint[], $6::smallint[], $7::smallint[],
                       $8::text[], $9::text[], $10::bigint[], $11::bigint[])
    AS t (conversation_id, turn_id, business_id, state, outcome, round, deliveries, inbox_ids, plan, started_at, ended_at)
), written AS (
  INSERT INTO turns (conversation_id, turn_id, business_id, state, outcome, round, deliveries, inbox_ids, plan,
                     started_at, ended_at)
  SELECT conversation_id, turn_id, business_id, state, outcome, round, deliveries, inbox_ids::bigint[], plan,
         started_at, ended_at FROM incoming
  ON CONFLICT (conversation_id, turn_id) DO UPDATE
    SET state = excluded.state, outcome = excluded.outcome, round = excluded.round, plan = excluded.plan,
        inbox_ids = excluded.inbox_ids, ended_at = excluded.ended_at
    WHERE turns.state = 0
  RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM written), $12::bigint, 'turns to write'))"};

constexpr statement change_conversations{"change_conversations", R"(
WITH changed AS (
  UPDATE conversations c
  SET epoch = u.epoch, owner = u.owner, handover_reason = u.reason,
      last_customer_at = greatest(c.last_customer_at, u.customer_at),
      last_message_at = greatest(c.last_message_at, u.message_at)
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::smallint[], $6::text[], $7::bigint[], $8::bigint[])
    AS u (id, business_id, expected_epoch, epoch, owner, reason, customer_at, message_at)
  WHERE c.id = u.id AND c.business_id = u.business_id AND c.epoch = u.expected_epoch
  RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM changed), $9::bigint, 'conversations to change'))"};

constexpr statement move_read_marks{"move_read_marks", R"(
UPDATE conversations c SET read_up_to = greatest(c.read_up_to, u.at)
FROM (SELECT connection_id, scoped_id, max(at) AS at FROM unnest($1::uuid[], $2::text[], $3::bigint[])
        AS t (connection_id, scoped_id, at) GROUP BY 1, 2) u
JOIN contacts k ON k.connection_id = u.connection_id AND k.scoped_id = u.scoped_id
WHERE c.connection_id = k.connection_id AND c.contact_id = k.id)"};

constexpr statement change_contacts{"change_contacts", R"(
UPDATE contacts c
SET name = CASE WHEN u.name = '' THEN c.name ELSE u.name END, email = CASE WHEN u.email = '' THEN c.email ELSE u.email END,
    phone = CASE WHEN u.phone = '' THEN c.phone ELSE u.phone END,
    address = CASE WHEN u.address = '' THEN c.address ELSE u.address END
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
  AS u (id, business_id, name, email, phone, address)
WHERE c.id = u.id AND c.business_id = u.business_id)"};

constexpr statement insert_tasks{"insert_tasks", R"(
INSERT INTO person_tasks (id, business_id, conversation_id, kind, reason, created_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bigint[]))"};

constexpr statement change_stock{"change_stock", R"(
WITH wanted AS (
  SELECT business_id, id, sum(delta)::bigint AS delta
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS t (business_id, id, delta) GROUP BY 1, 2
), changed AS (
  UPDATE products p SET stock = p.stock + w.delta FROM wanted w
  WHERE p.business_id = w.business_id AND p.id = w.id RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM changed), (SELECT count(*) FROM wanted), 'products to change'))"};

constexpr statement insert_orders{"insert_orders", R"(
INSERT INTO orders (id, business_id, number, conversation_id, contact_id, status, currency, total_minor, note,
                    idempotency_key, version, payment_attempt, payment_reference, payment_url, created_at,
                    reserved_until, paid_at, wished_at, payment_transaction)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::bigint[],
                     $9::text[], $10::text[], $11::bigint[], $12::integer[], $13::text[], $14::text[], $15::bigint[],
                     $16::bigint[], $17::bigint[], $18::bigint[], $19::text[]))"};

constexpr statement change_orders{"change_orders", R"(
WITH changed AS (
  UPDATE orders o
  SET status = u.status, total_minor = u.total_minor, note = u.note, version = u.version,
      payment_attempt = u.payment_attempt, payment_reference = u.payment_reference, payment_url = u.payment_url,
      reserved_until = u.reserved_until, paid_at = u.paid_at, wished_at = u.wished_at,
      payment_transaction = u.payment_transaction
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::integer[],
              $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[], $14::text[])
    AS u (id, business_id, status, total_minor, note, prior_version, version, payment_attempt, payment_reference,
          payment_url, reserved_until, paid_at, wished_at, payment_transaction)
  WHERE o.id = u.id AND o.business_id = u.business_id AND o.version = u.prior_version
    AND (o.status NOT IN ('paid', 'fulfilled', 'cancelled', 'refunded')
         OR (o.status, u.status) IN (('paid', 'fulfilled'), ('paid', 'refunded'), ('fulfilled', 'refunded'))
         OR o.status = u.status)
  RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM changed), $15::bigint, 'orders to change'))"};

constexpr statement drop_items{"drop_items", "DELETE FROM order_items WHERE order_id = ANY ($1::uuid[])"};

constexpr statement insert_items{"insert_items", R"(
INSERT INTO order_items (business_id, order_id, line, product_id, sku, name, quantity, unit_price_minor, price_version)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::uuid[], $5::text[], $6::text[], $7::bigint[],
                     $8::bigint[], $9::bigint[]))"};

constexpr statement insert_timeline{"insert_timeline", R"(
INSERT INTO order_timeline (business_id, order_id, what, actor, at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[]))"};

constexpr statement insert_payments{"insert_payments", R"(
INSERT INTO payments (id, business_id, order_id, provider, mode, reference, amount_minor, currency, status, url, created_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[],
                     $9::text[], $10::text[], $11::bigint[]))"};

constexpr statement change_payments{"change_payments", R"(
WITH changed AS (
  UPDATE payments p SET status = u.status, url = CASE WHEN u.url = '' THEN p.url ELSE u.url END,
         settled_at = CASE WHEN u.status IN ('paid', 'failed', 'expired', 'review') THEN u.at ELSE p.settled_at END
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
    AS u (business_id, reference, prior, status, url, at)
  WHERE p.business_id = u.business_id AND p.reference = u.reference
    AND (p.status = u.prior OR (u.prior = 'open' AND p.status IN ('intent', 'link')))
  RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM changed), $7::bigint, 'payments to change'))"};

constexpr statement insert_invoices{"insert_invoices", R"(
INSERT INTO invoices (id, business_id, series, number, kind, order_id, currency, total_minor, lines, issued_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::uuid[], $7::text[], $8::bigint[],
                     $9::text[], $10::bigint[]))"};

constexpr statement insert_action_results{"insert_action_results", R"(
INSERT INTO action_results (business_id, action_key, outcome, created_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[]))"};

constexpr std::array all_statements{fence,
                                    append_inbound,
                                    insert_quarantined,
                                    finish_inbox,
                                    count_tries,
                                    mark_alone,
                                    park_deliveries,
                                    open_conversations,
                                    insert_messages,
                                    change_messages,
                                    insert_outbox,
                                    change_outbox,
                                    finish_outbox,
                                    overtake_outbox,
                                    write_turns,
                                    change_conversations,
                                    move_read_marks,
                                    change_contacts,
                                    insert_tasks,
                                    change_stock,
                                    insert_orders,
                                    change_orders,
                                    drop_items,
                                    insert_items,
                                    insert_timeline,
                                    insert_payments,
                                    change_payments,
                                    insert_invoices,
                                    insert_action_results};

// --- helpers ---------------------------------------------------------------------------------------

std::int64_t ms(instant at) noexcept { return to_unix_ms(at); }

template <class Enum>
std::int16_t small(Enum value) noexcept {
  return static_cast<std::int16_t>(value);
}

binary_array uuids() { return binary_array{array_type::uuid}; }
binary_array texts() { return binary_array{array_type::text}; }
binary_array int8s() { return binary_array{array_type::int8}; }
binary_array int4s() { return binary_array{array_type::int4}; }
binary_array int2s() { return binary_array{array_type::int2}; }

template <class Row>
bool any(change_sets sets, std::vector<Row> change_set::*kind) noexcept {
  for (const change_set* set : sets)
    if (!(set->*kind).empty()) return true;
  return false;
}

template <class Row, class Each>
void for_rows(change_sets sets, std::vector<Row> change_set::*kind, Each each) {
  for (const change_set* set : sets)
    for (const Row& row : set->*kind) each(row);
}

std::string id_list(const std::vector<inbox_id>& ids) {
  std::string text{"{"};
  for (const inbox_id id : ids) {
    if (text.size() > 1) text += ',';
    text += std::to_string(id);
  }
  return text += '}';
}

void queue_ids(pipeline& into, const statement& what, change_sets sets,
               std::vector<inbox_id> change_set::*kind) {
  if (!any(sets, kind)) return;
  auto ids = int8s();
  for_rows(sets, kind, [&](inbox_id id) { ids.add_int8(id); });
  into.queue(what, {ids});
}

// --- the message path ------------------------------------------------------------------------------

void queue_inbound(pipeline& into, change_sets sets) {
  auto ids = int8s(), accepted = int8s();
  auto business = uuids(), connection = uuids();
  auto keys = texts();
  auto days = int4s();
  binary_array payloads{array_type::bytea};
  for_rows(sets, &change_set::inbound, [&](const inbound_row& row) {
    ids.add_int8(row.id);
    business.add(row.business);
    connection.add(row.connection);
    keys.add_text(row.dedupe_key);
    days.add_int4(row.day);
    accepted.add_int8(ms(row.accepted_at));
    payloads.add_text(row.payload);
  });
  into.queue(append_inbound, {ids, business, connection, keys, days, accepted, payloads});
}

void queue_quarantined(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::quarantined)) return;
  auto ids = int8s(), received = int8s();
  auto reason = texts(), channel = texts();
  binary_array payloads{array_type::bytea};
  for_rows(sets, &change_set::quarantined, [&](const quarantined_row& row) {
    ids.add_int8(row.id);
    reason.add_text(row.reason);
    channel.add_text(row.channel);
    received.add_int8(ms(row.received_at));
    payloads.add_text(row.payload);
  });
  into.queue(insert_quarantined, {ids, reason, channel, received, payloads});
}

void queue_finished_inbox(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::inbox_done)) return;
  auto ids = int8s();
  for_rows(sets, &change_set::inbox_done, [&](inbox_id id) { ids.add_int8(id); });
  into.queue(finish_inbox, {ids, binary_int8(ids.size())});
}

void queue_parked(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::parked)) return;
  auto ids = int8s(), at = int8s();
  auto reasons = texts();
  for_rows(sets, &change_set::parked, [&](const parked_delivery& row) {
    ids.add_int8(row.id);
    reasons.add_text(row.reason);
    at.add_int8(ms(row.at));
  });
  into.queue(park_deliveries, {ids, reasons, at});
}

void queue_opened(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::opened)) return;
  auto business = uuids(), connection = uuids(), contact = uuids(), conversation = uuids();
  auto scoped = texts(), alias = texts(), name = texts();
  auto at = int8s();
  for_rows(sets, &change_set::opened, [&](const opened_conversation& row) {
    business.add(row.business);
    connection.add(row.connection);
    contact.add(row.contact);
    conversation.add(row.conversation);
    scoped.add_text(row.scoped_id);
    alias.add_text(row.alias);
    name.add_text(row.name);
    at.add_int8(ms(row.at));
  });
  into.queue(open_conversations, {business, connection, contact, conversation, scoped, alias, name, at});
}

void queue_messages(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::messages)) return;
  auto conversation = uuids(), ids = uuids(), business = uuids(), turns = uuids();
  auto direction = int2s(), origin = int2s(), state = int2s();
  auto external = texts(), body = texts(), attachments = texts();
  auto provider_time = int8s(), created = int8s();
  for_rows(sets, &change_set::messages, [&](const message_row& row) {
    conversation.add(row.conversation);
    ids.add(row.id);
    business.add(row.business);
    if (row.turn) turns.add(*row.turn);
    else turns.add_null();
    direction.add_int2(row.outgoing ? 1 : 0);
    origin.add_int2(small(row.origin));
    state.add_int2(small(row.state));
    external.add_text(row.external_id);
    body.add_text(row.body);
    attachments.add_text(row.attachments);
    provider_time.add_int8(ms(row.provider_time));
    created.add_int8(ms(row.created_at));
  });
  into.queue(insert_messages, {conversation, ids, business, turns, direction, origin, state, external, body,
                               attachments, provider_time, created});
}

void queue_message_changes(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::message_changes)) return;
  auto conversation = uuids(), ids = uuids();
  auto state = int2s();
  auto external = texts();
  for_rows(sets, &change_set::message_changes, [&](const message_change& row) {
    conversation.add(row.conversation);
    ids.add(row.id);
    state.add_int2(small(row.state));
    external.add_text(row.external_id);
  });
  into.queue(change_messages, {conversation, ids, state, external});
}

void queue_outbox(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::outbox)) return;
  auto ids = uuids(), business = uuids(), connection = uuids(), conversation = uuids();
  auto recipient = texts(), body = texts();
  auto origin = int2s(), state = int2s();
  auto epoch = int8s(), due = int8s(), created = int8s();
  for_rows(sets, &change_set::outbox, [&](const outbox_row& row) {
    ids.add(row.id);
    business.add(row.business);
    connection.add(row.connection);
    conversation.add(row.conversation);
    recipient.add_text(row.recipient);
    origin.add_int2(small(row.origin));
    epoch.add_int8(row.epoch);
    state.add_int2(small(row.state));
    due.add_int8(ms(row.due_at));
    created.add_int8(ms(row.created_at));
    body.add_text(row.body);
  });
  into.queue(insert_outbox,
             {ids, business, connection, conversation, recipient, origin, epoch, state, due, created, body});
}

void queue_outbox_changes(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::outbox_changes)) return;
  auto ids = uuids();
  auto from = int2s(), to = int2s(), attempts = int2s(), resent = int2s();
  auto due = int8s();
  for_rows(sets, &change_set::outbox_changes, [&](const outbox_change& row) {
    ids.add(row.id);
    from.add_int2(small(row.from));
    to.add_int2(small(row.to));
    attempts.add_int2(row.attempts);
    resent.add_int2(row.resent ? 1 : 0);
    due.add_int8(ms(row.due_at));
  });
  into.queue(change_outbox, {ids, from, to, attempts, resent, due, binary_int8(ids.size())});
}

void queue_finished_outbox(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::outbox_done)) return;
  auto ids = uuids();
  for_rows(sets, &change_set::outbox_done, [&](const message_id& id) { ids.add(id); });
  into.queue(finish_outbox, {ids, binary_int8(ids.size())});
}

void queue_overtaken(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::outbox_overtaken)) return;
  auto ids = uuids();
  for_rows(sets, &change_set::outbox_overtaken, [&](const conversation_id& id) { ids.add(id); });
  into.queue(overtake_outbox, {ids});
}

void queue_turns(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::turns)) return;
  auto conversation = uuids(), ids = uuids(), business = uuids();
  auto state = int2s(), outcome = int2s(), round = int2s(), deliveries = int2s();
  auto inbox = texts(), plan = texts();
  auto started = int8s(), ended = int8s();
  for_rows(sets, &change_set::turns, [&](const turn_row& row) {
    conversation.add(row.conversation);
    ids.add(row.id);
    business.add(row.business);
    state.add_int2(row.completed ? 1 : 0);
    outcome.add_int2(small(row.outcome));
    round.add_int2(row.round);
    deliveries.add_int2(static_cast<std::int16_t>(row.inbox_ids.size()));
    if (row.completed) {
      inbox.add_null();
      plan.add_null();
    } else {
      inbox.add_text(id_list(row.inbox_ids));
      plan.add_text(row.plan);
    }
    started.add_int8(ms(row.started_at));
    ended.add_int8(ms(row.ended_at));
  });
  into.queue(write_turns, {conversation, ids, business, state, outcome, round, deliveries, inbox, plan,
                           started, ended, binary_int8(ids.size())});
}

void queue_conversations(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::conversations)) return;
  auto ids = uuids(), business = uuids();
  auto expected = int8s(), epoch = int8s(), customer_at = int8s(), message_at = int8s();
  auto owner = int2s();
  auto reason = texts();
  for_rows(sets, &change_set::conversations, [&](const conversation_change& row) {
    ids.add(row.conversation);
    business.add(row.business);
    expected.add_int8(row.expected_epoch);
    epoch.add_int8(row.epoch);
    owner.add_int2(small(row.owner));
    reason.add_text(row.handover_reason);
    customer_at.add_int8(ms(row.last_customer_at));
    message_at.add_int8(ms(row.last_message_at));
  });
  into.queue(change_conversations, {ids, business, expected, epoch, owner, reason, customer_at, message_at,
                                    binary_int8(ids.size())});
}

void queue_read_marks(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::read_marks)) return;
  auto connection = uuids();
  auto scoped = texts();
  auto at = int8s();
  for_rows(sets, &change_set::read_marks, [&](const read_mark& row) {
    connection.add(row.connection);
    scoped.add_text(row.scoped_id);
    at.add_int8(ms(row.read_up_to));
  });
  into.queue(move_read_marks, {connection, scoped, at});
}

void queue_contacts(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::contacts)) return;
  auto ids = uuids(), business = uuids();
  auto name = texts(), email = texts(), phone = texts(), address = texts();
  for_rows(sets, &change_set::contacts, [&](const contact_change& row) {
    ids.add(row.contact);
    business.add(row.business);
    name.add_text(row.name);
    email.add_text(row.email);
    phone.add_text(row.phone);
    address.add_text(row.address);
  });
  into.queue(change_contacts, {ids, business, name, email, phone, address});
}

void queue_tasks(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::tasks)) return;
  auto ids = uuids(), business = uuids(), conversation = uuids();
  auto kind = texts(), reason = texts();
  auto created = int8s();
  for_rows(sets, &change_set::tasks, [&](const person_task& row) {
    ids.add(row.id);
    business.add(row.business);
    if (row.conversation) conversation.add(*row.conversation);
    else conversation.add_null();
    kind.add_text(row.kind);
    reason.add_text(row.reason);
    created.add_int8(ms(row.created_at));
  });
  into.queue(insert_tasks, {ids, business, conversation, kind, reason, created});
}

// --- commerce --------------------------------------------------------------------------------------

void queue_stock(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::stock)) return;
  auto business = uuids(), ids = uuids();
  auto delta = int8s();
  for_rows(sets, &change_set::stock, [&](const stock_change& row) {
    business.add(row.business);
    ids.add(row.product);
    delta.add_int8(row.delta);
  });
  into.queue(change_stock, {business, ids, delta});
}

void queue_new_orders(pipeline& into, change_sets sets) {
  auto ids = uuids(), business = uuids(), conversation = uuids(), contact = uuids();
  auto number = int8s(), total = int8s(), version = int8s(), created = int8s(), reserved = int8s(),
       paid = int8s();
  auto status = texts(), currency = texts(), note = texts(), key = texts(), reference = texts(),
       url = texts();
  auto attempt = int4s();
  auto wished = int8s();
  auto transaction = texts();
  for_rows(sets, &change_set::orders, [&](const order_row& row) {
    if (row.prior_version != 0) return;
    ids.add(row.id);
    business.add(row.business);
    number.add_int8(row.number);
    conversation.add(row.conversation);
    contact.add(row.contact);
    status.add_text(row.status);
    currency.add_text(row.currency);
    total.add_int8(row.total_minor);
    note.add_text(row.note);
    key.add_text(row.idempotency_key);
    version.add_int8(row.version);
    attempt.add_int4(row.payment_attempt);
    reference.add_text(row.payment_reference);
    url.add_text(row.payment_url);
    created.add_int8(ms(row.created_at));
    reserved.add_int8(ms(row.reserved_until));
    paid.add_int8(ms(row.paid_at));
    wished.add_int8(ms(row.wished_at));
    transaction.add_text(row.payment_transaction);
  });
  if (ids.size() == 0) return;
  into.queue(insert_orders, {ids, business, number, conversation, contact, status, currency, total, note, key,
                             version, attempt, reference, url, created, reserved, paid, wished, transaction});
}

void queue_changed_orders(pipeline& into, change_sets sets) {
  auto ids = uuids(), business = uuids();
  auto status = texts(), note = texts(), reference = texts(), url = texts();
  auto total = int8s(), prior = int8s(), version = int8s(), reserved = int8s(), paid = int8s();
  auto attempt = int4s();
  auto wished = int8s();
  auto transaction = texts();
  for_rows(sets, &change_set::orders, [&](const order_row& row) {
    if (row.prior_version == 0) return;
    ids.add(row.id);
    business.add(row.business);
    status.add_text(row.status);
    total.add_int8(row.total_minor);
    note.add_text(row.note);
    prior.add_int8(row.prior_version);
    version.add_int8(row.version);
    attempt.add_int4(row.payment_attempt);
    reference.add_text(row.payment_reference);
    url.add_text(row.payment_url);
    reserved.add_int8(ms(row.reserved_until));
    paid.add_int8(ms(row.paid_at));
    wished.add_int8(ms(row.wished_at));
    transaction.add_text(row.payment_transaction);
  });
  if (ids.size() == 0) return;
  into.queue(change_orders, {ids, business, status, total, note, prior, version, attempt, reference, url,
                             reserved, paid, wished, transaction, binary_int8(ids.size())});
}

void queue_items(pipeline& into, change_sets sets) {
  auto replaced = uuids();
  auto business = uuids(), order = uuids(), product = uuids();
  auto line = int2s();
  auto sku = texts(), name = texts();
  auto quantity = int8s(), price = int8s(), price_version = int8s();
  for_rows(sets, &change_set::orders, [&](const order_row& row) {
    if (!row.items_changed) return;
    if (row.prior_version != 0) replaced.add(row.id);
    std::int16_t at = 0;
    for (const order_item_row& item : row.items) {
      business.add(row.business);
      order.add(row.id);
      line.add_int2(++at);
      product.add(item.product);
      sku.add_text(item.sku);
      name.add_text(item.name);
      quantity.add_int8(item.quantity);
      price.add_int8(item.unit_price_minor);
      price_version.add_int8(item.price_version);
    }
  });
  if (replaced.size() > 0) into.queue(drop_items, {replaced});
  if (order.size() > 0)
    into.queue(insert_items, {business, order, line, product, sku, name, quantity, price, price_version});
}

void queue_timeline(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::timeline)) return;
  auto business = uuids(), order = uuids();
  auto what = texts(), actor = texts();
  auto at = int8s();
  for_rows(sets, &change_set::timeline, [&](const timeline_row& row) {
    business.add(row.business);
    order.add(row.order);
    what.add_text(row.what);
    actor.add_text(row.actor);
    at.add_int8(ms(row.at));
  });
  into.queue(insert_timeline, {business, order, what, actor, at});
}

void queue_payments(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::payments)) return;
  auto ids = uuids(), business = uuids(), order = uuids();
  auto provider = texts(), mode = texts(), reference = texts(), currency = texts(), status = texts(),
       url = texts();
  auto amount = int8s(), created = int8s();
  auto changed_business = uuids();
  auto changed_reference = texts(), prior = texts(), next = texts(), next_url = texts();
  auto at = int8s();
  for_rows(sets, &change_set::payments, [&](const payment_row& row) {
    if (!row.expected_status.empty()) {
      changed_business.add(row.business);
      changed_reference.add_text(row.reference);
      prior.add_text(row.expected_status);
      next.add_text(row.status);
      next_url.add_text(row.url);
      at.add_int8(ms(row.at));
      return;
    }
    ids.add(row.id);
    business.add(row.business);
    order.add(row.order);
    provider.add_text(row.provider);
    mode.add_text(row.mode);
    reference.add_text(row.reference);
    amount.add_int8(row.amount_minor);
    currency.add_text(row.currency);
    status.add_text(row.status);
    url.add_text(row.url);
    created.add_int8(ms(row.at));
  });
  if (ids.size() > 0)
    into.queue(insert_payments,
               {ids, business, order, provider, mode, reference, amount, currency, status, url, created});
  if (changed_reference.size() > 0)
    into.queue(change_payments, {changed_business, changed_reference, prior, next, next_url, at,
                                 binary_int8(changed_reference.size())});
}

void queue_invoices(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::invoices)) return;
  auto ids = uuids(), business = uuids(), order = uuids();
  auto series = texts(), kind = texts(), currency = texts(), lines = texts();
  auto number = int8s(), total = int8s(), issued = int8s();
  for_rows(sets, &change_set::invoices, [&](const invoice_row& row) {
    ids.add(row.id);
    business.add(row.business);
    series.add_text(row.series);
    number.add_int8(row.number);
    kind.add_text(row.kind);
    order.add(row.order);
    currency.add_text(row.currency);
    total.add_int8(row.total_minor);
    lines.add_text(row.lines);
    issued.add_int8(ms(row.issued_at));
  });
  into.queue(insert_invoices, {ids, business, series, number, kind, order, currency, total, lines, issued});
}

void queue_action_results(pipeline& into, change_sets sets) {
  if (!any(sets, &change_set::action_results)) return;
  auto business = uuids();
  auto key = texts(), outcome = texts();
  auto at = int8s();
  for_rows(sets, &change_set::action_results, [&](const action_result_row& row) {
    business.add(row.business);
    key.add_text(row.action_key);
    outcome.add_text(row.outcome);
    at.add_int8(ms(row.at));
  });
  into.queue(insert_action_results, {business, key, outcome, at});
}

}  // namespace

std::span<const statement> journal_statements() noexcept { return all_statements; }

int queue_change_sets(pipeline& into, change_sets sets, std::int64_t incarnation) {
  into.queue(fence, {binary_int8(incarnation)});
  int inbound_at = -1;
  if (any(sets, &change_set::inbound)) {
    queue_inbound(into, sets);
    inbound_at = 1;
  }
  queue_quarantined(into, sets);
  queue_finished_inbox(into, sets);
  queue_ids(into, count_tries, sets, &change_set::inbox_tries);
  queue_ids(into, mark_alone, sets, &change_set::inbox_alone);
  queue_parked(into, sets);
  queue_opened(into, sets);
  queue_conversations(into, sets);
  queue_read_marks(into, sets);
  queue_contacts(into, sets);
  queue_messages(into, sets);
  queue_message_changes(into, sets);
  queue_turns(into, sets);
  queue_overtaken(into, sets);  // before the new rows: a farewell is not overtaken
  queue_outbox(into, sets);
  queue_outbox_changes(into, sets);
  queue_finished_outbox(into, sets);
  queue_stock(into, sets);
  queue_new_orders(into, sets);
  queue_changed_orders(into, sets);
  queue_items(into, sets);
  queue_timeline(into, sets);
  queue_payments(into, sets);
  queue_invoices(into, sets);
  queue_action_results(into, sets);
  queue_tasks(into, sets);
  return inbound_at;
}

}  // namespace sellavie::storage
