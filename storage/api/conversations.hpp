#pragma once
// The messages of a conversation, and how commands to its actor name it. Lists of conversations: inbox.hpp.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocol/api/access_token.hpp"
#include "protocol/domain/channel.hpp"
#include "protocol/domain/ids.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/list_wish.hpp"
#include "storage/api/listed_page.hpp"
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

/// Both directions, or one; nothing for a conversation of another business. A page of one direction looks at 1000 messages.
[[nodiscard]] result<listed_page<listed_message>> list_messages(api_session& session,
                                                                const business_id& business,
                                                                const conversation_id& conversation,
                                                                std::optional<bool> outgoing,
                                                                const list_wish& wish);
/// The statements of the list, for the test that looks at their plans.
[[nodiscard]] std::vector<std::string> message_statements();

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
