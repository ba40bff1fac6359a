#include "protocol/domain/order_book.hpp"

#include <algorithm>

#include "protocol/domain/desk_rules.hpp"

namespace sellavie {
namespace {

void drop_oldest_recent(order_book& book) {
  const auto oldest =
      std::min_element(book.recent.begin(), book.recent.end(),
                       [](const auto& a, const auto& b) { return a.second.wished_at < b.second.wished_at; });
  if (oldest != book.recent.end()) book.recent.erase(oldest);
}

void remember_closed(order_book& book, const order& closed) {
  if (closed.conversation.is_nil()) return;
  const auto known = book.recent.find(closed.conversation);
  if (known != book.recent.end() && known->second.id != closed.id &&
      known->second.wished_at > closed.wished_at)
    return;
  book.recent.insert_or_assign(closed.conversation, closed);
  if (book.recent.size() > max_recent_orders) drop_oldest_recent(book);
}

void store_order(order_book& book, const order& after) {
  book.next_order_number = std::max(book.next_order_number, after.number + 1);
  if (!is_closed(after.status)) {
    book.open.insert_or_assign(after.id, after);
    if (!after.conversation.is_nil())
      book.open_by_conversation.insert_or_assign(after.conversation, after.id);
    return;
  }
  book.open.erase(after.id);
  const auto index = book.open_by_conversation.find(after.conversation);
  if (index != book.open_by_conversation.end() && index->second == after.id)
    book.open_by_conversation.erase(index);
  remember_closed(book, after);
}

void store_product(order_book& book, const product& after) {
  const auto known = book.products.find(after.id);
  if (known != book.products.end()) book.by_sku.erase(known->second.sku);
  book.by_sku.insert_or_assign(after.sku, after.id);
  book.products.insert_or_assign(after.id, after);
}

void remember_review(order_book& book, const std::string& subject, const order_id& order) {
  if (book.reviewed.size() >= max_reviewed) book.reviewed.clear();
  book.reviewed.emplace(subject, order);
}

struct applier {
  order_book& book;

  void operator()(const order_event& event) const { store_order(book, event.after); }
  void operator()(const payment_settled&) const {}
  void operator()(const paid_by_hand&) const {}
  void operator()(const payment_reviewed& event) const {
    remember_review(book, event.subject(), event.order);
  }
  void operator()(const payment_event&) const {}
  void operator()(const refund_event&) const {}
  void operator()(const attention_needed&) const {}
  void operator()(const review_event& event) const {
    const auto& one = event.after;
    const auto subject = review_subject(one.reason, one.reference, one.transaction);
    if (is_open(one.state)) remember_review(book, subject, one.order);
    else book.reviewed.erase(subject);
  }
  void operator()(const stock_moved& event) const {
    const auto known = book.products.find(event.product);
    if (known != book.products.end()) known->second.stock += event.delta;
  }
};

}  // namespace

decision decide(const order_book& book, const desk_command& command, const desk_context& context) {
  auto decided = std::visit([&](const auto& one) { return desk::decide(book, one, context); }, command);
  decided.noticed_by = context.noticed_by;
  return decided;
}

order_id order_named_by(const desk_command& command) noexcept {
  const auto named = [](const auto& one) {
    if constexpr (requires { one.target.order; }) {
      return one.target.order;
    } else if constexpr (requires { one.fact.reference; }) {
      const auto parts = parse_payment_reference(one.fact.reference);
      return parts ? parts->order : order_id{};
    } else {
      return order_id{};
    }
  };
  return std::visit(named, command);
}

void apply(order_book& book, const desk_event& event) { std::visit(applier{book}, event); }

void load(order_book& book, const product& stored) { store_product(book, stored); }

void load(order_book& book, const order& stored) { store_order(book, stored); }

void load(order_book& book, const review& stored) {
  if (!is_open(stored.state)) return;
  remember_review(book, review_subject(stored.reason, stored.reference, stored.transaction), stored.order);
}

void replace_products(order_book& book, const std::vector<product>& stored) {
  book.products.clear();
  book.by_sku.clear();
  for (const product& one : stored) store_product(book, one);
}

void forget_recent(order_book& book, instant before) {
  std::erase_if(book.recent, [&](const auto& entry) { return entry.second.wished_at < before; });
}

const product* find_product(const order_book& book, std::string_view sku) {
  const auto id = book.by_sku.find(sku);
  if (id == book.by_sku.end()) return nullptr;
  const auto found = book.products.find(id->second);
  return found == book.products.end() ? nullptr : &found->second;
}

const order* find_open_order(const order_book& book, const order_id& id) {
  const auto found = book.open.find(id);
  return found == book.open.end() ? nullptr : &found->second;
}

const order* find_order(const order_book& book, const order_id& id) {
  return desk::any_order(book, id, std::nullopt);
}

const order* open_order_of(const order_book& book, const conversation_id& conversation) {
  const auto index = book.open_by_conversation.find(conversation);
  return index == book.open_by_conversation.end() ? nullptr : find_open_order(book, index->second);
}

const order* last_order_of(const order_book& book, const conversation_id& conversation) {
  if (const auto* open = open_order_of(book, conversation)) return open;
  const auto closed = book.recent.find(conversation);
  return closed == book.recent.end() ? nullptr : &closed->second;
}

std::vector<std::string> links_to_ask(const order_book& book, const desk_settings& settings, instant now,
                                      std::size_t most) {
  std::vector<std::string> references;
  for (const auto& [at, open] : desk::due_orders(book, settings, now)) {
    if (references.size() == most) break;
    if (!open->payment_url.empty()) references.push_back(open->payment_reference);
  }
  return references;
}

std::optional<instant> next_expiry(const order_book& book, const desk_settings& settings) {
  std::optional<instant> earliest;
  for (const auto& [id, open] : book.open) {
    const auto at = desk::expires_at(open, settings);
    if (!earliest || at < *earliest) earliest = at;
  }
  return earliest;
}

}  // namespace sellavie
