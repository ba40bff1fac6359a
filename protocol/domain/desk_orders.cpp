// Placing, changing, cancelling and expiring orders: rules R1-R7, R14, R18, R20 of order_book.hpp.

#include <algorithm>

#include "protocol/domain/desk_rules.hpp"

namespace sellavie::desk {
namespace {

using sku_quantities = std::map<std::string, std::int64_t, std::less<>>;

/// Items with each sku once, in the order of first mention.
using wish = std::vector<wished_item>;
/// Either the value or the refusal that stands against it.
template <class T>
using or_refusal = std::variant<T, action_outcome>;

action_outcome refuse_item(action_kind kind, refusal why, const wished_item& item) {
  auto outcome = make_refusal(kind, why);
  outcome.sku = item.sku;
  outcome.requested = item.quantity;
  return outcome;
}

action_outcome refuse_product(action_kind kind, refusal why, const wished_item& item, const product& found,
                              std::int64_t available) {
  auto outcome = refuse_item(kind, why, item);
  outcome.product_name = found.name;
  outcome.available = available;
  outcome.price = found.price;
  return outcome;
}

or_refusal<wish> merged(const std::vector<wished_item>& items, action_kind kind) {
  if (items.empty()) return make_refusal(kind, refusal::no_items);
  wish distinct;
  for (const auto& item : items) {
    if (item.quantity < 1 || item.quantity > max_line_quantity)
      return refuse_item(kind, refusal::bad_quantity, item);
    const auto same = std::find_if(distinct.begin(), distinct.end(),
                                   [&](const wished_item& known) { return known.sku == item.sku; });
    if (same == distinct.end()) {
      if (distinct.size() == max_order_lines) return make_refusal(kind, refusal::too_many_lines);
      distinct.push_back(item);
      continue;
    }
    same->quantity += item.quantity;
    if (same->quantity > max_line_quantity) return refuse_item(kind, refusal::bad_quantity, *same);
    if (same->shown_price_version == 0) same->shown_price_version = item.shown_price_version;
  }
  return distinct;
}

bool has_items(const order& subject, const wish& items) {
  sku_quantities there;
  for (const auto& line : subject.lines) there[line.sku] += line.quantity;
  return there.size() == items.size() &&
         std::all_of(items.begin(), items.end(), [&](const wished_item& item) {
           const auto found = there.find(item.sku);
           return found != there.end() && found->second == item.quantity;
         });
}

or_refusal<order_line> priced_line(const order_book& book, const wished_item& item, action_kind kind,
                                   const std::map<product_id, std::int64_t>& held) {
  const auto* found = find_product(book, item.sku);
  if (found == nullptr) return refuse_item(kind, refusal::unknown_product, item);
  const auto own = held.find(found->id);
  const auto available = found->stock + (own == held.end() ? 0 : own->second);
  if (!found->active) return refuse_product(kind, refusal::inactive_product, item, *found, 0);
  if (item.shown_price_version != 0 && item.shown_price_version != found->price_version)
    return refuse_product(kind, refusal::price_changed, item, *found, available);
  if (item.quantity > available) return refuse_product(kind, refusal::out_of_stock, item, *found, available);
  const auto total = multiply(found->price, item.quantity);
  if (!total) return refuse_product(kind, refusal::total_out_of_range, item, *found, available);
  return order_line{found->id,    found->sku,           found->name, item.quantity,
                    found->price, found->price_version, *total};
}

/// Fills lines and total of `subject`; the refusal if that cannot be. `held` is what the order has already.
std::optional<action_outcome> fill(order& subject, const order_book& book, const wish& items,
                                   action_kind kind, const std::map<product_id, std::int64_t>& held) {
  subject.lines.clear();
  for (const auto& item : items) {
    auto line = priced_line(book, item, kind, held);
    if (auto* refused = std::get_if<action_outcome>(&line)) return std::move(*refused);
    subject.lines.push_back(std::move(std::get<order_line>(line)));
  }
  const auto total = priced_total(subject.lines, book);
  if (!total) return make_refusal(kind, refusal::total_out_of_range);
  subject.total = *total;
  subject.tax = book.tax;
  return std::nullopt;
}

void move_difference(const std::map<product_id, std::int64_t>& before,
                     const std::map<product_id, std::int64_t>& after, std::vector<desk_event>& events) {
  auto deltas = before;
  for (const auto& [product, pieces] : after) deltas[product] -= pieces;
  for (const auto& [product, delta] : deltas)
    if (delta != 0) events.emplace_back(stock_moved{product, delta});
}

decision replace_items(const order_book& book, const order& current, const wish& items, action_kind kind,
                       const std::string& action_key, const desk_context& context) {
  const auto held = pieces_of(current.lines);
  auto after = next_version(current);
  if (auto refused = fill(after, book, items, kind, held))
    return answer(std::move(*refused), action_key, context, &current);
  after.wished_at = context.now;
  after.reserved_until = renewed_hold(current, context.settings.reservation_time, context);
  after.payment_reference.clear();
  after.payment_url.clear();
  const auto wanted = pieces_of(after.lines);
  auto decided = become({order_event_kind::changed, std::move(after), {}},
                        make_outcome(kind, action_effect::order_changed), action_key, context);
  move_difference(held, wanted, decided.events);
  return decided;
}

/// R3: the order that a repeated wish means.
const order* repeated(const order_book& book, const place_order& command, const wish& items,
                      const desk_context& context) {
  const auto* last = last_order_of(book, command.conversation);
  if (last == nullptr || !has_items(*last, items)) return nullptr;
  if (!is_closed(last->status)) return last;
  if (command.how == placing::by_person_again) return nullptr;
  const bool void_now = last->status == order_status::cancelled || last->status == order_status::refunded;
  const bool in_window = context.now - last->wished_at <= context.settings.duplicate_window;
  return !void_now && in_window ? last : nullptr;
}

/// At most `limit` bytes, never cutting a UTF-8 sequence.
std::string shortened(const std::string& text, std::size_t limit) {
  if (text.size() <= limit) return text;
  auto end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

order new_order(const order_book& book, const place_order& command, const desk_context& context) {
  order fresh;
  fresh.id = context.new_order;
  fresh.number = book.next_order_number;
  fresh.conversation = command.conversation;
  fresh.contact = command.contact;
  fresh.note = shortened(command.note, max_order_note_bytes);
  fresh.idempotency_key = command.action_key;
  fresh.created_at = context.now;
  fresh.wished_at = context.now;
  fresh.reserved_until = context.now + context.settings.reservation_time;
  return fresh;
}

decision place_new(const order_book& book, const place_order& command, const wish& items,
                   const desk_context& context) {
  constexpr auto kind = action_kind::place_order;
  if (book.open.size() >= context.settings.max_open_orders)
    return answer(make_refusal(kind, refusal::too_many_open_orders), command.action_key, context);
  auto fresh = new_order(book, command, context);
  if (auto refused = fill(fresh, book, items, kind, {}))
    return answer(std::move(*refused), command.action_key, context);
  const auto wanted = pieces_of(fresh.lines);
  auto decided = become({order_event_kind::placed, std::move(fresh), {}},
                        make_outcome(kind, action_effect::order_placed), command.action_key, context);
  move_difference({}, wanted, decided.events);
  return decided;
}

bool names(const std::vector<std::string>& references, const order& open) {
  return std::find(references.begin(), references.end(), open.payment_reference) != references.end();
}

/// A live link of which its provider has not just said that it is unpaid.
bool is_unanswered(const order& open, const expire_reservations& command) {
  return !open.payment_url.empty() && !names(command.unpaid, open);
}

payment_reviewed unanswered(const order& open) {
  payment_fact unknown{.reference = open.payment_reference, .status = payment_status::not_started};
  return {open.id, std::move(unknown), review_reason::not_answered};
}

/// R24: a person is looking at money of this order already.
bool is_under_review(const order_book& book, const order& open) {
  return std::any_of(book.reviewed.begin(), book.reviewed.end(),
                     [&](const auto& money) { return money.second == open.id; });
}

order cancelled(const order& current) {
  auto after = next_version(current);
  after.status = order_status::cancelled;
  after.payment_url.clear();
  return after;
}

}  // namespace

decision decide(const order_book& book, const place_order& command, const desk_context& context) {
  constexpr auto kind = action_kind::place_order;
  auto checked = merged(command.items, kind);
  if (auto* refused = std::get_if<action_outcome>(&checked))
    return answer(std::move(*refused), command.action_key, context);
  const auto& items = std::get<wish>(checked);
  if (const auto* existing = repeated(book, command, items, context))
    return answer(make_outcome(kind, action_effect::order_existing), command.action_key, context, existing);
  const auto* open = open_order_of(book, command.conversation);
  if (open == nullptr) return place_new(book, command, items, context);
  if (command.how != placing::by_chat)
    return answer(make_refusal(kind, refusal::order_open), command.action_key, context, open);
  if (!open->payment_reference.empty())
    return answer(make_refusal(kind, refusal::payment_link_out), command.action_key, context, open);
  return replace_items(book, *open, items, kind, command.action_key, context);
}

decision decide(const order_book& book, const change_order& command, const desk_context& context) {
  constexpr auto kind = action_kind::change_order;
  const auto where = locate(book, command.target, context);
  if (where.open == nullptr)
    return answer(make_refusal(kind, where.why), command.action_key, context, where.closed);
  auto checked = merged(command.items, kind);
  if (auto* refused = std::get_if<action_outcome>(&checked))
    return answer(std::move(*refused), command.action_key, context, where.open);
  const auto& items = std::get<wish>(checked);
  if (has_items(*where.open, items))
    return answer(make_outcome(kind, action_effect::order_existing), command.action_key, context, where.open);
  return replace_items(book, *where.open, items, kind, command.action_key, context);
}

decision decide(const order_book& book, const cancel_order& command, const desk_context& context) {
  constexpr auto kind = action_kind::cancel_order;
  const auto where = locate(book, command.target, context);
  if (where.open == nullptr)
    return answer(make_refusal(kind, where.why), command.action_key, context, where.closed);
  auto decided = become({order_event_kind::cancelled, cancelled(*where.open), command.reason},
                        make_outcome(kind, action_effect::order_cancelled), command.action_key, context);
  return_stock(book, where.open->lines, decided.events);
  const bool may_be_paid = command.provider == provider_word::silent && !where.open->payment_url.empty();
  if (may_be_paid && !is_under_review(book, *where.open))
    decided.events.emplace_back(unanswered(*where.open));
  return decided;
}

decision decide(const order_book& book, const expire_reservations& command, const desk_context& context) {
  auto due = due_orders(book, context.settings, context.now);
  const auto must_wait = [&](const auto& entry) {
    const auto& [at, open] = entry;
    return is_unanswered(*open, command) &&
           (!names(command.silent, *open) || context.now < at + context.settings.unanswered_grace);
  };
  std::erase_if(due, must_wait);
  if (due.size() > context.settings.expiry_batch) due.resize(context.settings.expiry_batch);
  auto outcome = make_outcome(std::nullopt, action_effect::reservations_expired);
  outcome.requested = static_cast<std::int64_t>(due.size());
  auto decided = answer(std::move(outcome), {}, context);
  for (const auto& [at, open] : due) {
    decided.events.emplace_back(order_event{order_event_kind::expired, cancelled(*open), {}});
    return_stock(book, open->lines, decided.events);
    if (!is_unanswered(*open, command) || is_under_review(book, *open)) continue;
    decided.events.emplace_back(unanswered(*open));
  }
  return decided;
}

}  // namespace sellavie::desk
