#pragma once
// What a person wants of a chat, and what came of it. Without actors, for those who only carry it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/api/access_token.hpp"
#include "protocol/channel/send.hpp"
#include "storage/api/change_origin.hpp"
#include "storage/conversation_rows.hpp"
#include "storage/message_rows.hpp"

namespace sellavie::actors {

/// What a person writes in our own composer.
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

enum class chat_command : std::uint8_t {
  /// A person takes the chat; the AI is silent after the answer.
  take_over,
  /// Back to the AI.
  return_to_ai,
  /// Takes the chat over where nobody has, and sends `message`.
  send,
  /// What the customer writes from now on is stored and never answered; not, any more.
  block,
  unblock,
};

struct command_chat {
  connection_id connection;
  std::string customer;
  chat_command what = chat_command::take_over;
  /// For the timeline: who.
  std::string by;
  /// For the activity log.
  storage::change_origin origin{};
  /// Of `send`.
  composed_message message{};
};

struct chat_commanded {
  storage::chat_owner owner = storage::chat_owner::ai;
  std::int64_t epoch = 0;
  /// The person who has the chat, as `by` named them; empty: the AI has it, or nobody known by name.
  std::string taken_by{};
  /// Of `send`: what was written, now or when its key was new.
  std::vector<message_id> messages{};
  /// Why nothing was written.
  std::optional<send_refusal> refused{};
};

}  // namespace sellavie::actors
