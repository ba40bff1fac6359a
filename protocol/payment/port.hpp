#pragma once
// The one port to payment providers: what is asked of all of them alike (ADR 38). Which one a business uses decides
// only which row of functions is called; base URLs and keys are the caller's.

#include <optional>
#include <string_view>

#include "protocol/payment/provider.hpp"

namespace sellavie::payment {

/// Questions give invalid_value for what the provider would not take; each answer is read together with
/// what was asked, and is about that or it is a failure.
struct provider_port {
  provider name;
  /// Whether a link that was given out can be ended. Elsewhere money may still come on an old link: review.
  bool expires_links;
  /// Whether a link that nobody has paid by is known. Where it is, "not found" is the word of another account.
  bool knows_open_links;
  result<http_call> (*encode_link)(const checkout_request& request);
  checkout_answer (*decode_link)(int http_status, std::string_view body, const checkout_request& asked);
  result<http_call> (*encode_payment)(const payment_query& query);
  verify_answer (*decode_payment)(int http_status, std::string_view body, const payment_query& asked);
  /// errc::conflict where `expires_links` is false.
  result<http_call> (*encode_expiry)(const payment_query& query);
  expiry_answer (*decode_expiry)(int http_status, std::string_view body, const payment_query& asked);
  result<http_call> (*encode_refund)(const refund_request& request);
  refund_answer (*decode_refund)(int http_status, std::string_view body, const refund_request& asked);
  result<http_call> (*encode_refunds)(const refund_query& query);
  refunds_answer (*decode_refunds)(int http_status, std::string_view body, const refund_query& asked);
  /// The balance: changes nothing, and works with every secret key that may do what we ask for.
  http_call (*encode_key_check)();
  /// Nothing: the key works.
  std::optional<payment_failure> (*decode_key_check)(int http_status, std::string_view body);
  /// Whether a link can only be made for a customer with a mail address.
  bool needs_email;
};

[[nodiscard]] const provider_port& port_of(provider name) noexcept;

}  // namespace sellavie::payment
