#pragma once
// Flutterwave's v3 API (v4 makes no hosted links: docs/adr/0038): amounts are numbers in
// major units, currencies upper-case; "status": "success" says only that the call worked, the payment's own
// state is data.status. There is no idempotency header, and nothing promises that a tx_ref is taken once. No
// answer says whether money is test money: that is the key's (payment_query::mode).

#include <optional>
#include <string_view>

#include "protocol/payment/provider.hpp"

namespace sellavie::payment::flutterwave {

/// POST /payments. invalid_value: an amount that to_major_units refuses, a reference that is no plain id, an
/// address without '@', no return_url, a lifetime beyond a day. A link cannot be expired before its lifetime.
[[nodiscard]] result<http_call> encode_link(const checkout_request& request);
[[nodiscard]] checkout_answer decode_link(int http_status, std::string_view body,
                                          const checkout_request& asked);

/// GET /transactions/verify_by_reference, or /transactions/{id}/verify. A link that nobody has paid on is
/// not_found.
[[nodiscard]] result<http_call> encode_payment(const payment_query& query);
[[nodiscard]] verify_answer decode_payment(int http_status, std::string_view body,
                                           const payment_query& asked);

/// POST /transactions/{id}/refund.
[[nodiscard]] result<http_call> encode_refund(const refund_request& request);
[[nodiscard]] refund_answer decode_refund(int http_status, std::string_view body,
                                          const refund_request& asked);

/// GET /refunds, all of the shop's: nobody documents a filter by transaction, and one that means something else would hide
/// what was sent back. The key of a refund is not repeated: amounts have to tell them apart.
[[nodiscard]] result<http_call> encode_refunds(const refund_query& query);
[[nodiscard]] refunds_answer decode_refunds(int http_status, std::string_view body,
                                            const refund_query& asked);

/// GET /balances.
[[nodiscard]] http_call encode_balances();
/// Nothing: the key works.
[[nodiscard]] std::optional<payment_failure> decode_balances(int http_status, std::string_view body);

}  // namespace sellavie::payment::flutterwave
