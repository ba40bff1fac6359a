#include "storage/api/message_search.hpp"

#include "storage/api/activity_work.hpp"
#include "storage/api/api_work.hpp"
#include "storage/api/list_wish.hpp"

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------
// As the engine, because an index on words is not used under row-level security: every look names the
// business in $1.

// One searcher of a business at a time reads on.
constexpr const char* lock_progress = R"(
INSERT INTO search_progress AS p (business_id) VALUES ($1::uuid)
ON CONFLICT (business_id) DO UPDATE SET last_message_at = p.last_message_at
RETURNING last_message_at, conversation_id)";

// $4 conversations, $5 messages. A conversation that is read already costs one look. 9: taken back.
constexpr const char* read_on = R"(
WITH unread AS MATERIALIZED (
  SELECT id, last_message_at FROM conversations
  WHERE business_id = $1::uuid AND (last_message_at, id) > ($2::bigint, $3::uuid)
  ORDER BY business_id DESC, last_message_at, id LIMIT $4::integer
), read AS MATERIALIZED (
  SELECT u.id AS conversation_id, m.id, m.body, m.state
  FROM unread u LEFT JOIN search_marks s ON s.conversation_id = u.id
  CROSS JOIN LATERAL (
    SELECT id, body, state FROM messages
    WHERE conversation_id = u.id AND id > coalesce(s.read_up_to, '00000000-0000-0000-0000-000000000000')
    ORDER BY id LIMIT $5::integer) m
  LIMIT $5::integer
), kept AS (
  INSERT INTO message_words (message_id, business_id, conversation_id, words)
  SELECT id, $1::uuid, conversation_id, array_to_tsvector(words_of($1::uuid, body)) FROM read WHERE body <> '' AND state <> 9
  ON CONFLICT DO NOTHING
), marked AS (
  INSERT INTO search_marks (conversation_id, business_id, read_up_to)
  SELECT DISTINCT ON (conversation_id) conversation_id, $1::uuid, id FROM read ORDER BY conversation_id, id DESC
  ON CONFLICT (conversation_id) DO UPDATE SET read_up_to = excluded.read_up_to
)
SELECT (SELECT count(*) FROM unread), (SELECT count(*) FROM read), l.last_message_at, l.id
FROM (SELECT 1) AS one LEFT JOIN (SELECT last_message_at, id FROM unread ORDER BY last_message_at DESC, id DESC LIMIT 1) l ON true)";

constexpr const char* move_progress =
    "UPDATE search_progress SET last_message_at = $2::bigint, conversation_id = $3::uuid WHERE business_id = $1::uuid";

// The words first, whatever the planner thinks of walking all messages by time.
constexpr const char* select_hits = R"(
WITH hits AS MATERIALIZED (
  SELECT message_id, conversation_id FROM message_words
  WHERE business_id = $1::uuid AND words @@ (
    SELECT string_agg(quote_literal(word) || ':*', ' & ')::tsquery FROM unnest(words_of($1::uuid, $2)) word)
)
SELECT m.conversation_id, m.id, m.direction, m.origin, m.state, m.body, m.attachments, m.created_at, a.account_id
FROM (SELECT * FROM hits WHERE message_id < $3::uuid ORDER BY message_id DESC LIMIT $4::integer) h
JOIN messages m ON m.conversation_id = h.conversation_id AND m.id = h.message_id
LEFT JOIN composed_messages a ON a.conversation_id = m.conversation_id AND a.message_id = m.id
ORDER BY m.id DESC)";

constexpr int conversations_at_once = 500;
/// A commit may show its conversation so much later than the time that it carries.
constexpr std::chrono::seconds commit_lag{30};

// --- reading on ----------------------------------------------------------------------------------

/// Whether everything is read.
bool read_what_is_new(pqxx::work& work, const std::string& business, instant now) {
  const auto from = work.exec_params(lock_progress, business);
  const auto read = work.exec_params(read_on, business, from[0][0].c_str(), from[0][1].c_str(),
                                     conversations_at_once, most_read_at_once);
  const bool read_to_the_end = read[0][1].as<int>() < most_read_at_once;
  if (read_to_the_end && !read[0][2].is_null()) {
    const std::int64_t settled = to_unix_ms(now - commit_lag);
    const bool is_settled = read[0][2].as<std::int64_t>() < settled;
    work.exec_params(move_progress, business, is_settled ? read[0][2].as<std::int64_t>() : settled,
                     is_settled ? read[0][3].c_str() : to_string(uuid{}).c_str());
  }
  return read_to_the_end && read[0][0].as<int>() < conversations_at_once;
}

found_message hit_in(const pqxx::row& one) {
  fields row{one};
  found_message hit;
  hit.conversation = row.id<conversation_id>();
  hit.message.id = row.id<message_id>();
  hit.message.outgoing = row.integer() == 1;
  hit.message.origin = row.number<message_origin>();
  hit.message.state = row.number<send_state>();
  hit.message.text = row.text();
  hit.message.attachments = row.text();
  hit.message.sent_at = row.at();
  if (!row.is_null()) hit.message.author = row.id<api::account_id>();
  return hit;
}

}  // namespace

result<message_hits> search_messages(api_session& session, const business_id& business,
                                     const std::string& words, const std::optional<api::page_position>& after,
                                     int limit, const change_origin& by) {
  return for_accounts(session, [&](pqxx::work& work) {
    const std::string whose = to_string(business);
    message_hits hits;
    hits.is_complete = read_what_is_new(work, whose, by.at);
    hits.rows = all_of(
        work.exec_params(select_hits, whose, words, to_string(after.value_or(list_edge(true)).id), limit + 1),
        hit_in);
    // Each page: a cursor is whatever a client sends.
    record_activity(work, &business, by,
                    {.action = "message.searched", .subject_kind = "business", .subject = business.value});
    return hits;
  });
}

}  // namespace sellavie::storage
