#include "protocol/domain/desk_rules.hpp"

#include <algorithm>

namespace sellavie::desk {

decision answer(action_outcome outcome, const std::string& action_key, const desk_context& context,
                const order* subject) {
  if (subject != nullptr) describe(outcome, *subject);
  return decision{std::move(outcome), {}, action_key, context.actor, context.now};
}

decision become(order_event event, action_outcome outcome, const std::string& action_key,
                const desk_context& context) {
  auto decided = answer(std::move(outcome), action_key, context, &event.after);
  decided.events.emplace_back(std::move(event));
  return decided;
}

order next_version(const order& current) {
  order after = current;
  ++after.version;
  return after;
}

located locate(const order_book& book, const order_target& target, const desk_context& context) {
  const bool by_id = !target.order.is_nil();
  const auto* open = by_id ? find_open_order(book, target.order) : open_order_of(book, target.conversation);
  if (open != nullptr) {
    const bool agrees = target.conversation.is_nil() || open->conversation == target.conversation;
    if (!agrees) return {nullptr, nullptr, refusal::not_found};
    if (is_overtaken(*open, target)) return {nullptr, open, refusal::stale};
    return {open, nullptr, refusal::none};
  }
  const auto* closed =
      by_id ? any_order(book, target.order, context.stored) : last_order_of(book, target.conversation);
  const bool elsewhere =
      closed != nullptr && !target.conversation.is_nil() && closed->conversation != target.conversation;
  if (elsewhere) return {nullptr, nullptr, refusal::not_found};
  const bool settled = closed != nullptr && closed->status != order_status::cancelled &&
                       closed->status != order_status::refunded;
  return {nullptr, closed, settled ? refusal::order_closed : refusal::no_open_order};
}

bool is_overtaken(const order& subject, const order_target& target) noexcept {
  return target.version != 0 && target.version != subject.version;
}

const order* any_order(const order_book& book, const order_id& id, const std::optional<order>& stored) {
  if (const auto* open = find_open_order(book, id)) return open;
  for (const auto& [conversation, closed] : book.recent)
    if (closed.id == id) return &closed;
  return stored && stored->id == id ? &*stored : nullptr;
}

order paid_with(const order& current, const payment_record& payment, const desk_context& context) {
  auto after = next_version(current);
  after.status = order_status::paid;
  after.paid_at = context.now;
  after.payment_url.clear();
  after.payment_transaction = payment.transaction;
  after.received = payment.received.minor;
  after.refunded = payment.returned;
  return after;
}

instant renewed_hold(const order& subject, std::chrono::seconds wanted, const desk_context& context) {
  const auto limit = subject.created_at + context.settings.longest_reservation;
  return std::max<instant>(subject.reserved_until, std::min<instant>(context.now + wanted, limit));
}

instant expires_at(const order& subject, const desk_settings& settings) {
  return subject.payment_url.empty() ? subject.reserved_until
                                     : subject.reserved_until + settings.payment_grace;
}

std::vector<std::pair<instant, const order*>> due_orders(const order_book& book,
                                                         const desk_settings& settings, instant now) {
  std::vector<std::pair<instant, const order*>> due;
  for (const auto& [id, open] : book.open) {
    const auto at = expires_at(open, settings);
    if (at <= now) due.emplace_back(at, &open);
  }
  std::stable_sort(due.begin(), due.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return due;
}

result<money> priced_total(const std::vector<order_line>& lines, const order_book& book) {
  auto sum = sum_of(lines, book.currency);
  if (!sum) return sum;
  const auto amount = with_tax(*sum, book.tax);
  if (!amount) return amount.error();
  return amount->total;
}

std::map<product_id, std::int64_t> pieces_of(const std::vector<order_line>& lines) {
  std::map<product_id, std::int64_t> pieces;
  for (const auto& line : lines) pieces[line.product] += line.quantity;
  return pieces;
}

void return_stock(const order_book& book, const std::vector<order_line>& lines,
                  std::vector<desk_event>& events) {
  for (const auto& [product, pieces] : pieces_of(lines))
    if (book.products.contains(product)) events.emplace_back(stock_moved{product, pieces});
}

}  // namespace sellavie::desk
