#pragma once
// What somebody wants done with the orders of a business. Without actors, for those who only carry it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/domain/desk_command.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/invoice.hpp"
#include "storage/api/change_origin.hpp"
#include "storage/job_rows.hpp"

namespace sellavie::actors {

/// The chat in which a customer is told of it.
struct customer_notice {
  conversation_id conversation;
  connection_id connection;
  std::string customer;
  /// What was told is stored under it, and answers whoever asks again. Empty: the command is told in the commit that
  /// stores its own key, or has none.
  std::string key{};
  /// Only that this very command made the order paid: whatever else becomes of the money is no news of this kind.
  bool only_when_paid = false;
  /// For the order's timeline.
  std::string_view as = "customer_told";
  /// Where the chat does not take it (untold.hpp).
  bool by_other_ways = true;
};

/// Of the notice about what is done under `action_key`, in however many steps.
[[nodiscard]] inline std::string told_key_of(const std::string& action_key) { return "told." + action_key; }

/// One command of the pure desk. With an action key it is exactly-once.
struct desk_request {
  desk_command command;
  std::string action_key;
  /// A resumed turn asks again: the key may have a result already.
  bool replay = false;
  /// Who the timeline names: "ai", "system", "person:<id>".
  std::string actor = "ai";
  /// Of a command that came through the API: it stands in the activity log.
  std::optional<storage::change_origin> by{};
  /// Fingerprint of what was asked under the key: another one under a known key is refused.
  std::string wish{};
  /// The customer is told what was done, in the same commit.
  std::optional<customer_notice> tell{};
  /// Nothing is decided: what is stored under the key, or not_found.
  bool only_known = false;
  /// Done with what is decided, in its transaction, when anything is written; left alone when it is not held any more.
  std::optional<storage::job_hold> finishes{};
  /// Of a provider's word: why it was asked.
  std::optional<payment_hint> noticed_by{};
};

enum class order_course : std::uint8_t {
  decide,
  /// The provider of a live link is asked before the desk decides.
  settle_first,
  /// A start_checkout: the link is made, recorded and, if wished, told.
  make_link,
};

/// What a person wants done with an order.
struct order_command {
  order_course course = order_course::decide;
  desk_request request;
  /// Of make_link; may be empty.
  std::string customer_email{};
};

/// The invoice of an order, issued once.
struct order_invoice {
  order_id order;
  std::string actor;
  std::optional<storage::change_origin> by{};
  invoice_kind kind = invoice_kind::invoice;
};

}  // namespace sellavie::actors
