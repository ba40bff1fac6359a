#pragma once
// What a payment provider said about one payment, checked at its source (a verify call, never a
// webhook's body or a redirect). The order_desk decides what a fact means for an order.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/domain/error.hpp"
#include "protocol/domain/money.hpp"

namespace sellavie {

enum class payment_status : std::uint8_t {
  success,
  /// Money is on its way (bank transfer, USSD): the stock is held longer.
  pending,
  failed,
  /// It was paid and all of it was given back: as good as not paid, unless it is written down (desk_money R27).
  refunded,
  /// A link exists and nobody has paid; says nothing about money on its way.
  not_started,
};
enum class payment_mode : std::uint8_t { test, live };

[[nodiscard]] std::string_view to_string(payment_status status) noexcept;
[[nodiscard]] std::string_view to_string(payment_mode mode) noexcept;
[[nodiscard]] std::optional<payment_mode> parse_payment_mode(std::string_view name) noexcept;

/// Why a provider was asked about a payment: what it answers is noticed by this.
enum class payment_hint : std::uint8_t {
  /// Its own event.
  event,
  /// It was time: on schedule, or before an order or a link ends.
  poll,
  /// The customer came back from the pay page.
  customer_return,
  /// The customer's wish in the chat.
  chat,
  /// A person's wish for the order.
  person,
};
/// "event", "poll", "return", "chat", "person".
[[nodiscard]] std::string_view to_string(payment_hint hint) noexcept;

/// Money that a person took outside of a provider.
enum class hand_payment : std::uint8_t { cash, transfer };
[[nodiscard]] std::string_view to_string(hand_payment how) noexcept;
[[nodiscard]] std::optional<hand_payment> parse_hand_payment(std::string_view name) noexcept;

struct payment_fact {
  /// Ours: make_payment_reference.
  std::string reference;
  /// The provider's own id of the transaction, as text.
  std::string transaction;
  payment_status status = payment_status::pending;
  /// What we asked for, as the provider remembers it.
  money requested{};
  /// What the customer paid: more than `requested` when the customer bears the fees.
  money received{};
  payment_mode mode = payment_mode::test;
  /// What the provider keeps; only where it says so.
  std::optional<money> fees{};
  /// Given back so far, wholly or in part; only where the provider says so with the payment.
  std::optional<money> returned{};
  /// The customer's bank has asked for the money back, whatever came of it.
  bool is_disputed = false;

  friend bool operator==(const payment_fact&, const payment_fact&) = default;
};

/// Why money that arrived, or may have, does not settle an order: a person has to look at it.
enum class review_reason : std::uint8_t {
  /// The money differs from the order's total.
  wrong_amount,
  wrong_currency,
  /// Test money for a live connection or the other way round.
  wrong_mode,
  /// A link that was replaced (the order changed after it was sent).
  old_reference,
  /// The order had been cancelled or its reservation had expired.
  order_cancelled,
  /// The order was already settled by another payment.
  already_settled,
  /// A reference of ours whose order does not exist.
  unknown_order,
  /// The order has expired and the provider did not say whether its link was paid.
  not_answered,
};
[[nodiscard]] std::string_view to_string(review_reason reason) noexcept;
[[nodiscard]] std::optional<review_reason> parse_review_reason(std::string_view name) noexcept;

/// Requested equals expected, what was received and not given back covers it, currency and mode agree; nullopt = it
/// settles.
[[nodiscard]] std::optional<review_reason> mismatch_of(const payment_fact& fact, const money& expected,
                                                       payment_mode mode) noexcept;

}  // namespace sellavie
