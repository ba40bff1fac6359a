// First byte: the provider and the status; then the body. Answers of payment providers: no crash; a link only for the reference
// that was asked for, a fact only about that payment and never with negative money, a refund only of that payment.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/payment/port.hpp"

using namespace sellavie;
using namespace sellavie::payment;

namespace {

void check(const refund_fact& refund) {
  if (refund.transaction != "7" || refund.amount.minor < 0 || refund.id.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  constexpr std::array statuses{200, 200, 200, 201, 400, 401, 404, 408, 429, 500, 503, 0};
  constexpr std::array providers{provider::paystack, provider::flutterwave, provider::stripe};
  const int status = statuses[data[0] % 12];
  const auto& port = port_of(providers[data[0] / 12 % 3]);
  const std::string_view body{reinterpret_cast<const char*>(data + 1), size - 1};
  const money amount{500'000, *parse_currency("NGN")};
  const checkout_request wanted{"a@example.com", amount, "0190.1"};
  const auto checkout = port.decode_link(status, body, wanted);
  if (const auto* link = std::get_if<payment_link>(&checkout))
    if (link->reference != wanted.reference || !link->url.starts_with("http") || status / 100 != 2)
      std::abort();
  const auto verified = port.decode_payment(status, body, {"0190.1", "cs_1"});
  if (const auto* fact = std::get_if<payment_fact>(&verified))
    if (fact->reference != wanted.reference || fact->received.minor < 0 || fact->requested.minor < 0)
      std::abort();
  const auto refund = port.decode_refund(status, body, {"7", amount, "rf-1"});
  if (const auto* fact = std::get_if<refund_fact>(&refund)) check(*fact);
  const auto refunds = port.decode_refunds(status, body, {"7", amount.currency});
  if (const auto* list = std::get_if<refund_list>(&refunds))
    for (const auto& one : list->refunds) check(one);
  (void)port.decode_expiry(status, body, {"0190.1", "cs_1"});
  return 0;
}
