#pragma once
// A shop with money in it, for tests of refunds, disputes and the review queue.

#include <string>
#include <utility>
#include <vector>

#include "tests/protocol/domain/a_shop.hpp"

namespace sellavie::test {

inline const std::string grace = "person:grace";
inline const std::string amina = "person:amina";

class a_till : public a_shop {
 public:
  a_till() {
    selling("A1", 100'000, 20);
    as(grace);
  }

  a_till& as(const std::string& actor) {
    a_shop::as(actor);
    return *this;
  }
  a_till& later(std::chrono::seconds time) {
    a_shop::later(time);
    return *this;
  }

  /// Conversation n has a paid order of one piece; its money is T<n>.
  order_id has_paid(std::uint32_t n, std::int64_t pieces = 1) {
    places(n, {{"A1", pieces}});
    const auto ready = has_link(n);
    is_told(money_for(ready, "T" + std::to_string(n)));
    return ready.order;
  }

  /// ... a cancelled order whose money came all the same: it is under review.
  order_id has_paid_late(std::uint32_t n) {
    places(n, {{"A1", 1}});
    const auto ready = has_link(n);
    cancels(n);
    is_told(money_for(ready, "T" + std::to_string(n)));
    return ready.order;
  }

  /// What the provider says of the money of that order.
  [[nodiscard]] payment_fact word_on(const order_id& order) {
    const auto& known = money_of(order);
    return {known.reference, known.transaction, payment_status::success,
            known.received,  known.received,    known.mode};
  }

  action_outcome asks_back(const order_id& order, std::optional<std::int64_t> minor = {},
                           restock goods = restock::no) {
    return does(desk::request_refund{"key", {{}, order}, {}, in_naira(minor), "broken", goods});
  }
  action_outcome asks_back_of(const payment_id& payment, std::optional<std::int64_t> minor = {}) {
    return does(desk::request_refund{"key", {}, payment, in_naira(minor), "broken"});
  }

  /// Asked for, and its call begun.
  refund_id sends_back(const order_id& order, std::optional<std::int64_t> minor = {},
                       restock goods = restock::no) {
    const auto id = asks_back(order, minor, goods).refund;
    does(desk::begin_refund{id});
    return id;
  }

  /// The provider's word on a refund of ours, as it is listed with our key.
  action_outcome hears(const refund_id& id, refund_status status, const std::string& provider_id = "R1") {
    const auto& known = refund_of(id);
    return does(
        desk::confirm_refund{known.payment, {provider_id, {}, refund_key(id), status, known.amount}, {}});
  }

  /// ... on one that nobody here asked for.
  decision finds(const payment_id& payment, std::int64_t minor, refund_status status,
                 const std::string& provider_id = "X1", const std::string& key = "goodwill") {
    return decides(desk::confirm_refund{payment, {provider_id, {}, key, status, {minor, naira}}, {}});
  }

  action_outcome lists(const payment_id& payment, refund_listing listing = refund_listing::complete) {
    return does(desk::settle_doubt{payment, listing, context().now});
  }

  action_outcome resolves(const order_id& order, review_resolution how, const std::string& note = "seen",
                          const order_id& to = {}) {
    return does(desk::resolve_review{"key", review_of(order).id, how, {{}, to}, note});
  }

  [[nodiscard]] const order& order_of(const order_id& id) { return store().orders.at(id); }
  [[nodiscard]] const refund& refund_of(const refund_id& id) { return store().refunds.at(id); }
  [[nodiscard]] const payment_record& money_of(const order_id& order) {
    for (const auto& [id, one] : store().payments)
      if (one.order == order) return one;
    throw std::logic_error("no money");
  }
  [[nodiscard]] const review& review_of(const order_id& order) {
    for (const auto& [id, one] : store().reviews)
      if (one.order == order) return one;
    throw std::logic_error("no review");
  }
  [[nodiscard]] std::vector<attention> told() {
    std::vector<attention> all;
    for (const auto& one : store().told) all.push_back(one.why);
    return all;
  }
  [[nodiscard]] std::vector<std::string> timeline_of(const order_id& order) {
    std::vector<std::string> lines;
    for (const auto& entry : store().timeline)
      if (entry.order == order) lines.push_back(entry.actor + " " + entry.what);
    return lines;
  }
  [[nodiscard]] bool balances() { return store().sums(naira).balances(); }

 private:
  static std::optional<money> in_naira(std::optional<std::int64_t> minor) {
    return minor ? std::optional{money{*minor, naira}} : std::nullopt;
  }
};

}  // namespace sellavie::test
