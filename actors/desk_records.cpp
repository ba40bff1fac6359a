#include "actors/desk_records.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "actors/checkout_reminding.hpp"
#include "actors/money_records.hpp"
#include "actors/payment_check.hpp"
#include "protocol/action/outcome_codec.hpp"

namespace sellavie::actors {
namespace {

void write_order(const order_change& change, business_id business, storage::change_set& to) {
  auto row = to_row(change.after, business);
  row.prior_version = change.prior_version;
  to.orders.push_back(std::move(row));
}

/// The money that a provider's word, or a person's, settles an order with; null: none does.
const payment_settled* settled_by(const decision& decided) {
  for (const desk_event& event : decided.events)
    if (const auto* settled = std::get_if<payment_settled>(&event)) return settled;
  return nullptr;
}

bool is_by_hand(const decision& decided) {
  return std::any_of(decided.events.begin(), decided.events.end(),
                     [](const desk_event& event) { return std::holds_alternative<paid_by_hand>(event); });
}

/// Nobody is meant to pay by this link any more. Where its provider can, it is ended there too, whoever makes links now.
void drop_link(const order& after, std::int32_t attempt, const decision& decided,
               const write_context& context, storage::change_set& to) {
  if (attempt < 1) return;
  const auto reference = make_payment_reference(after.id, attempt);
  to.payments.push_back({.business = context.business,
                         .order = after.id,
                         .reference = reference,
                         .expected_status = "open",
                         .status = "expired",
                         .at = decided.at,
                         .must_change = false});
  if (context.ends_links)
    to.jobs.push_back(
        link_end_of(reference, context.business, context.ids.next_as<storage::job_id>(), decided.at));
}

void remind_of(const order& after, const decision& decided, const write_context& context,
               storage::change_set& to) {
  const auto first =
      next_reminder(context.reminders, {decided.at, after.reserved_until}, {}, decided.at).again_at;
  if (first)
    to.jobs.push_back(
        reminder_of(after.id, context.business, context.ids.next_as<storage::job_id>(), decided.at, *first));
}

/// Without an account the desk is asked for no link.
void begin_at(const payment_account* account, storage::payment_row& row) {
  row.provider = account != nullptr ? to_string(account->provider) : "none";
  row.mode = to_string(account != nullptr ? account->mode : payment_mode::test);
  if (account != nullptr) row.connection = account->connection;
}

// A payment row lives as long as its reference: intent, link, then what became of it. One that went to
// review stays there whatever becomes of its order.
void write_payment(const order_event& event, const decision& decided, const write_context& context,
                   storage::change_set& to) {
  const order& after = event.after;
  storage::payment_row row{.business = context.business,
                           .order = after.id,
                           .reference = after.payment_reference,
                           .amount_minor = after.total.minor,
                           .currency = std::string{after.total.currency.text()},
                           .at = decided.at};
  switch (event.kind) {
    case order_event_kind::checkout_started:
      drop_link(after, after.payment_attempt - 1, decided, context, to);
      row.id = context.ids.next_as<payment_id>();
      row.status = "intent";
      begin_at(context.paying, row);
      break;
    case order_event_kind::payment_link_recorded:
      row.expected_status = "intent";
      row.status = "link";
      row.url = after.payment_url;
      row.link_id = event.link_id;
      to.jobs.push_back(
          poll_of(row.reference, context.business, context.ids.next_as<storage::job_id>(), decided.at));
      remind_of(after, decided, context, to);
      break;
    case order_event_kind::payment_link_failed:
      // The order has dropped the reference already.
      row.reference = make_payment_reference(after.id, after.payment_attempt);
      row.expected_status = "open";
      row.status = "failed";
      row.must_change = false;
      break;
    case order_event_kind::paid:
      // By hand or by other money: nobody needs the link any more.
      if (const auto* settled = settled_by(decided);
          settled != nullptr && settled->fact.reference == row.reference)
        return;
      [[fallthrough]];
    case order_event_kind::changed:
    case order_event_kind::cancelled:
    case order_event_kind::expired: return drop_link(after, after.payment_attempt, decided, context, to);
    case order_event_kind::placed:
    case order_event_kind::hold_set:
    case order_event_kind::hold_released:
    case order_event_kind::payment_pending:
    case order_event_kind::fulfilled:
    case order_event_kind::payment_grew:
    case order_event_kind::partly_refunded:
    case order_event_kind::refunded:
    case order_event_kind::disputed:
    case order_event_kind::dispute_released: return;
  }
  if (!row.reference.empty()) to.payments.push_back(std::move(row));
}

// --- the activity log -----------------------------------------------------------------------------

nlohmann::json logged(const order& subject) {
  nlohmann::json items = nlohmann::json::array();
  for (const auto& line : subject.lines) items.push_back({{"sku", line.sku}, {"quantity", line.quantity}});
  return {{"status", to_string(subject.status)},
          {"total_minor", subject.total.minor},
          {"items", std::move(items)},
          {"reserved_until", to_unix_ms(subject.reserved_until)},
          {"payment_attempt", subject.payment_attempt},
          {"tracking", subject.tracking}};
}

/// Nothing: it is no person's doing, or stands with another event.
std::string_view activity_of(order_event_kind kind, const decision& decided) {
  switch (kind) {
    case order_event_kind::placed: return "order.placed";
    case order_event_kind::changed: return "order.changed";
    case order_event_kind::cancelled: return "order.cancelled";
    case order_event_kind::checkout_started: return "order.payment_link_asked";
    case order_event_kind::hold_set: return "order.hold_set";
    case order_event_kind::hold_released: return "order.hold_released";
    case order_event_kind::paid: return is_by_hand(decided) ? "order.paid_by_hand" : "order.payment_accepted";
    case order_event_kind::fulfilled: return "order.fulfilled";
    case order_event_kind::partly_refunded: return "order.partly_refunded";
    case order_event_kind::refunded: return "order.refunded";
    case order_event_kind::dispute_released: return "order.dispute_released";
    case order_event_kind::payment_grew:
    case order_event_kind::disputed:
    case order_event_kind::expired:
    case order_event_kind::payment_link_recorded:
    case order_event_kind::payment_link_failed:
    case order_event_kind::payment_pending: return {};
  }
  return {};
}

// What people write freely (reasons, notes) stands on the timeline only: a log that cannot be changed is no place
// for it.
void write_activity(const order_event& event, const decision& decided, const write_context& context,
                    storage::change_set& to) {
  const auto action = activity_of(event.kind, decided);
  if (!context.by || action.empty()) return;
  auto after = logged(event.after);
  std::string was;
  if (context.before != nullptr) {
    const auto before = logged(*context.before);
    auto changed = before;
    for (const auto& [name, value] : before.items()) {
      if (after[name] != value) continue;
      changed.erase(name);
      after.erase(name);
    }
    was = changed.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  to.activities.push_back({context.business, *context.by, std::string{action}, "order", event.after.id.value,
                           was, after.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)});
}

/// A refund that may be sent, or that somebody else has begun.
bool is_to_be_run(const refund& after) {
  const bool is_found =
      after.version == 1 && after.origin == refund_origin::elsewhere && is_under_way(after.state);
  return after.state == refund_state::approved || is_found;
}

/// What a person did with it. Cash that is agreed is given back at once, without a call.
std::string_view activity_of(const refund& after) {
  if (after.version == 1) return "refund.requested";
  if (after.state == refund_state::rejected) return "refund.rejected";
  if (after.state == refund_state::approved || after.attempt == 0) return "refund.approved";
  return "refund.resolved";
}

/// Money that a person put on another order has its row there, if at all.
bool is_of(const std::string& reference, const order_id& order) {
  const auto parts = parse_payment_reference(reference);
  return parts && parts->order == order;
}

/// One decision may change a row more than once: it is written as it ends, against what it was before.
template <class Row>
void put_version(std::vector<Row>& rows, Row next) {
  for (Row& known : rows)
    if (known.id == next.id) {
      next.prior_version = known.prior_version;
      known = std::move(next);
      return;
    }
  rows.push_back(std::move(next));
}

/// Money of an order went back, or had when it settled the order.
bool is_to_be_credited(const order_event& event) {
  switch (event.kind) {
    case order_event_kind::paid: return event.after.refunded > 0;
    case order_event_kind::partly_refunded:
    case order_event_kind::refunded: return true;
    default: return false;
  }
}

struct event_writer {
  const decision& decided;
  const write_context& context;
  storage::change_set& to;

  void credit(const order_id& order) const {
    to.jobs.push_back(
        credit_note_of(order, context.business, context.ids.next_as<storage::job_id>(), decided.at));
  }

  void log_money(std::string action, std::string kind, const uuid& subject,
                 const nlohmann::json& after) const {
    if (!context.by) return;
    to.activities.push_back(
        {context.business, *context.by, std::move(action), std::move(kind), subject, {}, after.dump()});
  }

  void operator()(const order_event& event) const {
    write_payment(event, decided, context, to);
    if (is_to_be_credited(event)) credit(event.after.id);
    write_activity(event, decided, context, to);
  }
  void operator()(const paid_by_hand& paid) const {
    if (paid.amount.minor == 0) return;
    to.payments.push_back({.id = context.ids.next_as<payment_id>(),
                           .business = context.business,
                           .order = paid.order,
                           .provider = std::string{to_string(paid.how)},
                           .mode = "live",
                           .reference = by_hand_reference(paid.order),
                           .amount_minor = paid.amount.minor,
                           .currency = std::string{paid.amount.currency.text()},
                           .status = "paid",
                           .at = decided.at});
  }
  void operator()(const payment_settled& settled) const {
    to.payments.push_back({.business = context.business,
                           .order = settled.order,
                           .reference = settled.fact.reference,
                           .expected_status = "unpaid",
                           .status = "paid",
                           .transaction = settled.fact.transaction,
                           .at = decided.at,
                           .must_change = is_of(settled.fact.reference, settled.order)});
  }
  void operator()(const payment_reviewed& reviewed) const {
    to.payments.push_back({.business = context.business,
                           .order = reviewed.order,
                           .reference = reviewed.fact.reference,
                           .expected_status = "unpaid",
                           .status = "review",
                           .transaction = reviewed.fact.transaction,
                           .at = decided.at,
                           .must_change = false});
    const review opened{.id = context.ids.next_as<review_id>(),
                        .order = reviewed.order,
                        .reference = reviewed.fact.reference,
                        .transaction = reviewed.fact.transaction,
                        .reason = reviewed.reason,
                        .opened_at = decided.at};
    (*this)(review_event{opened});
  }
  void operator()(const payment_event& event) const {
    put_version(to.payment_records, to_row(event.after, context.business));
  }
  void operator()(const refund_event& event) const {
    const refund& after = event.after;
    put_version(to.refunds, to_row(after, context.business));
    if (after.state == refund_state::succeeded && !after.order.is_nil()) credit(after.order);
    if (is_to_be_run(after))
      to.jobs.push_back(
          refund_job_of(after, context.business, context.ids.next_as<storage::job_id>(), decided.at));
    log_money(std::string{activity_of(after)}, "refund", after.id.value,
              {{"state", to_string(after.state)},
               {"amount_minor", after.amount.minor},
               {"payment_id", to_string(after.payment)}});
  }
  void operator()(const review_event& event) const {
    const review& after = event.after;
    put_version(to.reviews, to_row(after, context.business));
    if (after.state == review_state::open)
      to.tasks.push_back({context.business, std::nullopt, context.ids.next(), "payment_review",
                          review_subject(after.reason, after.reference, after.transaction), decided.at});
    if (is_open(after.state)) return;
    // The attempt that brought the money is no longer under review.
    if (after.state == review_state::accepted || after.state == review_state::attached)
      to.payments.push_back({.business = context.business,
                             .reference = after.reference,
                             .expected_status = "review",
                             .status = "paid",
                             .at = decided.at,
                             .must_change = false});
    to.review_tasks_done.push_back(
        {context.business, review_subject(after.reason, after.reference, after.transaction), decided.at});
    log_money("payment_review.resolved", "payment_review", after.id.value,
              {{"state", to_string(after.state)}});
  }
  void operator()(const attention_needed& needed) const {
    to.tasks.push_back({context.business, std::nullopt, context.ids.next(),
                        std::string{to_string(needed.why)}, needed.subject, decided.at});
  }
  void operator()(const stock_moved& moved) const {
    if (moved.reason.empty()) return;
    to.stock_movements.push_back({context.ids.next(), context.business, moved.product, moved.delta,
                                  moved.after, moved.reason, decided.actor, decided.at});
    if (!context.by) return;
    const nlohmann::json before{{"stock", moved.after - moved.delta}};
    const nlohmann::json after{{"stock", moved.after}, {"reason", moved.reason}};
    to.activities.push_back({context.business, *context.by, "product.stock_corrected", "product",
                             moved.product.value, before.dump(), after.dump()});
  }
};

}  // namespace

std::optional<order> to_order(const storage::order_row& row, currency_code currency) {
  const auto status = parse_order_status(row.status);
  if (!status) return std::nullopt;
  order subject;
  subject.id = row.id;
  subject.number = row.number;
  subject.conversation = row.conversation;
  subject.contact = row.contact;
  subject.status = *status;
  subject.total = {row.total_minor, currency};
  subject.note = row.note;
  subject.idempotency_key = row.idempotency_key;
  subject.created_at = row.created_at;
  subject.wished_at = row.wished_at;
  subject.payment_transaction = row.payment_transaction;
  subject.reserved_until = row.reserved_until;
  subject.version = row.version;
  subject.payment_attempt = row.payment_attempt;
  subject.payment_reference = row.payment_reference;
  subject.payment_url = row.payment_url;
  subject.tracking = row.tracking;
  subject.received = row.received_minor;
  subject.refunded = row.refunded_minor;
  subject.dispute = parse_dispute_state(row.dispute).value_or(dispute_state::open);
  subject.tax = make_tax_terms(row.tax_mode, row.tax_rate_bp);
  if (to_unix_ms(row.paid_at) != 0) subject.paid_at = row.paid_at;
  for (const auto& item : row.items) {
    order_line line{item.product,       item.sku, item.name, item.quantity, {item.unit_price_minor, currency},
                    item.price_version, {}};
    auto total = multiply(line.unit_price, line.quantity);
    if (!total) return std::nullopt;
    line.total = total.value();
    subject.lines.push_back(std::move(line));
  }
  return subject;
}

storage::order_row to_row(const order& subject, business_id business) {
  storage::order_row row{.id = subject.id,
                         .business = business,
                         .number = subject.number,
                         .conversation = subject.conversation,
                         .contact = subject.contact,
                         .status = std::string{to_string(subject.status)},
                         .currency = std::string{subject.total.currency.text()},
                         .total_minor = subject.total.minor,
                         .note = subject.note,
                         .idempotency_key = subject.idempotency_key,
                         .version = subject.version,
                         .payment_attempt = subject.payment_attempt,
                         .payment_reference = subject.payment_reference,
                         .payment_url = subject.payment_url,
                         .payment_transaction = subject.payment_transaction,
                         .created_at = subject.created_at,
                         .wished_at = subject.wished_at,
                         .reserved_until = subject.reserved_until,
                         .paid_at = subject.paid_at.value_or(instant{}),
                         .tracking = subject.tracking,
                         .received_minor = subject.received,
                         .refunded_minor = subject.refunded,
                         .dispute = std::string{to_string(subject.dispute)},
                         .tax_mode = std::string{to_string(subject.tax.mode)},
                         .tax_rate_bp = subject.tax.rate_bp};
  for (const order_line& line : subject.lines)
    row.items.push_back(
        {line.product, line.sku, line.name, line.quantity, line.unit_price.minor, line.price_version});
  return row;
}

std::vector<product> make_products(const std::vector<storage::stored_product>& rows, currency_code currency) {
  std::vector<product> products;
  products.reserve(rows.size());
  for (const auto& stored : rows)
    products.push_back({stored.id,
                        stored.sku,
                        stored.name,
                        stored.description,
                        {stored.price_minor, currency},
                        stored.stock,
                        stored.price_version,
                        stored.active});
  return products;
}

order_book make_book(const storage::desk_record& record, currency_code currency, std::size_t& skipped) {
  order_book book;
  book.currency = currency;
  book.tax = make_tax_terms(record.tax_mode, record.tax_rate_bp);
  book.next_order_number = record.last_order_number + 1;
  replace_products(book, make_products(record.products, currency));
  for (const auto& row : record.orders) {
    if (const auto subject = to_order(row, currency)) load(book, *subject);
    else ++skipped;
  }
  for (const auto& row : record.open_reviews) {
    if (const auto one = to_review(row)) load(book, *one);
    else ++skipped;
  }
  return book;
}

storage::change_set write_decision(const decision& decided, const write_context& context) {
  storage::change_set changes;
  const desk_changes writes = changes_of(decided);
  for (const order_change& change : writes.orders) write_order(change, context.business, changes);
  for (const stock_delta& moved : writes.stock)
    changes.stock.push_back({context.business, moved.product, moved.delta, decided.at});
  for (const timeline_entry& entry : writes.timeline)
    changes.timeline.push_back(
        {context.business, entry.order, entry.what, entry.actor, entry.at,
         entry.noticed_by ? std::string{to_string(*entry.noticed_by)} : std::string{}});
  for (const desk_event& event : decided.events) std::visit(event_writer{decided, context, changes}, event);
  if (!decided.action_key.empty())
    changes.action_results.push_back(
        {context.business, decided.action_key, encode_outcome(decided.outcome), decided.at});
  return changes;
}

}  // namespace sellavie::actors
