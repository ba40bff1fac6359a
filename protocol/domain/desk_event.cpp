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

  desk_changes finish() {
    for (const auto& [product, delta] : stock_)
      if (delta != 0) changes_.stock.push_back({product, delta});
    return std::move(changes_);
  }

 private:
  void note(const order_id& order, std::string_view what, const std::string& detail) {
    std::string text{what};
    if (!detail.empty()) text += ": " + detail;
    changes_.timeline.push_back({order, std::move(text), decided_.actor, decided_.at});
  }

  const decision& decided_;
  desk_changes changes_;
  std::map<product_id, std::int64_t> stock_;
};

}  // namespace

std::string payment_reviewed::subject() const {
  std::string text = std::string{to_string(reason)} + ": " + fact.reference;
  if (!fact.transaction.empty()) text += " (" + fact.transaction + ")";
  return text;
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
    case order_event_kind::refunded: return "refunded";
  }
  return "unknown";
}

desk_changes changes_of(const decision& decided) {
  collector collect{decided};
  for (const auto& event : decided.events) std::visit(collect, event);
  return collect.finish();
}

}  // namespace sellavie
