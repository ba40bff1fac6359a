// Stock edits: rule R15 of order_book.hpp.

#include <set>

#include "protocol/domain/desk_rules.hpp"

namespace sellavie::desk {
namespace {

action_outcome about(action_outcome outcome, const product& subject) {
  outcome.sku = subject.sku;
  outcome.product_name = subject.name;
  outcome.available = subject.stock;
  outcome.price = subject.price;
  return outcome;
}

decision refuse(refusal why, const product* subject, const std::string& action_key,
                const desk_context& context, std::string detail = {}) {
  auto outcome = make_refusal(std::nullopt, why);
  if (subject != nullptr) outcome = about(std::move(outcome), *subject);
  outcome.detail = std::move(detail);
  return answer(std::move(outcome), action_key, context);
}

/// `target` is the stock as it shall be.
void move_to(const product& subject, std::int64_t target, const std::string& reason, decision& decided) {
  if (target == subject.stock) return;
  decided.events.emplace_back(stock_moved{subject.id, target - subject.stock, reason, target});
}

decision correct(const product& subject, std::int64_t target, const std::string& reason,
                 const std::string& action_key, const desk_context& context) {
  auto outcome = about(make_outcome(std::nullopt, action_effect::stock_adjusted), subject);
  outcome.available = target;
  auto decided = answer(std::move(outcome), action_key, context);
  move_to(subject, target, reason, decided);
  return decided;
}

bool is_possible(std::int64_t stock) noexcept { return stock >= 0 && stock <= max_stock; }

}  // namespace

decision decide(const order_book& book, const adjust_stock& command, const desk_context& context) {
  const auto* subject = find_product(book, command.sku);
  if (subject == nullptr) return refuse(refusal::unknown_product, nullptr, command.action_key, context);
  const bool absurd = command.delta > max_stock || command.delta < -max_stock;
  if (absurd || subject->stock + command.delta > max_stock)
    return refuse(refusal::invalid_input, subject, command.action_key, context, "stock outside its limits");
  if (command.delta < -subject->stock)
    return refuse(refusal::out_of_stock, subject, command.action_key, context);
  return correct(*subject, subject->stock + command.delta, command.reason, command.action_key, context);
}

decision decide(const order_book& book, const set_stock& command, const desk_context& context) {
  const auto* subject = find_product(book, command.sku);
  if (subject == nullptr) return refuse(refusal::unknown_product, nullptr, command.action_key, context);
  if (!is_possible(command.target))
    return refuse(refusal::invalid_input, subject, command.action_key, context, "stock outside its limits");
  if (command.expected != subject->stock) return refuse(refusal::stale, subject, command.action_key, context);
  return correct(*subject, command.target, command.reason, command.action_key, context);
}

decision decide(const order_book& book, const set_stocks& command, const desk_context& context) {
  auto decided =
      answer(make_outcome(std::nullopt, action_effect::stock_adjusted), command.action_key, context);
  std::set<product_id> seen;
  for (const auto& [sku, expected, target] : command.items) {
    const auto* subject = find_product(book, sku);
    if (subject == nullptr) return refuse(refusal::unknown_product, nullptr, command.action_key, context);
    if (!is_possible(target) || !seen.insert(subject->id).second)
      return refuse(refusal::invalid_input, subject, command.action_key, context);
    if (expected != subject->stock) return refuse(refusal::stale, subject, command.action_key, context);
    move_to(*subject, target, command.reason, decided);
  }
  decided.outcome.requested = static_cast<std::int64_t>(decided.events.size());
  return decided;
}

}  // namespace sellavie::desk
