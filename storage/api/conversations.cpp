#include "storage/api/conversations.hpp"

#include "storage/api/api_work.hpp"
#include "storage/api/list_work.hpp"
#include "storage/api/walked_page.hpp"

namespace sellavie::storage {
namespace {

#define MESSAGE_COLUMNS \
  "m.id, m.direction, m.origin, m.state, m.body, m.attachments, m.created_at, a.account_id "
#define WITH_AUTHOR \
  "LEFT JOIN composed_messages a ON a.conversation_id = m.conversation_id AND a.message_id = m.id "

// A page looks at $6 messages and no more, whatever it filters. $1 business, $2 conversation, $3 where it begins, $4 rows,
// $5 direction: 0 in, 1 out, -1 both.
const two_ends select_messages{
    "WITH looked AS MATERIALIZED (SELECT * FROM messages WHERE conversation_id = $2::uuid "
    "AND (business_id = $1::uuid) IS TRUE AND id {<} $3::uuid ORDER BY id{desc} LIMIT $6::integer), "
    "page AS (SELECT * FROM looked WHERE $5::integer IN (-1, direction) ORDER BY id{desc} LIMIT $4::integer), "
    "edge AS (SELECT id FROM looked ORDER BY id{desc} OFFSET $6::integer - 1 LIMIT 1) "
    "SELECT CASE WHEN e.id IS NOT NULL THEN 0 END, e.id, " MESSAGE_COLUMNS
    "FROM (SELECT 1) AS one LEFT JOIN edge e ON true LEFT JOIN (page m " WITH_AUTHOR
    ") ON true ORDER BY m.id{desc}"};

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

constexpr int longest_look = 1000;

listed_message message_in(fields& row) {
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

std::vector<std::string> message_statements() {
  return {select_messages.newest_first, select_messages.oldest_first};
}

result<listed_page<listed_message>> list_messages(api_session& session, const business_id& business,
                                                  const conversation_id& conversation,
                                                  std::optional<bool> outgoing, const list_wish& wish) {
  return for_business(session, business, [&](pqxx::work& work) {
    const int direction = outgoing ? static_cast<int>(*outgoing) : -1;
    // What nothing is left out of needs no longer look than the page is.
    const int looks = outgoing ? longest_look : wish.limit + 1;
    return walked_page<listed_message>(
        work.exec_params(select_messages.of(wish), to_string(business), to_string(conversation),
                         first_id(wish), wish.limit + 1, direction, looks),
        wish.limit, message_in, [](const listed_message& last) {
          return api::page_position{0, last.id.value};
        });
  });
}

result<std::vector<listed_message>> find_messages(api_session& session, const business_id& business,
                                                  const conversation_id& conversation,
                                                  std::span<const message_id> ids) {
  return for_business(session, business, [&](pqxx::work& work) {
    const auto list = array_text(ids, [](const message_id& id) { return to_string(id); });
    return all_of(work.exec_params(select_these, to_string(business), to_string(conversation), list),
                  [](const pqxx::row& one) {
                    fields row{one};
                    return message_in(row);
                  });
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
