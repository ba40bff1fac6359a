#include "protocol/domain/desk_money.hpp"

namespace sellavie {
namespace {

using named = std::optional<money_named>;

struct money_finder {
  named operator()(const desk::confirm_payment& command) const {
    money_named by;
    by.reference = command.fact.reference;
    by.transaction = command.fact.transaction;
    return by;
  }
  named operator()(const desk::request_refund& command) const {
    money_named by;
    by.payment = command.payment;
    if (command.payment.is_nil()) by.order = command.target.order;
    return by;
  }
  named operator()(const desk::confirm_refund& command) const { return of(command.payment); }
  named operator()(const desk::settle_doubt& command) const { return of(command.payment); }
  named operator()(const desk::resolve_review& command) const {
    money_named by;
    by.review = command.review;
    return by;
  }
  template <class Command>
  named operator()(const Command& command) const {
    if constexpr (requires { command.refund; }) {
      money_named by;
      by.refund = command.refund;
      return by;
    } else {
      return std::nullopt;
    }
  }

 private:
  static named of(const payment_id& id) {
    money_named by;
    by.payment = id;
    return by;
  }
};

}  // namespace

std::optional<money_named> money_named_by(const desk_command& command) {
  return std::visit(money_finder{}, command);
}

bool is_person(std::string_view actor) noexcept {
  constexpr std::string_view prefix = "person:";
  return actor.starts_with(prefix) && actor.size() > prefix.size();
}

}  // namespace sellavie
