// First byte: the status; then the body. Paystack's answers: no crash; a link only for the reference
// that was asked for, a fact only about that payment and never with negative money.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "protocol/payment/paystack.hpp"

using namespace sellavie::payment;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  constexpr int statuses[] = {200, 200, 200, 201, 400, 401, 404, 408, 429, 500, 503, 0};
  const int status = statuses[data[0] % 12];
  const std::string_view body{reinterpret_cast<const char*>(data + 1), size - 1};
  constexpr std::string_view reference = "0190.1";
  const auto checkout = paystack::decode_initialize(status, body, reference);
  if (const auto* link = std::get_if<payment_link>(&checkout))
    if (link->reference != reference || !link->url.starts_with("http") || status / 100 != 2) std::abort();
  const auto verified = paystack::decode_verify(status, body, reference);
  if (const auto* fact = std::get_if<sellavie::payment_fact>(&verified))
    if (fact->reference != reference || fact->received.minor < 0 || fact->requested.minor < 0) std::abort();
  return 0;
}
