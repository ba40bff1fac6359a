#include "storage/api/conversations.hpp"

#include <limits>

#include "storage/api/api_work.hpp"

namespace sellavie::storage {
namespace {

// The page before anything of the other tables is looked at: the index gives the rows in order.
#define CONVERSATION_COLUMNS                                                                             \
  "SELECT c.id, c.connection_id, c.contact_id, n.channel, k.name, c.owner, c.epoch, c.handover_reason, " \
  "c.last_customer_at, c.last_message_at, c.read_up_to, c.created_at, left(coalesce(m.body, ''), 160) FROM "
#define CONVERSATION_NEIGHBOURS                                                     \
  " c JOIN contacts k ON k.business_id = c.business_id AND k.id = c.contact_id "    \
  "JOIN connections n ON n.business_id = c.business_id AND n.id = c.connection_id " \
  "LEFT JOIN LATERAL (SELECT body FROM messages WHERE conversation_id = c.id ORDER BY id DESC LIMIT 1) m ON true "

constexpr const char* select_page = CONVERSATION_COLUMNS
    "(SELECT * FROM conversations"
    "  WHERE business_id = $1::uuid AND (last_message_at, id) < ($2::bigint, $3::uuid)"
    "    AND ($4::smallint IS NULL OR owner = $4::smallint)"
    "    AND ($5::text IS NULL OR connection_id IN"
    "         (SELECT id FROM connections WHERE business_id = $1::uuid AND channel = $5::text))"
    "  ORDER BY business_id, last_message_at DESC, id DESC LIMIT $6::integer)" CONVERSATION_NEIGHBOURS
    "ORDER BY c.last_message_at DESC, c.id DESC";

constexpr const char* select_one = CONVERSATION_COLUMNS
    "(SELECT * FROM conversations WHERE business_id = $1::uuid AND id = $2::uuid)" CONVERSATION_NEIGHBOURS;
#undef CONVERSATION_COLUMNS
#undef CONVERSATION_NEIGHBOURS

constexpr const char* select_messages = R"(
SELECT id, direction, origin, state, body, attachments, created_at FROM messages
WHERE conversation_id = $2::uuid AND (business_id = $1::uuid) IS TRUE AND id < $3::uuid
ORDER BY id DESC LIMIT $4::integer)";

constexpr const char* select_chat = R"(
SELECT c.connection_id, k.scoped_id FROM conversations c
JOIN contacts k ON k.business_id = c.business_id AND k.id = c.contact_id
WHERE c.business_id = $1::uuid AND c.id = $2::uuid)";

constexpr const char* highest_id = "ffffffff-ffff-ffff-ffff-ffffffffffff";

listed_conversation conversation_in(const pqxx::row& one) {
  fields row{one};
  return {row.id<conversation_id>(),
          row.id<connection_id>(),
          row.id<contact_id>(),
          row.text(),
          row.text(),
          row.number<chat_owner>(),
          row.integer(),
          row.text(),
          row.at(),
          row.at(),
          row.at(),
          row.at(),
          row.text()};
}

listed_message message_in(const pqxx::row& one) {
  fields row{one};
  return {row.id<message_id>(),
          row.integer() == 1,
          row.number<message_origin>(),
          row.number<send_state>(),
          row.text(),
          row.text(),
          row.at()};
}

}  // namespace

result<std::vector<listed_conversation>> list_conversations(api_session& session, const business_id& business,
                                                            const conversation_filter& filter,
                                                            const std::optional<api::page_position>& after,
                                                            int limit) {
  return for_business(session, business, [&](pqxx::work& work) {
    const std::int64_t key = after ? after->key : std::numeric_limits<std::int64_t>::max();
    const auto owner =
        filter.owner ? std::optional{std::to_string(static_cast<int>(*filter.owner))} : std::nullopt;
    return all_of(
        work.exec_params(select_page, to_string(business), key, after ? to_string(after->id) : highest_id,
                         owner ? owner->c_str() : nullptr, filter.channel ? filter.channel->c_str() : nullptr,
                         limit + 1),
        conversation_in);
  });
}

result<std::optional<listed_conversation>> find_conversation(api_session& session,
                                                             const business_id& business,
                                                             const conversation_id& id) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto rows = work.exec_params(select_one, to_string(business), to_string(id));
    return rows.empty() ? std::optional<listed_conversation>{} : conversation_in(rows[0]);
  });
}

result<std::vector<listed_message>> list_messages(api_session& session, const business_id& business,
                                                  const conversation_id& conversation,
                                                  const std::optional<api::page_position>& after, int limit) {
  return for_business(session, business, [&](pqxx::work& work) {
    return all_of(work.exec_params(select_messages, to_string(business), to_string(conversation),
                                   after ? to_string(after->id) : highest_id, limit + 1),
                  message_in);
  });
}

result<std::optional<chat_address>> find_chat(api_session& session, const business_id& business,
                                              const conversation_id& conversation) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto rows = work.exec_params(select_chat, to_string(business), to_string(conversation));
    if (rows.empty()) return std::optional<chat_address>{};
    const pqxx::row first = rows[0];
    fields row{first};
    return std::optional{chat_address{row.id<connection_id>(), row.text()}};
  });
}

}  // namespace sellavie::storage
