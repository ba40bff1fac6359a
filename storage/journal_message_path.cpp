#include "storage/journal_message_path.hpp"

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "storage/journal_rows.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

// A known key inserts nothing; the event row follows only its own fresh key. Keys in one order: two writers
// with the same ones must not wait for each other.
constexpr statement append_inbound{"append_inbound", R"(
WITH incoming AS (
  SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::text[], $5::integer[], $6::bigint[], $7::bytea[], $8::bigint[])
    AS t (id, business_id, connection_id, dedupe_key, day, accepted_at, payload, lane)
), fresh AS (
  INSERT INTO inbound_keys (business_id, connection_id, dedupe_key, day, inbox_id)
  SELECT business_id, connection_id, dedupe_key, day, id FROM incoming ORDER BY connection_id, dedupe_key, day, id
  ON CONFLICT DO NOTHING RETURNING inbox_id
)
INSERT INTO inbound_events (id, business_id, connection_id, accepted_at, lane, payload)
SELECT i.id, i.business_id, i.connection_id, i.accepted_at, i.lane, i.payload
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

// From now on beside others.
constexpr statement mark_begun{"mark_begun", R"(
UPDATE inbound_events SET deaths = least(deaths + 1, 32767), alone = false WHERE id = ANY ($1::bigint[]))"};

constexpr statement mark_alone{"mark_alone", R"(
UPDATE inbound_events SET alone = true WHERE id = ANY ($1::bigint[]))"};

// Found by their ids: a join with the list may read the whole index, the entries of dead rows too.
constexpr statement park_deliveries{"park_deliveries", R"(
WITH wanted AS (
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS t (id, reason, at)
), gone AS (
  DELETE FROM inbound_events WHERE id = ANY ($1::bigint[])
  RETURNING id, business_id, connection_id, accepted_at, payload
), kept AS (
  INSERT INTO parked_events (id, business_id, connection_id, reason, accepted_at, parked_at, payload)
  SELECT g.id, g.business_id, g.connection_id, w.reason, g.accepted_at, w.at, g.payload
  FROM gone g JOIN wanted w ON w.id = g.id RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM kept), (SELECT count(*) FROM wanted), 'deliveries to park'))"};

// The key is the inbox id: recorded once.
constexpr statement record_events{"record_events", R"(
WITH wanted AS (
  SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS t (id, kind, at)
), gone AS (
  DELETE FROM inbound_events WHERE id = ANY ($1::bigint[]) RETURNING id, business_id, connection_id, payload
), kept AS (
  INSERT INTO recorded_events (id, business_id, connection_id, kind, recorded_at, payload)
  SELECT g.id, g.business_id, g.connection_id, w.kind, w.at, g.payload
  FROM gone g JOIN wanted w ON w.id = g.id RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM kept), (SELECT count(*) FROM wanted), 'deliveries to record'))"};

constexpr statement open_conversations{"open_conversations", R"(
WITH incoming AS (
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[])
    AS t (business_id, connection_id, contact_id, conversation_id, scoped_id, user_id, name, at)
), met AS (
  INSERT INTO contacts (id, business_id, connection_id, scoped_id, user_id, name, created_at)
  SELECT contact_id, business_id, connection_id, scoped_id, user_id, name, at FROM incoming
), named AS (
  INSERT INTO contact_aliases (business_id, connection_id, external_id, contact_id, learned_at)
  SELECT business_id, connection_id, user_id, contact_id, at FROM incoming i
  WHERE user_id NOT IN ('', scoped_id)
    AND NOT EXISTS (SELECT FROM contacts k WHERE k.connection_id = i.connection_id AND k.scoped_id = i.user_id)
  ON CONFLICT DO NOTHING
)
INSERT INTO conversations (id, business_id, connection_id, contact_id, created_at)
SELECT conversation_id, business_id, connection_id, contact_id, at FROM incoming)"};

constexpr statement insert_messages{"insert_messages", R"(
INSERT INTO messages (conversation_id, id, business_id, turn_id, direction, origin, state, external_id, body,
                      attachments, provider_time, created_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::smallint[], $6::smallint[], $7::smallint[],
                     $8::text[], $9::text[], $10::text[], $11::bigint[], $12::bigint[]))"};

// A later fact never overwrites a longer external id with an empty one. 9 unsent.
constexpr statement change_messages{"change_messages", R"(
UPDATE messages m SET state = c.state, external_id = CASE WHEN c.external_id = '' THEN m.external_id ELSE c.external_id END
FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::text[]) AS c (conversation_id, id, state, external_id)
WHERE m.conversation_id = c.conversation_id AND m.id = c.id AND m.state <> 9)"};

constexpr statement correct_messages{"correct_messages", R"(
UPDATE messages m
SET body = c.body, attachments = CASE WHEN c.unsent = 1 THEN '' ELSE m.attachments END,
    state = CASE WHEN c.unsent = 1 THEN 9 ELSE m.state END
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[]) AS c (conversation_id, id, body, unsent)
WHERE m.conversation_id = c.conversation_id AND m.id = c.id AND m.state <> 9)"};

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
                       $8::bigint[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::integer[])
    AS t (conversation_id, turn_id, business_id, state, outcome, round, deliveries, epoch, inbox_ids, plan, started_at,
          ended_at, training_version)
), written AS (
  INSERT INTO turns (conversation_id, turn_id, business_id, state, outcome, round, deliveries, epoch, inbox_ids, plan,
                     started_at, ended_at, training_version)
  SELECT conversation_id, turn_id, business_id, state, outcome, round, deliveries, epoch, inbox_ids::bigint[], plan,
         started_at, ended_at, training_version FROM incoming
  ON CONFLICT (conversation_id, turn_id) DO UPDATE
    SET state = excluded.state, outcome = excluded.outcome, round = excluded.round, epoch = excluded.epoch,
        plan = excluded.plan, inbox_ids = excluded.inbox_ids, ended_at = excluded.ended_at
    WHERE turns.state = 0
  RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM written), $14::bigint, 'turns to write'))"};

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
JOIN LATERAL (
  SELECT id FROM contacts k WHERE k.connection_id = u.connection_id AND k.scoped_id = u.scoped_id
  UNION ALL SELECT contact_id FROM contact_aliases WHERE connection_id = u.connection_id AND external_id = u.scoped_id
  LIMIT 1
) k ON true
WHERE c.connection_id = u.connection_id AND c.contact_id = k.id)"};

// A merged contact's profile is that of the one it was merged into.
constexpr statement change_contacts{"change_contacts", R"(
UPDATE contacts c
SET version = c.version + 1, name = CASE WHEN u.name = '' THEN c.name ELSE u.name END, email = CASE WHEN u.email = '' THEN c.email ELSE u.email END,
    phone = CASE WHEN u.phone = '' THEN c.phone ELSE u.phone END,
    address = CASE WHEN u.address = '' THEN c.address ELSE u.address END
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
  AS u (id, business_id, name, email, phone, address)
JOIN contacts k ON k.id = u.id AND (k.business_id = u.business_id) IS TRUE
WHERE c.id = coalesce(k.merged_into, k.id) AND (c.business_id = u.business_id) IS TRUE)"};

// The same money is looked at as often as a customer asks, the same key is refused to every call: one open task says so.
constexpr statement insert_tasks{"insert_tasks", R"(
INSERT INTO person_tasks (id, business_id, conversation_id, kind, reason, created_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bigint[])
  AS t (id, business_id, conversation_id, kind, reason, created_at)
WHERE t.kind NOT IN ('payment_review', 'payment_connection')
   OR NOT EXISTS (SELECT FROM person_tasks o WHERE o.business_id = t.business_id AND o.kind = t.kind
                  AND o.done_at IS NULL AND o.reason = t.reason))"};

constexpr std::array message_path_writes{
    append_inbound,  insert_quarantined, finish_inbox,         count_tries,        mark_begun,
    mark_alone,      park_deliveries,    record_events,        open_conversations, insert_messages,
    change_messages, correct_messages,   insert_outbox,        change_outbox,      finish_outbox,
    overtake_outbox, write_turns,        change_conversations, move_read_marks,    change_contacts,
    insert_tasks};

// --- columns -------------------------------------------------------------------------------------

std::string id_list(const std::vector<inbox_id>& ids) {
  std::string text{"{"};
  for (const inbox_id id : ids) {
    if (text.size() > 1) text += ',';
    text += std::to_string(id);
  }
  return text += '}';
}

void queue_inbound(pipeline& into, change_sets sets) {
  queue_rows(
      into, append_inbound, sets, &change_set::inbound, &inbound_row::id, &inbound_row::business,
      &inbound_row::connection, &inbound_row::dedupe_key, &inbound_row::day, &inbound_row::accepted_at,
      [](const inbound_row& row) { return sealed_bytes{row.payload}; }, &inbound_row::lane);
}

void queue_inbox(pipeline& into, change_sets sets) {
  queue_rows(into, insert_quarantined, sets, &change_set::quarantined, &quarantined_row::id,
             &quarantined_row::reason, &quarantined_row::channel, &quarantined_row::received_at,
             [](const quarantined_row& row) { return sealed_bytes{row.payload}; });
  queue_counted_rows(into, finish_inbox, sets, &change_set::inbox_done, std::identity{});
  queue_rows(into, count_tries, sets, &change_set::inbox_tries, std::identity{});
  // In this order: a mark and what takes it back may be of one batch.
  queue_rows(into, mark_alone, sets, &change_set::inbox_alone, std::identity{});
  queue_rows(into, mark_begun, sets, &change_set::inbox_begun, std::identity{});
  queue_rows(into, park_deliveries, sets, &change_set::parked, &parked_delivery::id, &parked_delivery::reason,
             &parked_delivery::at);
  queue_rows(into, record_events, sets, &change_set::recorded, &recorded_event::id, &recorded_event::kind,
             &recorded_event::at);
}

void queue_conversations(pipeline& into, change_sets sets) {
  queue_rows(into, open_conversations, sets, &change_set::opened, &opened_conversation::business,
             &opened_conversation::connection, &opened_conversation::contact,
             &opened_conversation::conversation, &opened_conversation::scoped_id,
             &opened_conversation::user_id, &opened_conversation::name, &opened_conversation::at);
  using change = conversation_change;
  queue_counted_rows(into, change_conversations, sets, &change_set::conversations, &change::conversation,
                     &change::business, &change::expected_epoch, &change::epoch, &change::owner,
                     &change::handover_reason, &change::last_customer_at, &change::last_message_at);
  queue_rows(into, move_read_marks, sets, &change_set::read_marks, &read_mark::connection,
             &read_mark::scoped_id, &read_mark::read_up_to);
  queue_rows(into, change_contacts, sets, &change_set::contacts, &contact_change::contact,
             &contact_change::business, &contact_change::name, &contact_change::email, &contact_change::phone,
             &contact_change::address);
}

void queue_messages(pipeline& into, change_sets sets) {
  using row = message_row;
  queue_rows(into, insert_messages, sets, &change_set::messages, &row::conversation, &row::id, &row::business,
             &row::turn, &row::outgoing, &row::origin, &row::state, &row::external_id, &row::body,
             &row::attachments, &row::provider_time, &row::created_at);
  queue_rows(into, change_messages, sets, &change_set::message_changes, &message_change::conversation,
             &message_change::id, &message_change::state, &message_change::external_id);
  queue_rows(into, correct_messages, sets, &change_set::corrections, &message_correction::conversation,
             &message_correction::id, &message_correction::body, &message_correction::unsent);
}

void queue_turns(pipeline& into, change_sets sets) {
  using row = turn_row;
  using number = std::optional<std::int64_t>;
  using text = std::optional<std::string>;
  using view = std::optional<std::string_view>;
  queue_counted_rows(
      into, write_turns, sets, &change_set::turns, &row::conversation, &row::id, &row::business,
      &row::completed, &row::outcome, &row::round,
      [](const row& one) { return static_cast<std::int16_t>(one.inbox_ids.size()); },
      [](const row& one) { return one.completed ? number{} : number{one.epoch}; },
      [](const row& one) { return one.completed ? text{} : text{id_list(one.inbox_ids)}; },
      [](const row& one) { return one.completed ? view{} : view{one.plan}; }, &row::started_at,
      &row::ended_at, &row::training_version);
}

void queue_outbox(pipeline& into, change_sets sets) {
  using row = outbox_row;
  // Before the new rows: a farewell is not overtaken.
  queue_rows(into, overtake_outbox, sets, &change_set::outbox_overtaken, std::identity{});
  queue_rows(into, insert_outbox, sets, &change_set::outbox, &row::id, &row::business, &row::connection,
             &row::conversation, &row::recipient, &row::origin, &row::epoch, &row::state, &row::due_at,
             &row::created_at, &row::body);
  using change = outbox_change;
  queue_counted_rows(into, change_outbox, sets, &change_set::outbox_changes, &change::id, &change::from,
                     &change::to, &change::attempts, &change::resent, &change::due_at);
  queue_counted_rows(into, finish_outbox, sets, &change_set::outbox_done, std::identity{});
}

}  // namespace

std::span<const statement> message_path_statements() noexcept { return message_path_writes; }

bool queue_message_path(pipeline& into, change_sets sets) {
  const bool has_inbound = any(sets, &change_set::inbound);
  queue_inbound(into, sets);
  queue_inbox(into, sets);
  queue_conversations(into, sets);
  queue_messages(into, sets);
  queue_turns(into, sets);
  queue_outbox(into, sets);
  return has_inbound;
}

void queue_tasks(pipeline& into, change_sets sets) {
  queue_rows(into, insert_tasks, sets, &change_set::tasks, &person_task::id, &person_task::business,
             &person_task::conversation, &person_task::kind, &person_task::reason, &person_task::created_at);
}

}  // namespace sellavie::storage
