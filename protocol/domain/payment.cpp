#include "protocol/domain/payment.hpp"

#include <array>

namespace sellavie {
namespace {

constexpr std::array all_review_reasons = {review_reason::wrong_amount,    review_reason::wrong_currency,
                                           review_reason::wrong_mode,      review_reason::old_reference,
                                           review_reason::order_cancelled, review_reason::already_settled,
                                           review_reason::unknown_order,   review_reason::not_answered};

}  // namespace

std::string_view to_string(payment_status status) noexcept {
  switch (status) {
    case payment_status::success: return "success";
    case payment_status::pending: return "pending";
    case payment_status::failed: return "failed";
    case payment_status::refunded: return "refunded";
    case payment_status::not_started: return "not_started";
  }
  return "unknown";
}

std::string_view to_string(payment_mode mode) noexcept {
  switch (mode) {
    case payment_mode::test: return "test";
    case payment_mode::live: return "live";
  }
  return "unknown";
}

std::optional<payment_mode> parse_payment_mode(std::string_view name) noexcept {
  if (name == "test") return payment_mode::test;
  if (name == "live") return payment_mode::live;
  return std::nullopt;
}

std::string_view to_string(payment_hint hint) noexcept {
  switch (hint) {
    case payment_hint::event: return "event";
    case payment_hint::poll: return "poll";
    case payment_hint::customer_return: return "return";
    case payment_hint::chat: return "chat";
    case payment_hint::person: return "person";
  }
  return "unknown";
}

std::string_view to_string(hand_payment how) noexcept {
  switch (how) {
    case hand_payment::cash: return "cash";
    case hand_payment::transfer: return "transfer";
  }
  return "unknown";
}

std::optional<hand_payment> parse_hand_payment(std::string_view name) noexcept {
  for (const auto how : {hand_payment::cash, hand_payment::transfer})
    if (to_string(how) == name) return how;
  return std::nullopt;
}

std::string_view to_string(review_reason reason) noexcept {
  switch (reason) {
    case review_reason::wrong_amount: return "wrong_amount";
    case review_reason::wrong_currency: return "wrong_currency";
    case review_reason::wrong_mode: return "wrong_mode";
    case review_reason::old_reference: return "old_reference";
    case review_reason::order_cancelled: return "order_cancelled";
    case review_reason::already_settled: return "already_settled";
    case review_reason::unknown_order: return "unknown_order";
    case review_reason::not_answered: return "not_answered";
  }
  return "unknown";
}

std::optional<review_reason> parse_review_reason(std::string_view name) noexcept {
  for (const auto reason : all_review_reasons)
    if (to_string(reason) == name) return reason;
  return std::nullopt;
}

std::optional<review_reason> mismatch_of(const payment_fact& fact, const money& expected,
                                         payment_mode mode) noexcept {
  if (fact.mode != mode) return review_reason::wrong_mode;
  if (fact.requested.currency != expected.currency || fact.received.currency != expected.currency)
    return review_reason::wrong_currency;
  const auto back = fact.returned ? fact.returned->minor : 0;
  if (fact.requested.minor != expected.minor || fact.received.minor - back < expected.minor)
    return review_reason::wrong_amount;
  return std::nullopt;
}

}  // namespace sellavie
