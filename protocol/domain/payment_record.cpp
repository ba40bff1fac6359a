#include "protocol/domain/payment_record.hpp"

namespace sellavie {

std::string_view to_string(payment_place place) noexcept {
  switch (place) {
    case payment_place::on_order: return "on_order";
    case payment_place::in_review: return "in_review";
    case payment_place::dismissed: return "dismissed";
  }
  return "unknown";
}

std::optional<payment_place> parse_payment_place(std::string_view name) noexcept {
  for (const auto place : {payment_place::on_order, payment_place::in_review, payment_place::dismissed})
    if (to_string(place) == name) return place;
  return std::nullopt;
}

bool is_by_hand(const payment_record& payment) noexcept {
  return parse_hand_payment(payment.from.provider).has_value();
}

std::string by_hand_reference(const order_id& order) { return "by-hand-" + to_string(order); }

}  // namespace sellavie
