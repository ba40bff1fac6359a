#pragma once
// A message on its way out is always two rows: the one that people see and the one that the sender takes.

#include <optional>
#include <string>

#include "protocol/channel/send.hpp"
#include "protocol/domain/ids.hpp"
#include "storage/change_set.hpp"

namespace sellavie::actors {

/// What the parts of one message have in common.
struct outgoing {
  business_id business;
  connection_id connection;
  conversation_id conversation;
  std::string recipient;
  storage::message_origin origin = storage::message_origin::system;
  std::optional<turn_id> turn{};
  /// Of the conversation; only the AI's words depend on it.
  std::int64_t epoch = 0;
  instant at{};
};

void add_outgoing(const outgoing& message, const channel::wire_message& part, const message_id& id,
                  storage::send_state state, storage::change_set& to);

}  // namespace sellavie::actors
