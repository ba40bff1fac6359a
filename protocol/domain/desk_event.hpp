#pragma once
// What the order_desk decided, as facts in the past tense, and the storage writes they mean.
// Events of one decision belong to one transaction.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/domain/action_outcome.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/order.hpp"
#include "protocol/domain/payment.hpp"
#include "protocol/domain/payment_record.hpp"
#include "protocol/domain/refund.hpp"
#include "protocol/domain/review.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie {

enum class order_event_kind : std::uint8_t {
  placed,
  changed,
  cancelled,
  expired,
  checkout_started,
  payment_link_recorded,
  payment_link_failed,
  payment_pending,
  /// A person decided how long the stock waits.
  hold_set,
  hold_released,
  paid,
  fulfilled,
  /// More came of the money that settled it.
  payment_grew,
  partly_refunded,
  refunded,
  disputed,
  dispute_released,
};
[[nodiscard]] std::string_view to_string(order_event_kind kind) noexcept;

/// An order was inserted (after.version == 1) or became `after`.
struct order_event {
  order_event_kind kind = order_event_kind::placed;
  order after;
  std::string detail;
  /// Of payment_link_recorded: record_payment_link::link_id. For storage, not for people.
  std::string link_id{};

  friend bool operator==(const order_event&, const order_event&) = default;
};

struct stock_moved {
  product_id product{};
  std::int64_t delta = 0;
  /// Of a correction by a person: why, and what the stock is now. Empty when an order moved it.
  std::string reason{};
  std::int64_t after = 0;

  friend bool operator==(const stock_moved&, const stock_moved&) = default;
};

struct payment_settled {
  order_id order{};
  payment_fact fact;

  friend bool operator==(const payment_settled&, const payment_settled&) = default;
};

/// A person took the money.
struct paid_by_hand {
  order_id order{};
  hand_payment how = hand_payment::cash;
  money amount{};

  friend bool operator==(const paid_by_hand&, const paid_by_hand&) = default;
};

/// A review is opened; storage gives it its id.
struct payment_reviewed {
  /// The order that the reference names; it may not exist (unknown_order).
  order_id order{};
  payment_fact fact;
  review_reason reason = review_reason::wrong_amount;

  /// What is the same for the same money in the same trouble: for people, too.
  [[nodiscard]] std::string subject() const;

  friend bool operator==(const payment_reviewed&, const payment_reviewed&) = default;
};

/// Money that came was written down (after.version == 1), or stands as `after` now.
struct payment_event {
  payment_record after;

  friend bool operator==(const payment_event&, const payment_event&) = default;
};

/// A refund was asked for or found (after.version == 1), or became `after`.
struct refund_event {
  refund after;

  friend bool operator==(const refund_event&, const refund_event&) = default;
};

/// A review became `after`; closed, its task is done.
struct review_event {
  review after;

  friend bool operator==(const review_event&, const review_event&) = default;
};

enum class attention : std::uint8_t {
  /// The customer's bank asks for the money.
  dispute,
  refund_awaits_approval,
  /// The provider waits for the business.
  refund_needs_attention,
  refund_failed,
  /// Whether it happened could not be proved.
  refund_unproved,
  /// The provider calls a refund failed that had succeeded.
  refund_contradicted,
  /// ... for an order whose money had all gone back.
  more_came,
};
[[nodiscard]] std::string_view to_string(attention why) noexcept;

/// People are told, once.
struct attention_needed {
  attention why = attention::dispute;
  /// May be nil.
  order_id order{};
  /// Reference, transaction and amount: for people.
  std::string subject;

  friend bool operator==(const attention_needed&, const attention_needed&) = default;
};

using desk_event = std::variant<order_event, stock_moved, payment_settled, paid_by_hand, payment_reviewed,
                                payment_event, refund_event, review_event, attention_needed>;

/// `outcome` answers the caller and is stored under `action_key` when that is not empty - refusals
/// too. A refusal has no events.
struct decision {
  action_outcome outcome;
  std::vector<desk_event> events;
  std::string action_key;
  std::string actor;
  instant at{};
  /// Of a provider's word: why it was asked.
  std::optional<payment_hint> noticed_by{};
};

struct order_change {
  order after;
  /// 0 = insert; otherwise UPDATE … WHERE version = prior_version.
  std::int64_t prior_version = 0;
};

struct stock_delta {
  product_id product{};
  std::int64_t delta = 0;
};

struct timeline_entry {
  order_id order{};
  /// Name of the order_event_kind, "payment_review", "refund_<state>" or "review_<state>"; a detail follows after ": ".
  std::string what;
  std::string actor;
  instant at{};
  std::optional<payment_hint> noticed_by{};
};

/// The writes of one decision but for its money. Storage sorts them into its global lock order.
struct desk_changes {
  std::vector<order_change> orders;
  std::vector<stock_delta> stock;
  std::vector<timeline_entry> timeline;
};

[[nodiscard]] desk_changes changes_of(const decision& decided);

}  // namespace sellavie
