#pragma once
// The port through which somebody who watches a business hears what its actors, and people by the API, commit. Ids and
// states only, no word of a customer: who hears of a thing fetches it with the right to see it.
// Implemented by net/feed; a null pointer is nobody who listens.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "storage/api/recorded_change.hpp"
#include "storage/change_set.hpp"

namespace sellavie::actors {

struct message_stored {
  conversation_id conversation;
  message_id message;
  bool outgoing = false;
  storage::message_origin origin = storage::message_origin::customer;
  storage::send_state state = storage::send_state::received;
  instant at{};
};

struct message_altered {
  conversation_id conversation;
  message_id message;
  /// None: its text was edited.
  std::optional<storage::send_state> state;
};

struct conversation_started {
  conversation_id conversation;
  contact_id customer;
};

/// Messages of the AI that were not sent yet are overtaken by it.
struct conversation_changed_hands {
  conversation_id conversation;
  storage::chat_owner owner = storage::chat_owner::ai;
  std::int64_t epoch = 0;
};

/// Not committed, passes: the AI prepares an answer.
struct answer_begun {
  conversation_id conversation;
};

struct order_placed {
  order_id order;
  std::int64_t number = 0;
  conversation_id conversation;
  std::string status;
};

struct order_moved {
  order_id order;
  std::int64_t number = 0;
  conversation_id conversation;
  std::string status;
};

struct invoice_made {
  invoice_id invoice;
  order_id order;
  std::string kind;
};

/// A person is asked to look: at a chat, or at a connection that needs attention.
struct task_raised {
  uuid task;
  std::optional<conversation_id> conversation;
  std::string kind;
};

/// A channel account: connected, disconnected, found broken or well again.
struct connection_altered {
  connection_id connection;
};

/// Assigned, snoozed, labelled, noted: what people do with it beside its messages.
struct conversation_altered {
  conversation_id conversation;
};

/// The customer has read our messages, up to another one.
struct conversation_seen {
  conversation_id conversation;
};

/// Profile, merged or blocked.
struct customer_altered {
  contact_id customer;
};

struct label_altered {
  uuid label;
};

/// None: many at once, as an import does it. Also its stock.
struct product_altered {
  std::optional<product_id> product;
};

/// Done.
struct task_altered {
  uuid task;
};

/// A person was told something in the app; of theirs alone.
struct person_notified {
  api::account_id account;
  uuid notification;
  notification_kind kind = notification_kind::hand_over;
};

/// Something was committed, nobody knows what: whoever shows this business reads it again.
struct facts_lost {};

using live_fact =
    std::variant<message_stored, message_altered, conversation_started, conversation_changed_hands,
                 answer_begun, order_placed, order_moved, invoice_made, task_raised, connection_altered,
                 conversation_altered, conversation_seen, customer_altered, label_altered, product_altered,
                 task_altered, person_notified, facts_lost>;

class feed {
 public:
  virtual ~feed() = default;
  /// One atomic look: whether telling would reach anybody.
  [[nodiscard]] virtual bool is_followed(const business_id& business) const noexcept = 0;
  /// In the order of the commits; from any thread; does not wait for those who listen.
  virtual void tell(const business_id& business, std::vector<live_fact> facts) = 0;
};

/// What a committed change_set of one business says to those who watch it.
[[nodiscard]] std::vector<live_fact> facts_of(const storage::change_set& committed);
/// What a committed transaction of the API says, by what it wrote to the activity log of one business; each thing once.
[[nodiscard]] std::vector<live_fact> facts_of(std::span<const storage::recorded_change> committed);

}  // namespace sellavie::actors
