// First byte: the provider and how the rest is cut into header and body. Payment events: no crash, nothing is accepted without
// the secret, a hint has a key, a reference only of our making, and the same bytes give the same hint.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "protocol/domain/order.hpp"
#include "protocol/payment/event_hint.hpp"
#include "protocol/payment/event_signature.hpp"

using namespace sellavie;
using namespace sellavie::payment;

namespace {

void refuse_all(std::string_view header, std::string_view body) {
  static const std::array<std::string, 1> secrets{"a secret that no input knows"};
  const auto timed = "t=1700000000,v1=" + std::string{header};
  const std::array<std::string_view, 1> plain{header}, stamped{timed};
  const auto now = instant_from_ms(1'700'000'000'000);
  const bool accepted = verify_paystack_event(body, plain, secrets) ||
                        verify_flutterwave_event(body, plain, {}, secrets, hash_in_signature::plain) ||
                        verify_flutterwave_event(body, {}, plain, secrets) ||
                        verify_stripe_event(body, plain, secrets, now) ||
                        verify_stripe_event(body, stamped, secrets, now);
  if (accepted) std::abort();
}

void read_twice(provider from, std::string_view body) {
  const auto hint = read_event(from, body);
  if (!hint) return;
  if (hint->dedupe_key.empty() || hint->dedupe_key.size() > 200) std::abort();
  if (!hint->reference.empty() && !parse_payment_reference(hint->reference)) std::abort();
  if (hint->object.size() > 256 || hint->transaction.size() > 256) std::abort();
  if (*read_event(from, body) != *hint) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  constexpr std::array providers{provider::paystack, provider::flutterwave, provider::stripe};
  const std::string_view rest{reinterpret_cast<const char*>(data + 1), size - 1};
  const auto cut = std::min<std::size_t>(rest.size(), data[0] / 3U);
  refuse_all(rest.substr(0, cut), rest.substr(cut));
  read_twice(providers[data[0] % 3], rest);
  return 0;
}
