#include "net/api/resources/order_view.hpp"

#include "actors/composed.hpp"
#include "net/api/ask_actor.hpp"
#include "net/api/resources/conversation_view.hpp"
#include "net/api/shapes.hpp"
#include "net/api/wish_fingerprint.hpp"
#include "protocol/channel/window.hpp"
#include "protocol/domain/invoice.hpp"

namespace sellavie::net {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

schema status_word() {
  std::vector<std::string> words;
  for (const auto status : all_order_statuses) words.emplace_back(to_string(status));
  return schema::word(std::move(words));
}

schema item_shape() {
  return schema::object(
             {{"product_id", schema::uuid()},
              {"sku", schema::text({1, 200, api::text_format::lines}).example("ANK-6")},
              {"name", schema::text({0, 1000, api::text_format::lines}).example("Ankara fabric, 6 yards")},
              {"quantity", schema::integer(1, max_line_quantity)},
              {"unit_price_minor", money_number().described("When it was ordered.")},
              {"total_minor", money_number()}})
      .named("OrderItem");
}

schema payment_shape() {
  return schema::object({{"id", schema::uuid()},
                         {"provider", schema::text({1, 40})
                                          .example("paystack")
                                          .described("\"cash\" and \"transfer\" were taken by a person.")},
                         {"mode", schema::word({"test", "live"})},
                         {"reference", schema::text({1, 200, api::text_format::token}).example("SV-1042-1")},
                         {"amount_minor", money_number()},
                         {"currency", currency_text()},
                         {"status", schema::word({"intent", "link", "paid", "failed", "expired", "review"})},
                         {"created_at", schema::timestamp()},
                         {"settled_at", schema::timestamp().or_null()}})
      .named("Payment");
}

schema invoice_line_shape() {
  return schema::object({{"id", schema::uuid()},
                         {"kind", schema::word({"invoice", "credit_note"})},
                         {"number", invoice_number_text()},
                         {"issued_at", schema::timestamp()}});
}

json shown(const storage::listed_item& one) {
  return {{"product_id", to_string(one.product)},
          {"sku", one.sku},
          {"name", one.name},
          {"quantity", one.quantity},
          {"unit_price_minor", one.unit_price_minor},
          {"total_minor", one.unit_price_minor * one.quantity}};
}

json shown(const storage::listed_payment& one) {
  return {{"id", to_string(one.id)},
          {"provider", one.provider},
          {"mode", one.mode},
          {"reference", one.reference},
          {"amount_minor", one.amount_minor},
          {"currency", one.currency},
          {"status", one.status},
          {"created_at", api::timestamp(to_unix_ms(one.created_at))},
          {"settled_at", time_or_null(one.settled_at)}};
}

json shown(const storage::order_invoice_line& one) {
  return {{"id", to_string(one.id)},
          {"kind", one.kind},
          {"number", format_invoice_number(one.series, one.number)},
          {"issued_at", api::timestamp(to_unix_ms(one.issued_at))}};
}

template <class Rows>
json all_shown(const Rows& rows) {
  auto list = json::array();
  for (const auto& one : rows) list.push_back(shown(one));
  return list;
}

// --- refusals ------------------------------------------------------------------------------------

problem conflict(std::string detail) { return {problems::conflict, std::move(detail)}; }
problem wrong(std::string field, std::string detail) {
  return {problems::invalid, {}, {{std::move(field), std::move(detail)}}};
}

/// Closed means closed: which state, and what can be done instead.
problem told_closed(const action_outcome& refused) {
  const auto label = "Order " + order_label(refused.order_number);
  switch (refused.status) {
    case order_status::draft:
    case order_status::awaiting_payment: return conflict(label + " is not paid yet.");
    case order_status::paid:
      return conflict(label + " is paid: it can be fulfilled or refunded, and not changed any more.");
    case order_status::fulfilled:
      return conflict(label +
                      " is fulfilled: it can be refunded, and nothing else about it changes any more.");
    case order_status::cancelled: return conflict(label + " is cancelled: place another one.");
    case order_status::refunded: return conflict(label + " is refunded: place another one.");
  }
  return conflict(label + " is closed.");
}

}  // namespace

// --- shapes --------------------------------------------------------------------------------------

schema money_number() { return schema::integer().example(1'500'000); }
schema currency_text() {
  return schema::text({3, 3}).example("NGN").described("ISO 4217; amounts are in its minor units.");
}

std::vector<api::field> order_summary_fields() {
  return {
      {"id", schema::uuid()},
      {"number",
       schema::integer(1).example(1042).described("Shown to people as \"#1042\"; rises, with gaps.")},
      {"conversation_id", schema::uuid()},
      {"customer_id", schema::uuid()},
      {"customer_name", customer_name_text()},
      {"channel", channel_word()},
      {"status", status_word().described("draft and awaiting_payment are open; the others are closed.")},
      {"total_minor", money_number()},
      {"received_minor",
       money_number().described("What settled it: more than the total when the customer bears "
                                "the fees, anything when a person said so.")},
      {"refunded_minor", money_number().described("What went back of that.")},
      {"currency", currency_text()},
      {"dispute",
       schema::word({"none", "open", "released"})
           .described("open: the customer's bank asks for the money. The order is frozen until a person "
                      "releases it.")},
      {"pieces", schema::integer(0)},
      {"reserved_until", schema::timestamp().or_null().described(
                             "Of an open order: when its stock goes back, with a few minutes more while a "
                             "payment link is live.")},
      {"paid_at", schema::timestamp().or_null()},
      {"created_at", schema::timestamp()},
      {"version", schema::integer(1).described("The ETag.")}};
}

schema order_summary_shape() { return schema::object(order_summary_fields()).named("OrderSummary"); }

schema order_shape() {
  auto fields = order_summary_fields();
  for (auto& one : std::vector<api::field>{
           {"note", schema::text({0, 1000, api::text_format::lines}).example("Deliver in the evening.")},
           {"tracking", schema::text({0, 200, api::text_format::lines})
                            .example("GIG 12345")
                            .described("Of a fulfilled order.")},
           {"payment_url", schema::text({1, 2048, api::text_format::token})
                               .example("https://checkout.paystack.com/abc123")
                               .or_null()
                               .described("Of the live payment link.")},
           {"items", schema::list(item_shape(), max_order_lines)},
           {"payments", schema::list(payment_shape(), 50).described("Every attempt, newest first.")},
           {"invoices", schema::list(invoice_line_shape(), 101)}})
    fields.push_back(std::move(one));
  return schema::object(std::move(fields)).named("Order");
}

// --- showing -------------------------------------------------------------------------------------

json shown(const storage::listed_order& one) {
  const bool is_open = !is_closed(parse_order_status(one.status).value_or(order_status::draft));
  return {{"id", to_string(one.id)},
          {"number", one.number},
          {"conversation_id", to_string(one.conversation)},
          {"customer_id", to_string(one.customer)},
          {"customer_name", one.customer_name},
          {"channel", one.channel},
          {"status", one.status},
          {"total_minor", one.total_minor},
          {"received_minor", one.received_minor},
          {"refunded_minor", one.refunded_minor},
          {"dispute", one.dispute},
          {"currency", one.currency},
          {"pieces", one.pieces},
          {"reserved_until", is_open ? time_or_null(one.reserved_until) : json(nullptr)},
          {"paid_at", time_or_null(one.paid_at)},
          {"created_at", api::timestamp(to_unix_ms(one.created_at))},
          {"version", one.version}};
}

json shown(const storage::order_detail& one) {
  auto order = shown(one.summary);
  order["note"] = one.note;
  order["tracking"] = one.tracking;
  order["payment_url"] = one.payment_url.empty() ? json(nullptr) : json(one.payment_url);
  order["items"] = all_shown(one.items);
  order["payments"] = all_shown(one.payments);
  order["invoices"] = all_shown(one.invoices);
  return order;
}

api_outcome show_order(workplace& place, const api_call& call, const order_id& id) {
  return answer_with(storage::find_order(place.store, call.by.business, id),
                     [](const auto& found) -> api_outcome {
                       if (!found) return problem{problems::not_found};
                       return with_version({200, shown(*found)}, found->summary.version);
                     });
}

std::variant<storage::order_detail, problem> order_of_path(workplace& place, const api_call& call) {
  const auto found = storage::find_order(place.store, call.by.business, call.id<order_id>("order_id"));
  if (!found) return api::problem_of(found.error());
  if (!found.value()) return problem{problems::not_found};
  return *found.value();
}

// --- commands ------------------------------------------------------------------------------------

// What the system says counts as the server's own word: within 24 hours of the customer's last one.
std::variant<actors::customer_notice, problem> notice_in(const storage::order_chat& chat,
                                                         const api_call& call) {
  if (chat.is_blocked)
    return problem{problems::customer_blocked, "Unblock the customer, or tell them nothing."};
  if (chat.is_disconnected)
    return problem{problems::not_connected, "Connect the account again, or tell the customer nothing."};
  const auto last = chat.last_customer_at == instant{} ? std::nullopt : std::optional{chat.last_customer_at};
  const auto channel = parse_channel(chat.channel).value_or(channel_kind::whatsapp);
  const auto window = channel::decide_window(channel::sender_kind::system, last, call.now, channel);
  if (std::holds_alternative<channel::window_closed>(window))
    return problem{
        problems::window_closed,
        "The customer wrote more than 24 hours ago, or never. Do it without telling them here, and reach "
        "them in another way."};
  return actors::customer_notice{chat.conversation, chat.connection, chat.customer};
}

problem refusal_of(const action_outcome& refused) {
  switch (refused.why) {
    case refusal::not_found: return {problems::not_found};
    case refusal::no_open_order:
    case refusal::order_closed:
      if (refused.order_number == 0) return {problems::not_found};
      return told_closed(refused);
    case refusal::stale: return {problems::stale};
    case refusal::key_reused: return key_was_used();
    case refusal::order_open:
      return conflict("Order " + order_label(refused.order_number) +
                      " of this conversation is open and has other items: change or cancel that one.");
    case refusal::unknown_product: return wrong("/items", "name a sku that is not in the catalogue");
    case refusal::inactive_product: return conflict(refused.sku + " is archived and not offered any more.");
    case refusal::out_of_stock:
      return conflict("Only " + std::to_string(refused.available) + " of " + refused.sku + " are free.");
    case refusal::bad_quantity: return wrong("/items", "have more than 10,000 pieces of one sku");
    case refusal::no_items:
    case refusal::too_many_lines: return wrong("/items", "must be 1 to 50");
    case refusal::total_out_of_range:
      return conflict("The total must be above nothing and within what an amount can be.");
    case refusal::too_many_open_orders: return conflict("There are too many open orders: close some first.");
    case refusal::payments_not_connected: return conflict("Connect a payment provider first.");
    case refusal::provider_unavailable:
      return {
          .kind = problems::unavailable, .detail = "The payment provider does not answer.", .retry_after = 5};
    case refusal::invalid_input: return {problems::invalid};
    case refusal::not_allowed:
      return conflict("In its present state (" + std::string{to_string(refused.status)} +
                      ") the order cannot have that.");
    case refusal::invoice_conflict:
      return conflict(
          "The order has changed since its invoice was issued: a credit note must correct it first.");
    case refusal::disputed:
      return conflict("The customer's bank asks for the money of order " + order_label(refused.order_number) +
                      ": release it first.");
    case refusal::refund_exceeds:
      if (refused.amount.minor == 0) return conflict("Nothing is left of this money.");
      return conflict("Of this money " + format_money(refused.amount) +
                      " are left, refunds on their way deducted.");
    case refusal::needs_another_person:
      return conflict("Whoever asked for a refund cannot agree to it: another person must.");
    case refusal::already_resolved: return conflict("That was decided before.");
    default: return api::problem_of(make_failure(refused.reason, refused.detail));
  }
}

result<action_outcome> ask_order_desk(const workplace& place, const api_call& call,
                                      actors::order_command command) {
  auto& request = command.request;
  request.replay = !request.action_key.empty();
  request.actor = "person:" + to_string(call.by.account);
  request.by = origin_of(call);
  if (request.replay) request.wish = wish_fingerprint(call);
  return ask_actor<action_outcome>(place.with.doors->registry,
                                   actors::command_order{call.by.business, std::move(command)});
}

std::variant<action_outcome, problem> ask_about_order(const workplace& place, const api_call& call,
                                                      actors::order_command command) {
  auto answered = ask_order_desk(place, call, std::move(command));
  if (!answered) return api::problem_of(answered.error());
  auto& outcome = answered.value();
  if (!outcome.accepted) return refusal_of(outcome);
  if (outcome.effect == action_effect::payment_review)
    return conflict(
        "Money for this order has come that does not fit it: a task says what to look at. Ask again to "
        "go on without it.");
  if (outcome.effect == action_effect::checkout_failed)
    return problem{.kind = problems::unavailable,
                   .detail = "The payment provider made no link: try again.",
                   .retry_after = 5};
  return std::move(outcome);
}

}  // namespace sellavie::net
