#include "storage/outgoing_events.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "protocol/domain/order.hpp"

namespace sellavie::storage {
namespace {

using nlohmann::json;
using outgoing::event_type;

/// Nothing: nobody is told of it.
std::optional<event_type> event_of(std::string_view status) noexcept {
  const auto parsed = parse_order_status(status);
  if (!parsed) return std::nullopt;
  switch (*parsed) {
    case order_status::paid: return event_type::order_paid;
    case order_status::fulfilled: return event_type::order_fulfilled;
    case order_status::cancelled: return event_type::order_cancelled;
    case order_status::refunded: return event_type::order_refunded;
    case order_status::draft:
    case order_status::awaiting_payment: break;
  }
  return std::nullopt;
}

json data_of(const order_row& order) {
  json items = json::array();
  for (const auto& one : order.items)
    items.push_back(
        {{"sku", one.sku}, {"quantity", one.quantity}, {"unit_price_minor", one.unit_price_minor}});
  return {{"order_id", to_string(order.id)},
          {"number", order.number},
          {"status", order.status},
          {"currency", order.currency},
          {"total_minor", order.total_minor},
          {"items", std::move(items)},
          {"customer_id", to_string(order.contact)},
          {"conversation_id", to_string(order.conversation)}};
}

/// What was written of it last: an order's row has no time of its change.
instant changed_at(const order_row& order, const change_set& changes) {
  auto at = std::max({order.created_at, order.wished_at, order.paid_at});
  for (const auto& entry : changes.timeline)
    if (entry.order == order.id) at = std::max(at, entry.at);
  return at;
}

class collector {
 public:
  explicit collector(const change_set& changes) : changes_{changes} {}

  std::vector<outgoing_event_row> all() && {
    for (const auto& one : changes_.orders) add_order(one);
    for (const auto& one : changes_.tasks)
      if (one.kind == "payment_review") add_review(one);
    for (const auto& one : changes_.conversations) add_hand_over(one);
    for (const auto& one : changes_.invoices) add_invoice(one);
    return std::move(events_);
  }

 private:
  outgoing_event_row& add(event_type type, const uuid& subject, const business_id& business, instant at,
                          const json& data) {
    const auto id = outgoing::make_event_id(type, subject, at);
    events_.push_back({.id = id,
                       .business = business,
                       .type = outgoing::to_string(type),
                       .body = outgoing::write_event({id, type, business, at}, data),
                       .at = at});
    return events_.back();
  }

  void add_order(const order_row& order) {
    const auto reached = event_of(order.status);
    const bool is_new = order.prior_version == 0;
    if (!is_new && !reached) return;
    const auto data = data_of(order);
    const auto tell = [&](event_type type, instant at) {
      auto& told = add(type, order.id.value, order.business, at, data);
      told.order = order.id;
      told.standing = order.status;
    };
    if (is_new) tell(event_type::order_placed, order.created_at);
    if (reached) tell(*reached, changed_at(order, changes_));
  }

  void add_review(const person_task& task) {
    add(event_type::payment_review, task.id, task.business, task.created_at,
        {{"task_id", to_string(task.id)}})
        .standing = task.reason;
  }

  void add_hand_over(const conversation_change& chat) {
    if (chat.epoch == chat.expected_epoch || chat.owner != chat_owner::person) return;
    for (const auto& task : changes_.tasks)
      if (task.kind == "handover" && task.conversation == chat.conversation) {
        add(event_type::conversation_handed_over, task.id, chat.business, task.created_at,
            {{"conversation_id", to_string(chat.conversation)}, {"task_id", to_string(task.id)}});
        return;
      }
  }

  void add_invoice(const invoice_row& invoice) {
    add(event_type::invoice_issued, invoice.id.value, invoice.business, invoice.issued_at,
        {{"invoice_id", to_string(invoice.id)},
         {"order_id", to_string(invoice.order)},
         {"kind", invoice.kind},
         {"series", invoice.series},
         {"number", invoice.number},
         {"currency", invoice.currency},
         {"total_minor", invoice.total_minor},
         {"corrects", invoice.corrects.empty() ? json(nullptr) : json(invoice.corrects)},
         {"refund_id", invoice.refund ? json(to_string(*invoice.refund)) : json(nullptr)}});
  }

  const change_set& changes_;
  std::vector<outgoing_event_row> events_;
};

}  // namespace

std::vector<outgoing_event_row> outgoing_events_of(const change_set& changes) {
  return collector{changes}.all();
}

}  // namespace sellavie::storage
