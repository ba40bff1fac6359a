#pragma once
// What an action or command did, or why it was refused. It is stored with the action's key, shown
// to the model as the action's result, and turned into the customer's sentence by reply_text.
// A flat aggregate of simple types: storage and codecs write it as JSON without knowing rules.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/action_kind.hpp"
#include "protocol/domain/error.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/money.hpp"
#include "protocol/domain/order.hpp"
#include "protocol/domain/payment.hpp"

namespace sellavie {

enum class action_effect : std::uint8_t {
  /// Refused, or accepted and nothing had to change.
  nothing,
  order_placed,
  /// A repeated wish: the order that is already there.
  order_existing,
  order_changed,
  order_cancelled,
  /// A link must now be made under `payment_reference`, or is being made.
  checkout_started,
  /// `payment_url` is live.
  checkout_ready,
  /// ... and its customer is reminded of it.
  checkout_reminded,
  checkout_failed,
  invoice_issued,
  payment_confirmed,
  payment_pending,
  payment_failed,
  /// Money arrived that settles nothing; a person must look.
  payment_review,
  order_fulfilled,
  order_refunded,
  reservations_expired,
  /// A person decided how long the stock waits.
  hold_set,
  stock_adjusted,
  handed_off,
  contact_recorded,
  /// `refund` is in `state`, and `amount` is its own.
  refund_updated,
  dispute_released,
  /// `state` says what became of the money.
  review_resolved,
};

enum class refusal : std::uint8_t {
  none,
  unknown_product,
  inactive_product,
  bad_quantity,
  no_items,
  too_many_lines,
  out_of_stock,
  price_changed,
  total_out_of_range,
  no_open_order,
  /// No such order, product or document in this business.
  not_found,
  order_closed,
  /// A payment link of the open order is out: change or cancel it, do not place another.
  payment_link_out,
  /// The link or version named is not the current one.
  stale,
  too_many_open_orders,
  /// The allow-list: not in this state, or a person holds the conversation.
  not_allowed,
  too_many_actions,
  payments_not_connected,
  provider_unavailable,
  invalid_input,
  /// An invoice of this order exists with other contents: a person must correct it.
  invoice_conflict,
  /// The conversation has an open order with other items.
  order_open,
  /// The key was used for another wish.
  key_reused,
  /// The customer's bank asks for the money: a person must release the order first.
  disputed,
  /// More than what is left of the money; `amount` is that.
  refund_exceeds,
  /// Whoever asked for a refund above the limit cannot agree to it.
  needs_another_person,
  /// `by` was first; `state` is what became of it.
  already_resolved,
};

[[nodiscard]] std::string_view to_string(action_effect effect) noexcept;
[[nodiscard]] std::optional<action_effect> parse_action_effect(std::string_view name) noexcept;
[[nodiscard]] std::string_view to_string(refusal why) noexcept;
[[nodiscard]] std::optional<refusal> parse_refusal(std::string_view name) noexcept;
/// The error code that logs, metrics and HTTP know a refusal by.
[[nodiscard]] errc reason_of(refusal why) noexcept;

struct outcome_line {
  std::string sku;
  std::string name;
  std::int64_t quantity = 0;
  money unit_price{};
  money total{};

  friend bool operator==(const outcome_line&, const outcome_line&) = default;
};

struct action_outcome {
  /// Empty for commands that no model can propose (expiry, stock, payments by webhook).
  std::optional<action_kind> kind;
  bool accepted = false;
  action_effect effect = action_effect::nothing;
  /// `none` when accepted; `reason` is then meaningless.
  refusal why = refusal::none;
  errc reason = errc::internal;

  // The order after the decision; nil and 0 when none is concerned.
  order_id order{};
  std::int64_t order_number = 0;
  order_status status = order_status::draft;
  std::vector<outcome_line> lines;
  money total{};
  /// Of `total`, on top of the lines (tax R5).
  money added_tax{};
  std::string payment_reference;
  std::string payment_url;
  std::string invoice_number;
  /// Where the customer reads it; may be empty.
  std::string invoice_url;
  /// Of a fulfilled order.
  std::string tracking;
  /// Of money that was not under review before.
  std::optional<review_reason> review;

  // What a polite refusal needs; empty and 0 elsewhere.
  std::string sku;
  std::string product_name;
  /// Pieces asked for; of reservations_expired how many orders expired, of set_stocks how many products changed.
  std::int64_t requested = 0;
  std::int64_t available = 0;
  /// The current price of `sku` after a price_changed refusal.
  money price{};
  /// For logs and operators: no customer text, no secrets.
  std::string detail;
  // Of refunds and reviews; empty elsewhere.
  refund_id refund{};
  /// Which call of the refund this is.
  std::int32_t attempt = 0;
  money amount{};
  /// Name of the refund_state or review_state.
  std::string state;
  std::string by;
  /// Fingerprint of what a person asked under this key; empty for turns, whose keys name one proposal.
  std::string wish;

  friend bool operator==(const action_outcome&, const action_outcome&) = default;
};

[[nodiscard]] action_outcome make_refusal(std::optional<action_kind> kind, refusal why);
[[nodiscard]] action_outcome make_outcome(std::optional<action_kind> kind, action_effect effect);
/// Copies what people and models may see of an order into an outcome.
void describe(action_outcome& outcome, const order& subject);

}  // namespace sellavie
