#pragma once
// What a change_set writes about customers, their conversations and their turns.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/api/access_token.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::storage {

/// A customer who writes for the first time: contact and conversation.
struct opened_conversation {
  business_id business;
  connection_id connection;
  contact_id contact;
  conversation_id conversation;
  std::string scoped_id;
  /// WhatsApp's user id; another one than scoped_id becomes an alias. Or empty.
  std::string user_id;
  std::string name;
  instant at{};
};

/// A further id of a contact. One that names a contact already stays with it.
struct contact_alias {
  business_id business;
  connection_id connection;
  contact_id contact;
  std::string external_id;
  instant at{};
};

/// Under which ids the customer is found now; see protocol/channel/customer_ids.
struct contact_address {
  contact_id contact;
  business_id business;
  std::string user_id;
  std::string address_id;
};

/// The channel says that nobody is there any more. Past as soon as the customer writes again: no write ends it.
struct contact_reach {
  conversation_id conversation;
  business_id business;
  instant unreachable_since{};
};

struct contact_change {
  contact_id contact;
  business_id business;
  std::string name;
  std::string email;
  std::string phone;
  std::string address;
};

/// The customer is blocked from then on, or (0) not any more.
struct contact_block {
  contact_id contact;
  business_id business;
  instant blocked_at{};
};

enum class chat_owner : std::uint8_t { ai = 0, person = 1 };

/// Conditional on `expected_epoch`.
struct conversation_change {
  conversation_id conversation;
  business_id business;
  std::int64_t expected_epoch = 0;
  std::int64_t epoch = 0;
  chat_owner owner = chat_owner::ai;
  std::string handover_reason;
  instant last_customer_at{};
  instant last_message_at{};
};

/// Something was written in this chat; whoever has it keeps it.
struct conversation_touch {
  conversation_id conversation;
  business_id business;
  instant last_message_at{};
};

/// Customer's read mark; only ever moves forward. No epoch condition.
struct read_mark {
  connection_id connection;
  std::string scoped_id;
  instant read_up_to{};
  /// Theirs, where the sender knows it: for those who watch, no row is found by it.
  std::optional<conversation_id> conversation{};
};

/// One message of what a person wrote here: who, and under which key. A key's rows are written once.
struct composed_row {
  conversation_id conversation;
  message_id message;
  business_id business;
  api::account_id account;
  std::string key;
  std::int16_t part = 0;
  /// Of the whole wish.
  std::string fingerprint;
};

enum class turn_outcome : std::uint8_t {
  planned = 0,
  replied = 1,
  /// Stored for a person; nothing was said.
  left_to_person = 2,
  handed_over = 3,
  /// A person took over while the model thought, or before a stored plan was resumed.
  overtaken = 4,
  safe_reply = 5,
  /// Stored only: too old, or nothing to answer.
  stored = 6,
};

/// A plan (state 0) before its first action, or the completion of a turn (state 1). Epoch, deliveries
/// and plan are stored while the plan is live.
struct turn_row {
  conversation_id conversation;
  turn_id id;
  business_id business;
  bool completed = true;
  turn_outcome outcome = turn_outcome::planned;
  std::int16_t round = 0;
  /// Of the conversation when the plan was made.
  std::int64_t epoch = 0;
  std::vector<inbox_id> inbox_ids;
  std::string plan;
  instant started_at{};
  instant ended_at{};
  /// What the model was taught when the turn was written first; 0: no model was asked, or nothing was published.
  std::int32_t training_version = 0;
};

}  // namespace sellavie::storage
