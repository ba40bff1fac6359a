#include "storage/journal_people.hpp"

#include <array>

#include "storage/journal_rows.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

// A key that is known already refuses the whole send.
constexpr statement insert_composed{"insert_composed", R"(
INSERT INTO composed_messages (conversation_id, message_id, business_id, account_id, idempotency_key, part, fingerprint)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::smallint[], $7::text[]))"};

constexpr statement block_contacts{"block_contacts", R"(
WITH changed AS (
  UPDATE contacts c SET blocked_at = u.blocked_at, version = c.version + 1
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS u (id, business_id, blocked_at)
  WHERE c.id = u.id AND c.business_id = u.business_id RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM changed), $4::bigint, 'contacts to block'))"};

constexpr statement touch_conversations{"touch_conversations", R"(
UPDATE conversations c SET last_message_at = greatest(c.last_message_at, u.at)
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS u (id, business_id, at)
WHERE c.id = u.id AND c.business_id = u.business_id)"};

// What is searched follows the message; of one that was taken back nothing stays (storage/api/message_search).
constexpr statement correct_words{"correct_words", R"(
UPDATE message_words w SET words = array_to_tsvector(words_of(w.business_id, c.body))
FROM unnest($1::uuid[], $2::text[]) AS c (id, body) WHERE w.message_id = c.id)"};

// The first fault stays; one of a token that has been replaced since says nothing.
constexpr statement note_faults{"note_faults", R"(
UPDATE connections c SET broken_at = u.at, last_error = u.reason, last_error_at = u.at
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[]) AS u (id, business_id, reason, at)
WHERE c.id = u.id AND c.business_id = u.business_id AND c.broken_at IS NULL AND c.disconnected_at IS NULL
  AND coalesce(c.connected_at, 0) <= u.at)"};

constexpr statement use_attachments{"use_attachments", R"(
WITH used AS (
  UPDATE attachments a SET used_at = CASE WHEN a.used_at = 0 THEN u.at ELSE a.used_at END
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS u (business_id, id, at)
  WHERE a.id = u.id AND (a.business_id = u.business_id) IS TRUE RETURNING 1
)
SELECT require_rows((SELECT count(*) FROM used), $4::bigint, 'attachments to use'))"};

constexpr std::array people_writes{insert_composed, block_contacts, touch_conversations,
                                   correct_words,   note_faults,    use_attachments};

}  // namespace

std::span<const statement> people_statements() noexcept { return people_writes; }

void queue_people(pipeline& into, change_sets sets) {
  using row = composed_row;
  queue_rows(into, insert_composed, sets, &change_set::composed, &row::conversation, &row::message,
             &row::business, &row::account, &row::key, &row::part, &row::fingerprint);
  queue_counted_rows(into, block_contacts, sets, &change_set::blocks, &contact_block::contact,
                     &contact_block::business, &contact_block::blocked_at);
  using touch = conversation_touch;
  queue_rows(into, touch_conversations, sets, &change_set::touched, &touch::conversation, &touch::business,
             &touch::last_message_at);
  queue_counted_rows(into, use_attachments, sets, &change_set::attachments_used, &attachment_use::business,
                     &attachment_use::attachment, &attachment_use::at);
  queue_rows(into, correct_words, sets, &change_set::corrections, &message_correction::id,
             &message_correction::body);
  queue_rows(into, note_faults, sets, &change_set::connection_faults, &connection_fault::connection,
             &connection_fault::business, &connection_fault::reason, &connection_fault::at);
}

}  // namespace sellavie::storage
