// Stock edits and products: rules R15 and R16 of order_book.hpp.

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
decision move_to(const product& subject, std::int64_t target, const std::string& action_key,
                 const desk_context& context) {
  auto outcome = about(make_outcome(std::nullopt, action_effect::stock_adjusted), subject);
  outcome.available = target;
  auto decided = answer(std::move(outcome), action_key, context);
  if (target != subject.stock) decided.events.emplace_back(stock_moved{subject.id, target - subject.stock});
  return decided;
}

decision store(product after, row_change change, const std::string& action_key, const desk_context& context) {
  auto decided =
      answer(about(make_outcome(std::nullopt, action_effect::product_stored), after), action_key, context);
  decided.events.emplace_back(product_stored{std::move(after), change});
  return decided;
}

}  // namespace

decision decide(const order_book& book, const adjust_stock& command, const desk_context& context) {
  const auto* subject = find_product(book, command.sku);
  if (subject == nullptr) return refuse(refusal::unknown_product, nullptr, command.action_key, context);
  const bool absurd = command.delta > max_stock || command.delta < -max_stock;
  if (absurd || subject->stock + command.delta > max_stock)
    return refuse(refusal::invalid_input, subject, command.action_key, context, "stock outside its limits");
  if (command.delta < -subject->stock)
    return refuse(refusal::out_of_stock, subject, command.action_key, context);
  return move_to(*subject, subject->stock + command.delta, command.action_key, context);
}

decision decide(const order_book& book, const set_stock& command, const desk_context& context) {
  const auto* subject = find_product(book, command.sku);
  if (subject == nullptr) return refuse(refusal::unknown_product, nullptr, command.action_key, context);
  if (command.target < 0 || command.target > max_stock)
    return refuse(refusal::invalid_input, subject, command.action_key, context, "stock outside its limits");
  if (command.expected != subject->stock) return refuse(refusal::stale, subject, command.action_key, context);
  return move_to(*subject, command.target, command.action_key, context);
}

decision decide(const order_book& book, const put_product& command, const desk_context& context) {
  auto after = command.product;
  if (const auto valid = validate(after); !valid)
    return refuse(refusal::invalid_input, nullptr, command.action_key, context, valid.error().detail);
  if (after.id.is_nil()) return refuse(refusal::invalid_input, nullptr, command.action_key, context, "id");
  if (after.price.currency != book.currency)
    return refuse(refusal::invalid_input, nullptr, command.action_key, context, "currency");
  const auto* const namesake = find_product(book, after.sku);
  if (namesake != nullptr && namesake->id != after.id)
    return refuse(refusal::invalid_input, namesake, command.action_key, context, "sku is taken");
  const auto known = book.products.find(after.id);
  if (known == book.products.end()) {
    after.price_version = 1;
    return store(std::move(after), row_change::inserted, command.action_key, context);
  }
  const auto& before = known->second;
  after.stock = before.stock;
  after.price_version = before.price_version + (after.price == before.price ? 0 : 1);
  if (after != before) return store(std::move(after), row_change::updated, command.action_key, context);
  return answer(about(make_outcome(std::nullopt, action_effect::nothing), before), command.action_key,
                context);
}

}  // namespace sellavie::desk
