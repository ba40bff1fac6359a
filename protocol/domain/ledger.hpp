#pragma once
// Where the money of a business is: what came is on an order, under review, dismissed with a note, or went back. Each sum
// comes from other rows than its neighbours, so that they agree only when the rows do.

#include <cstdint>
#include <span>

#include "protocol/domain/order.hpp"
#include "protocol/domain/payment_record.hpp"
#include "protocol/domain/refund.hpp"
#include "protocol/domain/review.hpp"

namespace sellavie {

/// Minor units of one currency.
struct ledger {
  /// From the payments.
  std::int64_t received = 0;
  /// From the orders.
  std::int64_t on_orders = 0;
  /// From the open reviews.
  std::int64_t in_review = 0;
  /// From the refunds, and what providers say went back elsewhere.
  std::int64_t returned = 0;
  /// From the dismissed reviews.
  std::int64_t dismissed = 0;

  [[nodiscard]] bool balances() const noexcept {
    return received == on_orders + in_review + returned + dismissed;
  }
  friend bool operator==(const ledger&, const ledger&) = default;
};

[[nodiscard]] ledger ledger_of(std::span<const payment_record> payments, std::span<const order> orders,
                               std::span<const refund> refunds, std::span<const review> reviews,
                               currency_code currency);

}  // namespace sellavie
