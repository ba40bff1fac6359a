#pragma once
// What a person writes in our own composer, and what is written of it. Pure but for the ids of new rows.

#include <memory>
#include <optional>
#include <string>

#include "actors/turn.hpp"
#include "protocol/api/access_token.hpp"
#include "protocol/channel/send.hpp"
#include "protocol/channel/window.hpp"
#include "storage/change_set.hpp"

namespace sellavie::actors {

struct composed_message {
  api::account_id account;
  /// The same key is the same wish: it is carried out once.
  std::string key;
  /// Of the wish: another one under a known key is refused.
  std::string fingerprint;
  std::string text;
  /// https; empty: none.
  std::string image_url;
  /// Uploads of this business, in the order in which they go out.
  std::vector<storage::attachment_id> attachments{};
  /// The same, as the channel gets them.
  std::vector<channel::outgoing_media> media{};
};

/// Why a person's message is not sent.
enum class send_refusal : std::uint8_t {
  /// The key was used for something else.
  key_reused,
  /// The customer is blocked.
  blocked,
  /// The account was disconnected, or its token cannot be read.
  not_connected,
  /// The customer never wrote: nobody may write first.
  never_opened,
  /// WhatsApp, after 24 hours: approved templates only.
  only_a_template,
  /// More than 7 days since the customer wrote.
  expired,
};

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
