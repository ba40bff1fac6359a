#include "protocol/domain/action_outcome.hpp"

namespace sellavie {

std::string_view to_string(action_effect effect) noexcept {
  switch (effect) {
    case action_effect::nothing: return "nothing";
    case action_effect::order_placed: return "order_placed";
    case action_effect::order_existing: return "order_existing";
    case action_effect::order_changed: return "order_changed";
    case action_effect::order_cancelled: return "order_cancelled";
    case action_effect::checkout_started: return "checkout_started";
    case action_effect::checkout_ready: return "checkout_ready";
    case action_effect::checkout_reminded: return "checkout_reminded";
    case action_effect::checkout_failed: return "checkout_failed";
    case action_effect::invoice_issued: return "invoice_issued";
    case action_effect::payment_confirmed: return "payment_confirmed";
    case action_effect::payment_pending: return "payment_pending";
    case action_effect::payment_failed: return "payment_failed";
    case action_effect::payment_review: return "payment_review";
    case action_effect::order_fulfilled: return "order_fulfilled";
    case action_effect::order_refunded: return "order_refunded";
    case action_effect::reservations_expired: return "reservations_expired";
    case action_effect::hold_set: return "hold_set";
    case action_effect::stock_adjusted: return "stock_adjusted";
    case action_effect::handed_off: return "handed_off";
    case action_effect::contact_recorded: return "contact_recorded";
    case action_effect::refund_updated: return "refund_updated";
    case action_effect::dispute_released: return "dispute_released";
    case action_effect::review_resolved: return "review_resolved";
  }
  return "unknown";
}

std::string_view to_string(refusal why) noexcept {
  switch (why) {
    case refusal::none: return "none";
    case refusal::unknown_product: return "unknown_product";
    case refusal::inactive_product: return "inactive_product";
    case refusal::bad_quantity: return "bad_quantity";
    case refusal::no_items: return "no_items";
    case refusal::too_many_lines: return "too_many_lines";
    case refusal::out_of_stock: return "out_of_stock";
    case refusal::price_changed: return "price_changed";
    case refusal::total_out_of_range: return "total_out_of_range";
    case refusal::no_open_order: return "no_open_order";
    case refusal::not_found: return "not_found";
    case refusal::order_closed: return "order_closed";
    case refusal::payment_link_out: return "payment_link_out";
    case refusal::stale: return "stale";
    case refusal::too_many_open_orders: return "too_many_open_orders";
    case refusal::not_allowed: return "not_allowed";
    case refusal::too_many_actions: return "too_many_actions";
    case refusal::payments_not_connected: return "payments_not_connected";
    case refusal::provider_unavailable: return "provider_unavailable";
    case refusal::invalid_input: return "invalid_input";
    case refusal::invoice_conflict: return "invoice_conflict";
    case refusal::order_open: return "order_open";
    case refusal::key_reused: return "key_reused";
    case refusal::disputed: return "disputed";
    case refusal::refund_exceeds: return "refund_exceeds";
    case refusal::needs_another_person: return "needs_another_person";
    case refusal::already_resolved: return "already_resolved";
  }
  return "unknown";
}

std::optional<action_effect> parse_action_effect(std::string_view name) noexcept {
  for (auto at = std::uint8_t{0}; at <= static_cast<std::uint8_t>(action_effect::review_resolved); ++at)
    if (to_string(static_cast<action_effect>(at)) == name) return static_cast<action_effect>(at);
  return std::nullopt;
}

std::optional<refusal> parse_refusal(std::string_view name) noexcept {
  for (auto at = std::uint8_t{0}; at <= static_cast<std::uint8_t>(refusal::already_resolved); ++at)
    if (to_string(static_cast<refusal>(at)) == name) return static_cast<refusal>(at);
  return std::nullopt;
}

errc reason_of(refusal why) noexcept {
  switch (why) {
    case refusal::none: return errc::internal;
    case refusal::unknown_product:
    case refusal::not_found:
    case refusal::no_open_order: return errc::not_found;
    case refusal::inactive_product:
    case refusal::out_of_stock: return errc::out_of_stock;
    case refusal::bad_quantity:
    case refusal::no_items:
    case refusal::invalid_input:
    case refusal::key_reused: return errc::invalid_value;
    case refusal::too_many_lines:
    case refusal::too_many_actions: return errc::too_large;
    case refusal::price_changed: return errc::price_changed;
    case refusal::total_out_of_range: return errc::money_range;
    case refusal::order_closed:
    case refusal::payment_link_out:
    case refusal::stale:
    case refusal::order_open:
    case refusal::disputed:
    case refusal::refund_exceeds:
    case refusal::already_resolved:
    case refusal::invoice_conflict: return errc::conflict;
    case refusal::too_many_open_orders: return errc::overloaded;
    case refusal::not_allowed:
    case refusal::needs_another_person:
    case refusal::payments_not_connected: return errc::forbidden;
    case refusal::provider_unavailable: return errc::unavailable;
  }
  return errc::internal;
}

action_outcome make_refusal(std::optional<action_kind> kind, refusal why) {
  action_outcome outcome;
  outcome.kind = kind;
  outcome.why = why;
  outcome.reason = reason_of(why);
  return outcome;
}

action_outcome make_outcome(std::optional<action_kind> kind, action_effect effect) {
  action_outcome outcome;
  outcome.kind = kind;
  outcome.accepted = true;
  outcome.effect = effect;
  return outcome;
}

void describe(action_outcome& outcome, const order& subject) {
  outcome.order = subject.id;
  outcome.order_number = subject.number;
  outcome.status = subject.status;
  outcome.total = subject.total;
  outcome.payment_reference = subject.payment_reference;
  outcome.payment_url = subject.payment_url;
  outcome.tracking = subject.tracking;
  outcome.lines.clear();
  for (const auto& line : subject.lines)
    outcome.lines.push_back({line.sku, line.name, line.quantity, line.unit_price, line.total});
  const auto sum = sum_of(subject.lines, subject.total.currency);
  const bool is_added = sum && sum->minor < subject.total.minor;
  outcome.added_tax = is_added ? money{subject.total.minor - sum->minor, subject.total.currency} : money{};
}

}  // namespace sellavie
