#pragma once
// The order desk of the money machine, without actors: it looks up, decides, commits, applies. It may die before its commit,
// or after it and before anybody hears; then it is loaded anew from the store.

#include <functional>
#include <optional>
#include <random>
#include <string>

#include "tests/protocol/domain/a_shop.hpp"

namespace sellavie::test {

/// What came of one command.
enum class desk_fate : std::uint8_t { heard, lost, unheard };

class a_desk {
 public:
  desk_store store;
  desk_settings settings{};
  instant now = instant_from_ms(1'700'000'000'000);
  /// Of the next commit.
  desk_fate fate = desk_fate::heard;
  /// Before it is written; empty or what is wrong.
  std::function<std::string(const decision&)> inspect;
  std::string broken;

  void open(currency_code currency) {
    currency_ = currency;
    reload();
  }

  [[nodiscard]] const order_book& book() const { return book_; }

  /// Nothing: whoever asked does not know.
  std::optional<action_outcome> ask(const desk_command& command, const std::string& key,
                                    const std::string& actor) {
    if (const auto known = store.results.find(key); known != store.results.end()) return known->second;
    const auto decided = decide(book_, command, context_for(command, actor));
    const auto came_of_it = std::exchange(fate, desk_fate::heard);
    if (came_of_it == desk_fate::lost) {
      reload();
      return std::nullopt;
    }
    commit(decided, key);
    if (came_of_it == desk_fate::unheard) {
      reload();
      return std::nullopt;
    }
    for (const auto& event : decided.events) apply(book_, event);
    return decided.outcome;
  }

  void forget() { forget_recent(book_, now - settings.duplicate_window); }

 private:
  void reload() { book_ = store.load_book(currency_, now - settings.duplicate_window); }

  desk_context context_for(const desk_command& command, const std::string& actor) {
    ++last_id_;
    const auto named = money_named_by(command);
    const auto order = order_named_by(command);
    desk_context context{.now = now, .actor = actor, .settings = settings};
    context.new_order = numbered<order_id>(last_id_);
    context.new_payment = numbered<payment_id>(last_id_);
    context.new_refund = numbered<refund_id>(last_id_);
    if (find_order(book_, order) == nullptr) context.stored = store.find_order(order);
    if (named) context.money = store.find(*named);
    return context;
  }

  void commit(const decision& decided, const std::string& key) {
    if (decided.outcome.accepted != (decided.outcome.why == refusal::none))
      broken = "an outcome of two minds";
    if (!decided.outcome.accepted && !decided.events.empty()) broken = "a refusal that does something";
    if (inspect && broken.empty()) broken = inspect(decided);
    if (const auto wrong = store.write(decided); !wrong.empty()) broken = wrong;
    store.write_result(key, decided.outcome);
  }

  order_book book_;
  currency_code currency_{};
  std::uint32_t last_id_ = 0;
};

}  // namespace sellavie::test
