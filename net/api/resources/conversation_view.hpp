#pragma once
// How conversations and messages look to a client, and how a person's command reaches a chat: shared by the
// resources of the inbox.

#include <optional>

#include "actors/chat_command.hpp"
#include "net/api/call.hpp"
#include "storage/api/conversations.hpp"
#include "storage/api/inbox.hpp"

namespace sellavie::net {

[[nodiscard]] api::schema owner_word();
[[nodiscard]] api::schema conversation_shape();
[[nodiscard]] api::schema message_shape();
/// Who answers now: {owner, epoch, taken_by}; more fields after these.
[[nodiscard]] std::vector<api::field> owner_fields();

[[nodiscard]] nlohmann::json shown(const storage::listed_conversation& one);
[[nodiscard]] nlohmann::json shown(const storage::listed_message& one);
[[nodiscard]] nlohmann::json shown(const actors::chat_commanded& now);
/// Null for the beginning of time.
[[nodiscard]] nlohmann::json time_or_null(instant at);

[[nodiscard]] inline storage::inbox_view view_of(const api_call& call) {
  return {call.by.business, call.by.account, call.now};
}

/// The conversation of the path as it is now, or not found.
[[nodiscard]] api_outcome show_conversation(workplace& place, const api_call& call);

/// The chat's actor decides and commits; this only carries the wish.
[[nodiscard]] result<actors::chat_commanded> command_chat(const workplace& place, const api_call& call,
                                                          const storage::chat_address& chat,
                                                          actors::chat_command what,
                                                          actors::composed_message message = {});

}  // namespace sellavie::net
