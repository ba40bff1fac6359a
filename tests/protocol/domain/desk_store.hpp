#pragma once
// What storage has of a business's orders and money, without a database: it takes whole decisions, minds versions and
// keys as the tables do, and answers what the desk looks up.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "protocol/domain/ledger.hpp"
#include "protocol/domain/order_book.hpp"

namespace sellavie::test {

template <class Map>
auto values_of(const Map& from) {
  std::vector<typename Map::mapped_type> values;
  for (const auto& [key, value] : from) values.push_back(value);
  return values;
}

class desk_store {
 public:
  std::map<product_id, product> products;
  std::map<order_id, order> orders;
  std::map<payment_id, payment_record> payments;
  std::map<refund_id, refund> refunds;
  std::map<review_id, review> reviews;
  std::map<std::string, action_outcome> results;
  std::vector<timeline_entry> timeline;
  std::vector<attention_needed> told;

  /// Empty, or which constraint of the tables stands against it.
  std::string write(const decision& decided) {
    const auto changes = changes_of(decided);
    for (const order_change& change : changes.orders)
      if (!put(orders, change.after.id, change.after, change.prior_version)) return "an order's version";
    for (const stock_delta& moved : changes.stock)
      if ((products.at(moved.product).stock += moved.delta) < 0) return "stock below nothing";
    timeline.insert(timeline.end(), changes.timeline.begin(), changes.timeline.end());
    for (const desk_event& event : decided.events) {
      auto broken = std::visit([&](const auto& one) { return take(one, decided.at); }, event);
      if (!broken.empty()) return broken;
    }
    return {};
  }

  /// False: the key is known, and nothing may be written with it.
  bool write_result(const std::string& key, const action_outcome& outcome) {
    return key.empty() || results.emplace(key, outcome).second;
  }

  [[nodiscard]] stored_money find(const money_named& named) const {
    stored_money found;
    find_payment(named, found);
    if (!named.review.is_nil()) find_review(named.review, found);
    if (!named.reference.empty()) find_silence(named.reference, found);
    if (!found.payment) return found;
    const auto& payment = *found.payment;
    for (const auto& [id, one] : refunds)
      if (one.payment == payment.id) found.refunds.push_back(one);
    for (const auto& [id, one] : reviews)
      if (one.reference == payment.reference && one.transaction == payment.transaction) found.reviewed = one;
    if (const auto subject = orders.find(payment.order); subject != orders.end())
      found.subject = subject->second;
    return found;
  }

  [[nodiscard]] std::optional<order> find_order(const order_id& id) const {
    const auto found = orders.find(id);
    return found == orders.end() ? std::nullopt : std::optional{found->second};
  }

  /// As a desk that starts loads it: what was wished before `since` and is closed is left out.
  [[nodiscard]] order_book load_book(currency_code currency, instant since) const {
    order_book book;
    book.currency = currency;
    for (const auto& [id, one] : products) load(book, one);
    for (const auto& [id, one] : orders) {
      if (!is_closed(one.status) || one.wished_at >= since) load(book, one);
      book.next_order_number = std::max(book.next_order_number, one.number + 1);
    }
    for (const auto& [id, one] : reviews) load(book, one);
    return book;
  }

  [[nodiscard]] ledger sums(currency_code currency) const {
    return ledger_of(values_of(payments), values_of(orders), values_of(refunds), values_of(reviews),
                     currency);
  }

 private:
  void find_payment(const money_named& named, stored_money& found) const {
    const auto refund_named = refunds.find(named.refund);
    for (const auto& [id, one] : payments) {
      const bool by_refund = refund_named != refunds.end() && refund_named->second.payment == id;
      const bool by_order =
          !named.order.is_nil() && one.order == named.order && one.place == payment_place::on_order;
      const bool by_both = !named.reference.empty() && one.reference == named.reference &&
                           one.transaction == named.transaction;
      if (by_refund || id == named.payment || by_order || by_both) found.payment = one;
    }
  }

  void find_review(const review_id& id, stored_money& found) const {
    const auto known = reviews.find(id);
    if (known == reviews.end()) return;
    found.reviewed = known->second;
    for (const auto& [payment, one] : payments)
      if (one.reference == known->second.reference && one.transaction == known->second.transaction)
        found.payment = one;
  }

  void find_silence(const std::string& reference, stored_money& found) const {
    for (const auto& [id, one] : reviews)
      if (one.reference == reference && one.reason == review_reason::not_answered && is_open(one.state))
        found.unanswered = one;
  }

  std::string take(const payment_event& event, instant) {
    for (const auto& [id, one] : payments)
      if (id != event.after.id && one.reference == event.after.reference &&
          one.transaction == event.after.transaction)
        return "money twice";
    return put(payments, event.after.id, event.after, event.after.version - 1) ? "" : "a payment's version";
  }
  std::string take(const refund_event& event, instant) {
    return put(refunds, event.after.id, event.after, event.after.version - 1) ? "" : "a refund's version";
  }
  std::string take(const review_event& event, instant) {
    return put(reviews, event.after.id, event.after, event.after.version - 1) ? "" : "a review's version";
  }
  std::string take(const payment_reviewed& event, instant at) {
    for (const auto& [id, one] : reviews)
      if (!event.fact.transaction.empty() && one.reference == event.fact.reference &&
          one.transaction == event.fact.transaction)
        return "a review twice";
    review fresh;
    fresh.id.value.bytes[15] = static_cast<std::uint8_t>(reviews.size() + 1);
    fresh.id.value.bytes[14] = static_cast<std::uint8_t>((reviews.size() + 1) >> 8U);
    fresh.order = orders.contains(event.order) ? event.order : order_id{};
    fresh.reference = event.fact.reference;
    fresh.transaction = event.fact.transaction;
    fresh.reason = event.reason;
    fresh.opened_at = at;
    reviews.emplace(fresh.id, fresh);
    return {};
  }
  std::string take(const attention_needed& event, instant) {
    told.push_back(event);
    return {};
  }
  template <class Event>
  std::string take(const Event&, instant) {
    return {};
  }

  template <class Id, class Row>
  static bool put(std::map<Id, Row>& rows, const Id& id, const Row& after, std::int64_t prior) {
    const auto known = rows.find(id);
    if ((known == rows.end() ? 0 : known->second.version) != prior) return false;
    rows.insert_or_assign(id, after);
    return true;
  }
};

}  // namespace sellavie::test
