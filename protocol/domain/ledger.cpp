#include "protocol/domain/ledger.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sellavie {

ledger ledger_of(std::span<const payment_record> payments, std::span<const order> orders,
                 std::span<const refund> refunds, std::span<const review> reviews, currency_code currency) {
  std::map<payment_id, std::vector<refund>> by_payment;
  for (const refund& one : refunds) by_payment[one.payment].push_back(one);
  std::map<std::pair<std::string, std::string>, std::int64_t> left;
  ledger sums;
  for (const payment_record& payment : payments) {
    if (payment.received.currency != currency) continue;
    const auto returned = returned_of(payment, by_payment[payment.id]);
    sums.received += payment.received.minor;
    sums.returned += returned;
    left[{payment.reference, payment.transaction}] = payment.received.minor - returned;
  }
  for (const order& one : orders)
    if (one.total.currency == currency) sums.on_orders += one.received - one.refunded;
  for (const review& one : reviews) {
    const auto known = left.find({one.reference, one.transaction});
    if (known == left.end()) continue;
    if (is_open(one.state)) sums.in_review += known->second;
    if (one.state == review_state::dismissed) sums.dismissed += known->second;
  }
  return sums;
}

}  // namespace sellavie
