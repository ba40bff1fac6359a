#pragma once
// What the order_desk decided, as facts in the past tense, and the storage writes they mean.
// Events of one decision belong to one transaction.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/domain/action_outcome.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/order.hpp"
#include "protocol/domain/payment.hpp"
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
  refunded,
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

struct payment_reviewed {
  /// The order that the reference names; it may not exist (unknown_order).
  order_id order{};
  payment_fact fact;
  review_reason reason = review_reason::wrong_amount;

  /// What is the same for the same money in the same trouble: for people, too.
  [[nodiscard]] std::string subject() const;

  friend bool operator==(const payment_reviewed&, const payment_reviewed&) = default;
};

using desk_event = std::variant<order_event, stock_moved, payment_settled, paid_by_hand, payment_reviewed>;

/// `outcome` answers the caller and is stored under `action_key` when that is not empty - refusals
/// too. A refusal has no events.
struct decision {
  action_outcome outcome;
  std::vector<desk_event> events;
  std::string action_key;
  std::string actor;
  instant at{};
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
  /// Name of the order_event_kind, or "payment_review"; a detail follows after ": ".
  std::string what;
  std::string actor;
  instant at{};
};

/// The writes of one decision but for its payments. Storage sorts them into its global lock order.
struct desk_changes {
  std::vector<order_change> orders;
  std::vector<stock_delta> stock;
  std::vector<timeline_entry> timeline;
};

[[nodiscard]] desk_changes changes_of(const decision& decided);

}  // namespace sellavie
