#pragma once
// Paystack's transaction API: amounts are integers in minor units, currencies
// upper-case; HTTP 200 with "status": true says only that the call worked, the payment's own state is
// data.status. There is no idempotency header: the unique reference is the mechanism.

#include <optional>
#include <string>
#include <string_view>

#include "protocol/payment/provider.hpp"

namespace sellavie::payment::paystack {

/// POST /transaction/initialize. invalid_value: amount below 1, a reference outside [A-Za-z0-9.=-],
/// an address without '@'.
[[nodiscard]] result<http_call> encode_initialize(const checkout_request& request);
/// A link only when the answer carries our reference and an https (or, for a sandbox, http) address.
[[nodiscard]] checkout_answer decode_initialize(int http_status, std::string_view body,
                                                std::string_view reference);

/// GET /transaction/verify/{reference}.
[[nodiscard]] http_call encode_verify(std::string_view reference);
/// A fact only when reference, amount, currency, status and domain are all there and readable, and the
/// reference is ours. What the fact means for an order is the order_desk's to decide.
[[nodiscard]] verify_answer decode_verify(int http_status, std::string_view body, std::string_view reference);

/// GET /balance: changes nothing, and works with every secret key.
[[nodiscard]] http_call encode_balance();
/// Nothing: the key works.
[[nodiscard]] std::optional<payment_failure> decode_balance(int http_status, std::string_view body);

}  // namespace sellavie::payment::paystack
