#pragma once
// The inbox as the dashboard lists it: conversations by their last message, filtered.
//
// A page costs a bounded look. A filter that names few rows by an index (an assignee, a label, what is
// snoozed, a name) starts from those rows; every other one walks the inbox in its order, at most
// `longest_walk` conversations a page. A walk that ends before the page is full gives what it found and
// where to go on.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/access_token.hpp"
#include "protocol/api/cursor.hpp"
#include "protocol/domain/ids.hpp"
#include "storage/api/api_session.hpp"
#include "storage/conversation_rows.hpp"

namespace sellavie::storage {

inline constexpr int longest_walk = 1000;

struct conversation_filter {
  std::optional<chat_owner> owner;
  /// "messenger", "instagram" or "whatsapp".
  std::optional<std::string> channel;
  std::optional<api::account_id> assignee;
  bool unassigned = false;
  std::optional<uuid> label;
  std::optional<bool> snoozed;
  std::optional<bool> unread;
  /// The customer's name begins so; empty: any.
  std::string name_prefix;
  /// By their last message: who waits longest comes first.
  bool oldest_first = false;
};

struct listed_conversation {
  conversation_id id;
  connection_id connection;
  /// The customer: of merged contacts the one whose profile counts.
  contact_id contact;
  std::string channel;
  std::string customer_name;
  bool is_blocked = false;
  chat_owner owner = chat_owner::ai;
  std::int64_t epoch = 1;
  std::string handover_reason;
  instant last_customer_at{};
  instant last_message_at{};
  instant read_up_to{};
  instant created_at{};
  std::optional<api::account_id> assignee;
  /// While a snooze is in effect.
  std::optional<instant> snoozed_until;
  /// The customer wrote since the asking person read.
  bool is_unread = false;
  std::vector<uuid> labels;
  /// The newest message's text, shortened; empty when there is none.
  std::string preview;
};

struct conversation_page {
  std::vector<listed_conversation> rows;
  std::optional<api::page_position> next;
};

/// Who looks, and when: what is unread and what is snoozed depend on it.
struct inbox_view {
  business_id business;
  api::account_id account;
  instant now{};
};

/// At most `limit` rows.
[[nodiscard]] result<conversation_page> list_conversations(api_session& session, const inbox_view& view,
                                                           const conversation_filter& filter,
                                                           const std::optional<api::page_position>& after,
                                                           int limit);
[[nodiscard]] result<std::optional<listed_conversation>> find_conversation(api_session& session,
                                                                           const inbox_view& view,
                                                                           const conversation_id& id);

/// Prepared once per connection, under its name.
struct hot_statement {
  std::string name;
  std::string sql;
};

/// The statements of the list by their source; each session has them prepared, because planning one costs more than
/// running it.
[[nodiscard]] const std::vector<hot_statement>& inbox_statements();

}  // namespace sellavie::storage
