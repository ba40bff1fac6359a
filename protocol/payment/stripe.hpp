#pragma once
// Stripe's Checkout (docs/adr/0038): forms in bracket notation, amounts in Stripe's own minor units, currencies
// lower-case. A link is a session; it is asked about and expired by its id, which the answer to its creation
// gives, and gives again to the same request (the reference is its idempotency key, kept for a day).

#include <optional>
#include <string_view>

#include "protocol/payment/provider.hpp"

namespace sellavie::payment::stripe {

/// Sent with every call: answers keep this shape whatever the account's default becomes.
constexpr std::string_view api_version = "2026-10-28.endive";

/// POST /v1/checkout/sessions. invalid_value: an amount that to_provider_units refuses, a reference that is no plain
/// id, no return_url, an address without '@' (none is fine), a lifetime outside 31 minutes to a day.
[[nodiscard]] result<http_call> encode_link(const checkout_request& request);
[[nodiscard]] checkout_answer decode_link(int http_status, std::string_view body,
                                          const checkout_request& asked);

/// GET /v1/checkout/sessions/{link}, or /v1/payment_intents/{transaction}: a reference alone finds nothing here.
[[nodiscard]] result<http_call> encode_payment(const payment_query& query);
[[nodiscard]] verify_answer decode_payment(int http_status, std::string_view body,
                                           const payment_query& asked);

/// POST /v1/checkout/sessions/{link}/expire. `rejected`: it is open no longer, perhaps because it was paid.
[[nodiscard]] result<http_call> encode_expiry(const payment_query& query);
[[nodiscard]] expiry_answer decode_expiry(int http_status, std::string_view body, const payment_query& asked);

/// POST /v1/refunds.
[[nodiscard]] result<http_call> encode_refund(const refund_request& request);
[[nodiscard]] refund_answer decode_refund(int http_status, std::string_view body,
                                          const refund_request& asked);

/// GET /v1/refunds.
[[nodiscard]] result<http_call> encode_refunds(const refund_query& query);
[[nodiscard]] refunds_answer decode_refunds(int http_status, std::string_view body,
                                            const refund_query& asked);

/// GET /v1/balance.
[[nodiscard]] http_call encode_balance();
/// Nothing: the key works.
[[nodiscard]] std::optional<payment_failure> decode_balance(int http_status, std::string_view body);

}  // namespace sellavie::payment::stripe
