#pragma once
// A payment provider for the money machine: what really happened, and what it says of it. It never gives back more than
// came, and does not know our orders.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "protocol/domain/payment.hpp"
#include "protocol/domain/refund.hpp"

namespace sellavie::test {

struct provider_refund {
  std::string id;
  /// As it was called with; it may keep that for itself.
  std::string key;
  money amount{};
  refund_status status = refund_status::pending;
};

struct provider_payment {
  payment_fact truth;
  std::vector<provider_refund> refunds;

  [[nodiscard]] std::int64_t returned() const {
    std::int64_t sum = 0;
    for (const auto& one : refunds)
      if (one.status == refund_status::succeeded) sum += one.amount.minor;
    return sum;
  }
  [[nodiscard]] std::int64_t left() const {
    std::int64_t sum = truth.status == payment_status::success ? truth.received.minor : 0;
    for (const auto& one : refunds)
      if (one.status != refund_status::failed) sum -= one.amount.minor;
    return sum;
  }
};

class a_provider {
 public:
  /// Whether its lists have our keys, and its payments the sum that went back.
  bool repeats_keys = true;
  bool tells_sums = true;
  std::vector<provider_payment> payments;

  [[nodiscard]] payment_fact word_on(const provider_payment& payment) const {
    auto fact = payment.truth;
    const auto back = payment.returned();
    if (tells_sums && back > 0) fact.returned = money{back, fact.received.currency};
    if (fact.status == payment_status::success && back == fact.received.minor)
      fact.status = payment_status::refunded;
    return fact;
  }

  [[nodiscard]] provider_payment* find(const std::string& transaction) {
    const auto found = std::find_if(payments.begin(), payments.end(), [&](const provider_payment& one) {
      return one.truth.transaction == transaction;
    });
    return found == payments.end() ? nullptr : &*found;
  }

  /// Null: refused.
  provider_refund* give_back(provider_payment& payment, const money& amount, const std::string& key) {
    if (amount.minor < 1 || amount.minor > payment.left()) return nullptr;
    payment.refunds.push_back({"R" + std::to_string(++last_refund_), key, amount});
    return &payment.refunds.back();
  }

  [[nodiscard]] refund_fact word_on(const provider_payment& payment, const provider_refund& one) const {
    return {one.id, payment.truth.transaction, repeats_keys ? one.key : "", one.status, one.amount};
  }

 private:
  std::int64_t last_refund_ = 0;
};

}  // namespace sellavie::test
