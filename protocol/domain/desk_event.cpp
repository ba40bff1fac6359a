#include "protocol/domain/desk_event.hpp"

#include <algorithm>
#include <map>

namespace sellavie {
namespace {

class collector {
 public:
  explicit collector(const decision& decided) : decided_{decided} {}

  void operator()(const order_event& event) {
    const auto known =
        std::find_if(changes_.orders.begin(), changes_.orders.end(),
                     [&](const order_change& change) { return change.after.id == event.after.id; });
    if (known == changes_.orders.end()) changes_.orders.push_back({event.after, event.after.version - 1});
    else known->after = event.after;
    note(event.after.id, to_string(event.kind), event.detail);
  }

  void operator()(const stock_moved& event) { stock_[event.product] += event.delta; }

  void operator()(const payment_settled&) {}
  void operator()(const paid_by_hand&) {}

  void operator()(const payment_reviewed& event) {
    if (event.reason != review_reason::unknown_order)
      note(event.order, "payment_review", std::string{to_string(event.reason)});
  }

  void operator()(const payment_event&) {}

  void operator()(const refund_event& event) {
    const refund& one = event.after;
    std::string detail = format_money(one.amount);
    if (const auto& why = one.version == 1 ? one.reason : one.note; !why.empty()) detail += ", " + why;
    note(one.order, "refund_" + std::string{to_string(one.state)}, detail);
  }

  void operator()(const review_event& event) {
    // What its reference names is no order of ours.
    if (event.after.reason == review_reason::unknown_order) return;
    note(event.after.order, "review_" + std::string{to_string(event.after.state)}, event.after.note);
  }

  void operator()(const attention_needed& event) {
    // What becomes of orders and refunds stands there by itself.
    if (event.why == attention::refund_contradicted) note(event.order, to_string(event.why), event.subject);
  }

  desk_changes finish() {
    for (const auto& [product, delta] : stock_)
      if (delta != 0) changes_.stock.push_back({product, delta});
    return std::move(changes_);
  }

 private:
  void note(const order_id& order, std::string_view what, const std::string& detail) {
    if (order.is_nil()) return;
    std::string text{what};
    if (!detail.empty()) text += ": " + detail;
    changes_.timeline.push_back({order, std::move(text), decided_.actor, decided_.at, decided_.noticed_by});
  }

  const decision& decided_;
  desk_changes changes_;
  std::map<product_id, std::int64_t> stock_;
};

}  // namespace

std::string payment_reviewed::subject() const {
  return review_subject(reason, fact.reference, fact.transaction);
}

std::string_view to_string(attention why) noexcept {
  switch (why) {
    case attention::dispute: return "dispute";
    case attention::refund_awaits_approval: return "refund_awaits_approval";
    case attention::refund_needs_attention: return "refund_needs_attention";
    case attention::refund_failed: return "refund_failed";
    case attention::refund_unproved: return "refund_unproved";
    case attention::refund_contradicted: return "refund_contradicted";
    case attention::more_came: return "more_came";
  }
  return "unknown";
}

std::string_view to_string(order_event_kind kind) noexcept {
  switch (kind) {
    case order_event_kind::placed: return "placed";
    case order_event_kind::changed: return "changed";
    case order_event_kind::cancelled: return "cancelled";
    case order_event_kind::expired: return "expired";
    case order_event_kind::checkout_started: return "checkout_started";
    case order_event_kind::payment_link_recorded: return "payment_link_recorded";
    case order_event_kind::payment_link_failed: return "payment_link_failed";
    case order_event_kind::payment_pending: return "payment_pending";
    case order_event_kind::hold_set: return "hold_set";
    case order_event_kind::hold_released: return "hold_released";
    case order_event_kind::paid: return "paid";
    case order_event_kind::fulfilled: return "fulfilled";
    case order_event_kind::payment_grew: return "payment_grew";
    case order_event_kind::partly_refunded: return "partly_refunded";
    case order_event_kind::refunded: return "refunded";
    case order_event_kind::disputed: return "disputed";
    case order_event_kind::dispute_released: return "dispute_released";
  }
  return "unknown";
}

desk_changes changes_of(const decision& decided) {
  collector collect{decided};
  for (const auto& event : decided.events) std::visit(collect, event);
  return collect.finish();
}

}  // namespace sellavie
