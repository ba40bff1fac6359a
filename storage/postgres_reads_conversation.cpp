// Loads conversations and their messages.

#include <array>
#include <optional>
#include <utility>

#include "storage/postgres_reading.hpp"

// Of contact k and its conversation c.
#define CONVERSATION_COLUMNS                                                                        \
  "c.id, k.id, k.name, k.email, k.scoped_id, k.user_id, k.address_id, c.owner, "                    \
  "c.epoch, c.handover_reason, c.last_customer_at, k.blocked_at > 0, t.turn_id, t.round, t.epoch, " \
  "t.inbox_ids, t.plan, t.started_at, m.origin, m.body"
#define ITS_PLAN_AND_RECENT_MESSAGES                                                               \
  "LEFT JOIN turns t ON t.conversation_id = c.id AND t.state = 0 LEFT JOIN LATERAL ("              \
  "SELECT id, origin, body FROM messages WHERE conversation_id = c.id AND state NOT IN (6, 7, 9) " \
  "ORDER BY id DESC LIMIT $4::integer) m ON true "

namespace sellavie::storage {
namespace {

// --- SQL -----------------------------------------------------------------------------------------

// One row per recent message, newest last. What never reached the customer (6 overtaken, 7 dead) or
// was taken back (9) is no history.
// "IS TRUE" makes a condition a mere check: plans are made while tables are empty and every index
// looks alike, so the statement leaves the planner one choice.
constexpr statement find_conversation{
    "find_conversation",
    "SELECT 0::smallint, " CONVERSATION_COLUMNS
    " FROM contacts k "
    "JOIN conversations c ON c.connection_id = k.connection_id AND c.contact_id = k.id " ITS_PLAN_AND_RECENT_MESSAGES
    "WHERE k.connection_id = $2::uuid AND k.scoped_id = $3 "
    "AND (k.business_id = $1::uuid) IS TRUE ORDER BY m.id"};

// By the user id $5 before the phone number $3 (protocol/channel/customer_ids, R1). `led`: 1 by the user id, 2 by
// the number.
constexpr statement find_by_identity{"find_by_identity", "SELECT w.led, " CONVERSATION_COLUMNS R"( FROM (
  SELECT contact_id, bit_or(led)::smallint AS led FROM (
    SELECT id AS contact_id, 1 AS led FROM contacts WHERE connection_id = $2::uuid AND scoped_id = $5
    UNION ALL SELECT contact_id, 1 FROM contact_aliases WHERE connection_id = $2::uuid AND external_id = $5
    UNION ALL SELECT id, 2 FROM contacts WHERE connection_id = $2::uuid AND scoped_id = $3
    UNION ALL SELECT contact_id, 2 FROM contact_aliases WHERE connection_id = $2::uuid AND external_id = $3
  ) named GROUP BY contact_id ORDER BY bit_or(led) & 1 DESC LIMIT 1
) w
JOIN contacts k ON k.id = w.contact_id AND (k.business_id = $1::uuid) IS TRUE
JOIN conversations c ON c.connection_id = k.connection_id AND c.contact_id = k.id )" ITS_PLAN_AND_RECENT_MESSAGES
                                                         "ORDER BY m.id"};

// A transaction of one statement: fenced, then what is missing. Another one that makes the contact
// at the same time leaves nothing to do here; the caller looks again.
constexpr statement make_conversation{"make_conversation", R"(
WITH fenced AS MATERIALIZED (
  SELECT fence($1::bigint)
), known AS (
  SELECT k.id FROM contacts k, fenced
  WHERE k.connection_id = $3::uuid AND k.scoped_id = $4 AND (k.business_id = $2::uuid) IS TRUE
), made AS (
  INSERT INTO contacts (id, business_id, connection_id, scoped_id, user_id, name, created_at)
  SELECT $5::uuid, $2::uuid, $3::uuid, $4, $6, $7, $9::bigint FROM fenced WHERE NOT EXISTS (SELECT FROM known)
  ON CONFLICT (connection_id, scoped_id) DO NOTHING RETURNING id
), named AS (
  INSERT INTO contact_aliases (business_id, connection_id, external_id, contact_id, learned_at)
  SELECT $2::uuid, $3::uuid, $6, id, $9::bigint FROM made WHERE $6 NOT IN ('', $4)
    AND NOT EXISTS (SELECT FROM contacts WHERE connection_id = $3::uuid AND scoped_id = $6)
  ON CONFLICT DO NOTHING
)
INSERT INTO conversations (id, business_id, connection_id, contact_id, created_at)
SELECT $8::uuid, $2::uuid, $3::uuid, c.id, $9::bigint FROM (SELECT id FROM known UNION ALL SELECT id FROM made) c
ON CONFLICT (connection_id, contact_id) DO NOTHING)"};

// The contacts to which the ids $2 and $3 lead. No id is '': no contact has one like that.
#define NAMED_CONTACTS                                                                                 \
  "(SELECT id FROM contacts WHERE connection_id = $1::uuid AND scoped_id = ANY (ARRAY[$2, $3]) UNION " \
  "SELECT contact_id FROM contact_aliases WHERE connection_id = $1::uuid AND external_id = ANY (ARRAY[$2, $3])) k "

// 1 out; $5 is the least direction that counts.
constexpr statement select_sent{"sent_message", R"(
SELECT m.conversation_id, m.id, m.origin, m.state, m.external_id
FROM )" NAMED_CONTACTS R"(
JOIN conversations c ON c.connection_id = $1::uuid AND c.contact_id = k.id
JOIN messages m ON m.conversation_id = c.id AND m.id = $4::uuid
WHERE m.direction >= $5::smallint LIMIT 1)"};

// Echoes and statuses are about recent messages; an index on the platform's id would be paid by every
// message (docs/adr/0016).
constexpr statement select_sent_by_external_id{"sent_message_by_external_id", R"(
SELECT conversation_id, id, origin, state, external_id FROM (
  SELECT m.* FROM )" NAMED_CONTACTS R"(
  JOIN conversations c ON c.connection_id = $1::uuid AND c.contact_id = k.id
  JOIN LATERAL (SELECT conversation_id, id, direction, origin, state, external_id FROM messages
                WHERE conversation_id = c.id ORDER BY id DESC LIMIT 500) m ON true
) recent WHERE external_id = $4 AND direction >= $5::smallint LIMIT 1)"};

constexpr statement select_composed{"composed", R"(
SELECT conversation_id, message_id, part, fingerprint FROM composed_messages
WHERE business_id = $1::uuid AND account_id = $2::uuid AND idempotency_key = $3 ORDER BY part)"};

constexpr std::array statements_of_conversation{find_conversation,          find_by_identity,
                                                make_conversation,          select_sent,
                                                select_sent_by_external_id, select_composed};

// --- rows ----------------------------------------------------------------------------------------

live_plan plan_of(fields& from) {
  live_plan plan;
  plan.turn = from.id<turn_id>();
  plan.round = from.small();
  plan.epoch = from.integer();
  plan.inbox_ids = from.inbox_ids();
  plan.plan = from.text();
  plan.started_at = from.at();
  return plan;
}

constexpr int plan_columns = 6;

std::optional<recent_message> message_of(fields from) {
  if (from.is_null()) return std::nullopt;
  recent_message message;
  message.origin = from.number<message_origin>();
  message.body = from.text();
  return message;
}

conversation_record conversation_of(const pqxx::result& rows) {
  const auto first = rows.front();
  fields from{first};
  conversation_record record;
  const auto led = from.integer();
  record.customer.by_user = (led & 1) != 0;
  record.customer.by_phone = (led & 2) != 0;
  record.id = from.id<conversation_id>();
  record.contact = from.id<contact_id>();
  record.contact_name = from.text();
  record.contact_email = from.text();
  record.customer.scoped_id = from.text();
  record.customer.user_id = from.text();
  record.address_id = from.text();
  record.owner = from.number<chat_owner>();
  record.epoch = from.integer();
  record.handover_reason = from.text();
  record.last_customer_at = from.at();
  record.is_blocked = from.flag();
  constexpr int head_columns = 13;
  if (!from.is_null()) record.plan = plan_of(from);
  for (const auto& row : rows) {
    fields tail{row};
    tail.skip(head_columns + plan_columns);
    if (auto message = message_of(tail)) record.recent.push_back(std::move(*message));
  }
  return record;
}

std::optional<conversation_record> find(pqxx::nontransaction& session, const new_conversation& wanted) {
  const auto rows =
      wanted.who ? session.exec_prepared(find_by_identity.name, to_string(wanted.business),
                                         to_string(wanted.connection), wanted.who->phone, wanted.history,
                                         wanted.who->user)
                 : session.exec_prepared(find_conversation.name, to_string(wanted.business),
                                         to_string(wanted.connection), wanted.scoped_id, wanted.history);
  if (rows.empty()) return std::nullopt;
  return conversation_of(rows);
}

void make(pqxx::nontransaction& session, const new_conversation& wanted, std::int64_t incarnation) {
  session.exec_prepared(make_conversation.name, incarnation, to_string(wanted.business),
                        to_string(wanted.connection), wanted.scoped_id, to_string(wanted.contact),
                        wanted.user_id, wanted.name, to_string(wanted.conversation), to_unix_ms(wanted.at));
}

constexpr int make_attempts = 3;

}  // namespace

// --- postgres_reads ------------------------------------------------------------------------------

std::span<const statement> conversation_reads() noexcept { return statements_of_conversation; }

result<conversation_record> postgres_reads::open_conversation(const new_conversation& wanted) {
  auto opened = read([&](pqxx::nontransaction& session) {
    auto found = find(session, wanted);
    if (!found && wanted.missing == missing_conversation::leave) found.emplace();
    for (int attempt = 0; !found && attempt < make_attempts; ++attempt) {
      make(session, wanted, incarnation_);
      found = find(session, wanted);
    }
    return found;
  });
  if (!opened) return opened.error();
  if (!*opened) return make_failure(errc::unavailable, "the conversation could not be made");
  return std::move(**opened);
}

result<std::optional<sent_record>> postgres_reads::find_sent(const sent_question& asked) {
  return read([&](pqxx::nontransaction& session) -> std::optional<sent_record> {
    if (!asked.id && asked.external_id.empty()) return std::nullopt;
    const auto& by = asked.id ? select_sent : select_sent_by_external_id;
    const auto rows = session.exec_prepared(by.name, to_string(asked.connection), asked.scoped_id,
                                            asked.alias, asked.id ? to_string(*asked.id) : asked.external_id,
                                            asked.side == message_side::business ? 1 : 0);
    if (rows.empty()) return std::nullopt;
    const auto first = rows.front();
    fields from{first};
    sent_record found;
    found.conversation = from.id<conversation_id>();
    found.id = from.id<message_id>();
    found.origin = static_cast<message_origin>(from.integer());
    found.state = static_cast<send_state>(from.integer());
    found.external_id = from.text();
    return found;
  });
}

result<std::vector<composed_row>> postgres_reads::find_composed(const composed_question& asked) {
  return read([&](pqxx::nontransaction& session) {
    const auto rows = session.exec_prepared(select_composed.name, to_string(asked.business),
                                            to_string(asked.account), asked.key);
    return all_of(rows, [&](const pqxx::row& row) {
      fields from{row};
      return composed_row{.conversation = from.id<conversation_id>(),
                          .message = from.id<message_id>(),
                          .business = asked.business,
                          .account = asked.account,
                          .key = asked.key,
                          .part = from.small(),
                          .fingerprint = from.text()};
    });
  });
}

}  // namespace sellavie::storage
