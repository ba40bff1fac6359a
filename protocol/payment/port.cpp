#include "protocol/payment/port.hpp"

#include "protocol/payment/flutterwave.hpp"
#include "protocol/payment/paystack.hpp"
#include "protocol/payment/stripe.hpp"

namespace sellavie::payment {
namespace {

result<http_call> cannot_expire(const payment_query&) {
  return make_failure(errc::conflict, "this provider cannot expire a link");
}

expiry_answer never_asked(int http_status, std::string_view, const payment_query&) {
  return payment_failure{failure_class::malformed, http_status, {}};
}

checkout_answer decode_paystack_link(int http_status, std::string_view body, const checkout_request& asked) {
  return paystack::decode_initialize(http_status, body, asked.reference);
}

constexpr provider_port paystack_port{provider::paystack,
                                      false,
                                      true,
                                      &paystack::encode_initialize,
                                      &decode_paystack_link,
                                      &paystack::encode_payment,
                                      &paystack::decode_payment,
                                      &cannot_expire,
                                      &never_asked,
                                      &paystack::encode_refund,
                                      &paystack::decode_refund,
                                      &paystack::encode_refunds,
                                      &paystack::decode_refunds,
                                      &paystack::encode_balance,
                                      &paystack::decode_balance,
                                      true};
constexpr provider_port flutterwave_port{provider::flutterwave,
                                         false,
                                         false,
                                         &flutterwave::encode_link,
                                         &flutterwave::decode_link,
                                         &flutterwave::encode_payment,
                                         &flutterwave::decode_payment,
                                         &cannot_expire,
                                         &never_asked,
                                         &flutterwave::encode_refund,
                                         &flutterwave::decode_refund,
                                         &flutterwave::encode_refunds,
                                         &flutterwave::decode_refunds,
                                         &flutterwave::encode_balances,
                                         &flutterwave::decode_balances,
                                         true};
constexpr provider_port stripe_port{provider::stripe,
                                    true,
                                    true,
                                    &stripe::encode_link,
                                    &stripe::decode_link,
                                    &stripe::encode_payment,
                                    &stripe::decode_payment,
                                    &stripe::encode_expiry,
                                    &stripe::decode_expiry,
                                    &stripe::encode_refund,
                                    &stripe::decode_refund,
                                    &stripe::encode_refunds,
                                    &stripe::decode_refunds,
                                    &stripe::encode_balance,
                                    &stripe::decode_balance,
                                    false};

}  // namespace

const provider_port& port_of(provider name) noexcept {
  switch (name) {
    case provider::paystack: return paystack_port;
    case provider::flutterwave: return flutterwave_port;
    case provider::stripe: break;
  }
  return stripe_port;
}

}  // namespace sellavie::payment
