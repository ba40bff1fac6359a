#pragma once
// What a person writes in our own composer, and what is written of it. Pure but for the ids of new rows.

#include <memory>
#include <optional>
#include <string>

#include "actors/chat_command.hpp"
#include "actors/turn.hpp"
#include "protocol/channel/window.hpp"
#include "storage/change_set.hpp"

namespace sellavie::actors {

/// Whether the channel allows a person to write now.
[[nodiscard]] std::optional<send_refusal> refusal_of_window(instant last_customer_action, instant now,
                                                            channel_kind channel) noexcept;

/// How the chat stands when the message is written.
struct composed_chat {
  std::int64_t expected_epoch = 1;
  /// Higher when this message takes the chat over.
  std::int64_t epoch = 1;
  std::string handover_reason;
};

/// Messages, outbox rows, the key and the owner: one commit. The rows are `ready`, so that after a crash nobody has
/// to ask whether they were sent.
[[nodiscard]] std::shared_ptr<storage::change_set> compose(const chat_context& chat,
                                                           const composed_message& wanted,
                                                           const composed_chat& standing);

}  // namespace sellavie::actors
