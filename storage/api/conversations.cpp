#include "storage/api/conversations.hpp"

#include "storage/api/api_work.hpp"

namespace sellavie::storage {
namespace {

#define MESSAGE_COLUMNS \
  "m.id, m.direction, m.origin, m.state, m.body, m.attachments, m.created_at, a.account_id "
#define WITH_AUTHOR \
  "LEFT JOIN composed_messages a ON a.conversation_id = m.conversation_id AND a.message_id = m.id "

constexpr const char* select_messages =
    "SELECT " MESSAGE_COLUMNS
    "FROM (SELECT * FROM messages WHERE conversation_id = $2::uuid AND (business_id = $1::uuid) IS TRUE AND id < $3::uuid"
    "      ORDER BY id DESC LIMIT $4::integer) m " WITH_AUTHOR "ORDER BY m.id DESC";

constexpr const char* select_these =
    "SELECT " MESSAGE_COLUMNS "FROM messages m " WITH_AUTHOR
    "WHERE m.conversation_id = $2::uuid AND (m.business_id = $1::uuid) IS TRUE AND m.id = ANY ($3::uuid[]) ORDER BY m.id";
#undef MESSAGE_COLUMNS
#undef WITH_AUTHOR

constexpr const char* select_chat = R"(
SELECT c.connection_id, k.scoped_id, a.channel FROM conversations c
JOIN contacts k ON k.business_id = c.business_id AND k.id = c.contact_id
JOIN connections a ON a.business_id = c.business_id AND a.id = c.connection_id
WHERE c.business_id = $1::uuid AND c.id = $2::uuid)";

constexpr const char* highest_id = "ffffffff-ffff-ffff-ffff-ffffffffffff";

listed_message message_in(const pqxx::row& one) {
  fields row{one};
  listed_message message{row.id<message_id>(),
                         row.integer() == 1,
                         row.number<message_origin>(),
                         row.number<send_state>(),
                         row.text(),
                         row.text(),
                         row.at(),
                         std::nullopt};
  if (!row.is_null()) message.author = row.id<api::account_id>();
  return message;
}

}  // namespace

result<std::vector<listed_message>> list_messages(api_session& session, const business_id& business,
                                                  const conversation_id& conversation,
                                                  const std::optional<api::page_position>& after, int limit) {
  return for_business(session, business, [&](pqxx::work& work) {
    return all_of(work.exec_params(select_messages, to_string(business), to_string(conversation),
                                   after ? to_string(after->id) : highest_id, limit + 1),
                  message_in);
  });
}

result<std::vector<listed_message>> find_messages(api_session& session, const business_id& business,
                                                  const conversation_id& conversation,
                                                  std::span<const message_id> ids) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto list = array_text(ids, [](const message_id& id) { return to_string(id); });
    return all_of(work.exec_params(select_these, to_string(business), to_string(conversation), list),
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
    const auto connection = row.id<connection_id>();
    auto customer = row.text();
    return std::optional{chat_address{connection, std::move(customer),
                                      parse_channel(row.text()).value_or(channel_kind::messenger)}};
  });
}

}  // namespace sellavie::storage
