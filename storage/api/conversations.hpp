#pragma once
// The inbox as the dashboard lists it: conversations by their last message, and their messages.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/cursor.hpp"
#include "protocol/domain/ids.hpp"
#include "storage/api/api_session.hpp"
#include "storage/change_set.hpp"

namespace sellavie::storage {

struct conversation_filter {
  std::optional<chat_owner> owner;
  /// "messenger", "instagram" or "whatsapp".
  std::optional<std::string> channel;
};

struct listed_conversation {
  conversation_id id;
  connection_id connection;
  contact_id contact;
  std::string channel;
  std::string customer_name;
  chat_owner owner = chat_owner::ai;
  std::int64_t epoch = 1;
  std::string handover_reason;
  instant last_customer_at{};
  instant last_message_at{};
  instant read_up_to{};
  instant created_at{};
  /// The newest message's text, shortened; empty when there is none.
  std::string preview;
};

/// Newest first, `limit` + 1 rows at most.
[[nodiscard]] result<std::vector<listed_conversation>> list_conversations(
    api_session& session, const business_id& business, const conversation_filter& filter,
    const std::optional<api::page_position>& after, int limit);
[[nodiscard]] result<std::optional<listed_conversation>> find_conversation(api_session& session,
                                                                           const business_id& business,
                                                                           const conversation_id& id);

struct listed_message {
  message_id id;
  bool outgoing = false;
  message_origin origin = message_origin::customer;
  send_state state = send_state::received;
  std::string text;
  /// JSON list, or empty.
  std::string attachments;
  instant sent_at{};
};

/// Newest first, `limit` + 1 rows at most; nothing for a conversation of another business.
[[nodiscard]] result<std::vector<listed_message>> list_messages(
    api_session& session, const business_id& business, const conversation_id& conversation,
    const std::optional<api::page_position>& after, int limit);

/// Which chat of which account, as commands to its actor name it.
struct chat_address {
  connection_id connection;
  std::string customer;
};
[[nodiscard]] result<std::optional<chat_address>> find_chat(api_session& session, const business_id& business,
                                                            const conversation_id& conversation);

}  // namespace sellavie::storage
