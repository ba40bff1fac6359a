#pragma once
// Paystack's transaction API: amounts are integers in minor units, currencies
// upper-case; HTTP 200 with "status": true says only that the call worked, the payment's own state is
// data.status. There is no idempotency header: the unique reference is the mechanism.

#include <optional>
#include <string>
#include <string_view>

#include "protocol/payment/provider.hpp"

namespace sellavie::payment::paystack {

/// POST /transaction/initialize. invalid_value: an amount that to_provider_units refuses, a reference outside
/// [A-Za-z0-9.=-], an address without '@'. A link of Paystack's neither expires nor can be made to.
[[nodiscard]] result<http_call> encode_initialize(const checkout_request& request);
/// A link only when the answer carries our reference and an https (or, for a sandbox, http) address.
[[nodiscard]] checkout_answer decode_initialize(int http_status, std::string_view body,
                                                std::string_view reference);

/// GET /transaction/verify/{reference}.
[[nodiscard]] http_call encode_verify(std::string_view reference);
/// A fact only when reference, amount, currency, status and domain are all there and readable, and the
/// reference is ours. What the fact means for an order is the order_desk's to decide.
[[nodiscard]] verify_answer decode_verify(int http_status, std::string_view body, std::string_view reference);

/// The same, or GET /transaction/{id} when an event knows no reference.
[[nodiscard]] result<http_call> encode_payment(const payment_query& query);
[[nodiscard]] verify_answer decode_payment(int http_status, std::string_view body,
                                           const payment_query& asked);

/// POST /refund; our key goes as the merchant's note, by which the refund is found again.
[[nodiscard]] result<http_call> encode_refund(const refund_request& request);
[[nodiscard]] refund_answer decode_refund(int http_status, std::string_view body,
                                          const refund_request& asked);

/// GET /refund, which may list refunds of other payments too: those are left out.
[[nodiscard]] result<http_call> encode_refunds(const refund_query& query);
[[nodiscard]] refunds_answer decode_refunds(int http_status, std::string_view body,
                                            const refund_query& asked);

/// GET /balance: changes nothing, and works with every secret key.
[[nodiscard]] http_call encode_balance();
/// Nothing: the key works.
[[nodiscard]] std::optional<payment_failure> decode_balance(int http_status, std::string_view body);

}  // namespace sellavie::payment::paystack
