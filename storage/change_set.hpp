#pragma once
// What one actor wants committed, all or nothing. A change_set holds rows by kind, so that the
// journal can lay many of them side by side into one transaction with one statement per kind.
//
// Every write is conditional on the prior state or on a unique key: a row that is not as expected
// rolls the transaction back, and the journal then commits each change_set alone, so that the one
// that is wrong is `refused` and its neighbours are not.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocol/api/access_token.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"
#include "storage/api/change_origin.hpp"

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

/// Customer's read mark; only ever moves forward. No epoch condition.
struct read_mark {
  connection_id connection;
  std::string scoped_id;
  instant read_up_to{};
};

struct contact_change {
  contact_id contact;
  business_id business;
  std::string name;
  std::string email;
  std::string phone;
  std::string address;
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

/// The customer is blocked from then on, or (0) not any more.
struct contact_block {
  contact_id contact;
  business_id business;
  instant blocked_at{};
};

/// Something was written in this chat; whoever has it keeps it.
struct conversation_touch {
  conversation_id conversation;
  business_id business;
  instant last_message_at{};
};

struct person_task {
  business_id business;
  std::optional<conversation_id> conversation;
  uuid id;
  std::string kind;
  std::string reason;
  instant created_at{};
};

/// The platform refused this connection's token.
struct connection_fault {
  business_id business;
  connection_id connection;
  std::string reason;
  instant at{};
};

using attachment_id = basic_id<struct attachment_tag>;

/// A person's message shows it; from then on it is kept. Refused when it is gone.
struct attachment_use {
  business_id business;
  attachment_id attachment;
  instant at{};
};

/// A warning about the plan, with its task; given once.
struct plan_warning {
  business_id business;
  /// "2026-11".
  std::string month;
  std::int16_t level = 0;
  std::int64_t allowed = 0;
  instant at{};
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

struct order_item_row {
  product_id product;
  std::string sku;
  std::string name;
  std::int64_t quantity = 0;
  std::int64_t unit_price_minor = 0;
  std::int64_t price_version = 0;
};

/// The order as it is after the change; `prior_version` 0 inserts, else compare-and-set.
struct order_row {
  order_id id;
  business_id business;
  std::int64_t number = 0;
  conversation_id conversation;
  contact_id contact;
  std::string status;
  std::string currency;
  std::int64_t total_minor = 0;
  std::string note;
  std::string idempotency_key;
  std::int64_t prior_version = 0;
  std::int64_t version = 1;
  std::int32_t payment_attempt = 0;
  std::string payment_reference;
  std::string payment_url;
  std::string payment_transaction;
  instant created_at{};
  instant wished_at{};
  instant reserved_until{};
  instant paid_at{};
  std::string tracking;
  std::vector<order_item_row> items;
  bool items_changed = true;
};

/// CHECK (stock >= 0) backs the desk up.
struct stock_change {
  business_id business;
  product_id product;
  std::int64_t delta = 0;
};

/// A correction by a person; the change of stock itself is a stock_change.
struct stock_movement {
  uuid id;
  business_id business;
  product_id product;
  std::int64_t delta = 0;
  std::int64_t stock_after = 0;
  std::string reason;
  std::string actor;
  instant at{};
};

struct timeline_row {
  business_id business;
  order_id order;
  std::string what;
  std::string actor;
  instant at{};
};

struct action_result_row {
  business_id business;
  std::string action_key;
  /// JSON (protocol/action/outcome_codec).
  std::string outcome;
  instant at{};
};

struct invoice_row {
  invoice_id id;
  business_id business;
  std::string series;
  std::int64_t number = 0;
  std::string kind;
  order_id order;
  std::string currency;
  std::int64_t total_minor = 0;
  std::string lines;
  instant issued_at{};
};

/// `expected_status` empty inserts, else compare-and-set. One that is inserted as paid is settled at once. "open" stands for intent or link, "unpaid" for
/// everything but paid. Without `must_change` a row that is not as expected (or not there) stays as it is.
struct payment_row {
  payment_id id;
  business_id business;
  order_id order;
  std::string provider;
  std::string mode;
  std::string reference;
  std::int64_t amount_minor = 0;
  std::string currency;
  std::string expected_status;
  std::string status;
  std::string url;
  instant at{};
  bool must_change = true;
};

/// What an actor did on a person's wish, for the activity log: in the same commit, so that change and record
/// cannot part.
struct activity_row {
  business_id business;
  change_origin by;
  std::string action;
  std::string subject_kind;
  uuid subject;
  /// JSON without secrets; empty: nothing.
  std::string before;
  std::string after;
};

struct change_set {
  // The message path.
  std::vector<inbound_row> inbound;
  std::vector<quarantined_row> quarantined;
  std::vector<inbox_id> inbox_done;
  std::vector<opened_conversation> opened;
  std::vector<message_row> messages;
  std::vector<message_change> message_changes;
  /// At most one a message.
  std::vector<message_correction> corrections;
  std::vector<outbox_row> outbox;
  std::vector<outbox_change> outbox_changes;
  /// Settled rows: deleted; each must exist.
  std::vector<message_id> outbox_done;
  /// AI rows of these conversations that were not handed to a socket yet end as overtaken.
  std::vector<conversation_id> outbox_overtaken;
  std::vector<turn_row> turns;
  std::vector<conversation_change> conversations;
  std::vector<read_mark> read_marks;
  // Rarer.
  std::vector<contact_change> contacts;
  std::vector<contact_alias> aliases;
  std::vector<contact_address> addresses;
  std::vector<contact_reach> reaches;
  std::vector<composed_row> composed;
  std::vector<contact_block> blocks;
  std::vector<conversation_touch> touched;
  std::vector<person_task> tasks;
  std::vector<connection_fault> connection_faults;
  std::vector<plan_warning> plan_warnings;
  std::vector<attachment_use> attachments_used;
  std::vector<parked_delivery> parked;
  /// Ends their inbox rows, like `inbox_done`; each must exist.
  std::vector<recorded_event> recorded;
  /// Deliveries whose handling failed: tries + 1.
  std::vector<inbox_id> inbox_tries;
  /// Rows of an earlier incarnation that are about to be handed on: deaths + 1.
  std::vector<inbox_id> inbox_begun;
  /// Suspects that are about to run by themselves.
  std::vector<inbox_id> inbox_alone;
  std::vector<stock_change> stock;
  std::vector<stock_movement> stock_movements;
  std::vector<order_row> orders;
  std::vector<timeline_row> timeline;
  std::vector<payment_row> payments;
  std::vector<invoice_row> invoices;
  std::vector<action_result_row> action_results;
  std::vector<activity_row> activities;
};

/// What one transaction commits together.
using change_sets = std::span<const change_set* const>;

}  // namespace sellavie::storage
