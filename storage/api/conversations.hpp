#pragma once
// The messages of a conversation, and how commands to its actor name it. Lists of conversations: inbox.hpp.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocol/api/access_token.hpp"
#include "protocol/api/cursor.hpp"
#include "protocol/domain/channel.hpp"
#include "protocol/domain/ids.hpp"
#include "storage/api/api_session.hpp"
#include "storage/message_rows.hpp"

namespace sellavie::storage {

struct listed_message {
  message_id id;
  bool outgoing = false;
  message_origin origin = message_origin::customer;
  send_state state = send_state::received;
  std::string text;
  /// JSON list, or empty.
  std::string attachments;
  instant sent_at{};
  /// Of a message that a person wrote here.
  std::optional<api::account_id> author;
};

/// Newest first, `limit` + 1 rows at most; nothing for a conversation of another business.
[[nodiscard]] result<std::vector<listed_message>> list_messages(
    api_session& session, const business_id& business, const conversation_id& conversation,
    const std::optional<api::page_position>& after, int limit);

/// These messages of the conversation, oldest first.
[[nodiscard]] result<std::vector<listed_message>> find_messages(api_session& session,
                                                                const business_id& business,
                                                                const conversation_id& conversation,
                                                                std::span<const message_id> ids);

/// Which chat of which account, as commands to its actor name it.
struct chat_address {
  connection_id connection;
  std::string customer;
  channel_kind channel = channel_kind::messenger;
};
[[nodiscard]] result<std::optional<chat_address>> find_chat(api_session& session, const business_id& business,
                                                            const conversation_id& conversation);

}  // namespace sellavie::storage
