#pragma once
// What a change_set writes about messages: as they come in, as they are kept, and as they wait to be sent.

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::storage {

/// A verified event to be accepted. A known (connection, dedupe_key, day) is a no-op.
struct inbound_row {
  inbox_id id = 0;
  business_id business;
  connection_id connection;
  std::string dedupe_key;
  /// Days since 1970 of the provider's time.
  std::int32_t day = 0;
  instant accepted_at{};
  /// Sealed (protocol/crypto/body_cipher).
  std::string payload;
  /// protocol/channel/lane.
  std::int64_t lane = 0;
};

/// An event of no known business, or with contradicting ids; or what is no event of ours.
struct quarantined_row {
  inbox_id id = 0;
  /// "stranger", "conflict", "unknown_object" or "malformed_item".
  std::string reason;
  /// "unknown" for an unknown object.
  std::string channel;
  instant received_at{};
  /// Sealed.
  std::string payload;
};

struct parked_delivery {
  inbox_id id = 0;
  std::string reason;
  instant at{};
};

/// A delivery that nothing is done about: its sealed body is kept for a while (docs/adr/0021).
struct recorded_event {
  inbox_id id = 0;
  /// protocol/channel/event_kind.
  std::string kind;
  instant at{};
};

enum class message_origin : std::uint8_t { customer = 0, ai = 1, person = 2, system = 3 };

/// States of a message and of its outbox row. Stored as numbers: append only.
enum class send_state : std::uint8_t {
  /// Came in from the customer.
  received = 0,
  ready = 1,
  /// Committed before the HTTP call; found at start it is `unknown`.
  sending = 2,
  /// Refused for now; due again at `due_at`.
  backoff = 3,
  /// The answer was lost: waits for an echo or a status.
  unknown = 4,
  /// Accepted by the channel.
  delivered = 5,
  /// The owner of the chat changed before it was sent.
  overtaken = 6,
  /// Refused for good.
  dead = 7,
  /// Sent twice without evidence; a person looks.
  unconfirmed = 8,
  /// Taken back by who wrote it: the body is gone. Final.
  unsent = 9,
};

struct message_row {
  conversation_id conversation;
  message_id id;
  business_id business;
  std::optional<turn_id> turn;
  bool outgoing = false;
  message_origin origin = message_origin::customer;
  send_state state = send_state::received;
  std::string external_id;
  std::string body;
  /// JSON array of {type,url|media_id,title}, or empty.
  std::string attachments;
  instant provider_time{};
  instant created_at{};
};

/// Later facts about a message that exists (settled). One that was unsent stays so.
struct message_change {
  conversation_id conversation;
  message_id id;
  send_state state = send_state::delivered;
  std::string external_id;
};

/// Another body of a message that exists; `unsent` takes body and attachments away for good.
struct message_correction {
  conversation_id conversation;
  message_id id;
  std::string body;
  bool unsent = false;
};

/// Written once because its change_set is: each one with a new row also ends what asked for it (inbox rows,
/// the turn, the epoch), and can be committed only while that is open (docs/adr/0015).
struct outbox_row {
  message_id id;
  business_id business;
  connection_id connection;
  conversation_id conversation;
  std::string recipient;
  message_origin origin = message_origin::ai;
  std::int64_t epoch = 0;
  send_state state = send_state::ready;
  std::int16_t attempts = 0;
  bool resent = false;
  instant due_at{};
  instant created_at{};
  /// Encoded outgoing message (protocol/channel/send).
  std::string body;
};

/// Moves a row to another open state. Refused when the row is gone or not in `from`.
struct outbox_change {
  message_id id;
  send_state from = send_state::ready;
  send_state to = send_state::sending;
  std::int16_t attempts = 0;
  bool resent = false;
  instant due_at{};
};

using attachment_id = basic_id<struct attachment_tag>;

/// A person's message shows it; from then on it is kept. Refused when it is gone.
struct attachment_use {
  business_id business;
  attachment_id attachment;
  instant at{};
};

}  // namespace sellavie::storage
