#include "protocol/payment/provider.hpp"

#include <algorithm>

namespace sellavie::payment {
namespace {

bool is_keyed(const http_call& call) noexcept {
  return std::any_of(call.headers.begin(), call.headers.end(),
                     [](const auto& header) { return header.first == "Idempotency-Key"; });
}

// A provider that keeps answers by key repeats a 500 and an unreadable answer as well: asking again tells nothing.
bool is_replayed(const payment_failure& failure) noexcept {
  return failure.failure == failure_class::malformed || failure.http_status == 500;
}

failure_course course_in_doubt(const payment_failure& failure, const http_call& call) noexcept {
  if (call.method == "GET") return failure_course::repeat;
  return is_keyed(call) && !is_replayed(failure) ? failure_course::repeat : failure_course::look_first;
}

}  // namespace

std::string_view to_string(provider name) noexcept {
  switch (name) {
    case provider::paystack: return "paystack";
    case provider::flutterwave: return "flutterwave";
    case provider::stripe: return "stripe";
  }
  return "unknown";
}

std::string_view brand_of(provider name) noexcept {
  switch (name) {
    case provider::paystack: return "Paystack";
    case provider::flutterwave: return "Flutterwave";
    case provider::stripe: break;
  }
  return "Stripe";
}

std::string refused_key(provider name, payment_mode mode) {
  return std::string{brand_of(name)} + " refuses the " + std::string{sellavie::to_string(mode)} + " key.";
}

std::optional<provider> parse_provider(std::string_view name) noexcept {
  for (const auto one : {provider::paystack, provider::flutterwave, provider::stripe})
    if (to_string(one) == name) return one;
  return std::nullopt;
}

std::string_view to_string(failure_class failure) noexcept {
  switch (failure) {
    case failure_class::unavailable: return "unavailable";
    case failure_class::rate_limited: return "rate_limited";
    case failure_class::credentials: return "credentials";
    case failure_class::rejected: return "rejected";
    case failure_class::not_found: return "not_found";
    case failure_class::malformed: return "malformed";
  }
  return "unknown";
}

std::string_view to_string(failure_course course) noexcept {
  switch (course) {
    case failure_course::repeat: return "repeat";
    case failure_course::look_first: return "look_first";
    case failure_course::refused: return "refused";
  }
  return "unknown";
}

failure_course course_after(const payment_failure& failure, const http_call& call) noexcept {
  switch (failure.failure) {
    case failure_class::unavailable:
    case failure_class::malformed: return course_in_doubt(failure, call);
    case failure_class::rate_limited: return failure_course::repeat;
    case failure_class::rejected:
      // The key was used before, so something may have been done under it.
      if (failure.code == "idempotency_error") return failure_course::look_first;
      break;
    case failure_class::credentials:
    case failure_class::not_found: break;
  }
  return failure_course::refused;
}

failure_course course_when_lost(const http_call& call) noexcept {
  return course_in_doubt({failure_class::unavailable, 0, {}}, call);
}

}  // namespace sellavie::payment
