#pragma once
// Is it the payment provider who calls? Checks the bytes exactly as they came, compares in constant time, and gives
// the index of the secret that matched. errc::bad_signature otherwise; the detail is for the log, never for the
// caller. Blank secrets never match. `…_values`: every value of the header, of which there has to be one.

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "protocol/domain/error.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::payment {

using header_values = std::span<const std::string_view>;
/// The current one first, then those that are being retired.
using event_secrets = std::span<const std::string>;

/// x-paystack-signature: lower-case hex HMAC-SHA512 under the API's secret key. Says nothing of when.
[[nodiscard]] result<std::size_t> verify_paystack_event(std::string_view raw_body, header_values signatures,
                                                        event_secrets secret_keys);

/// `plain` believes a flutterwave-signature that is the secret hash itself, as an older page of v4 had it.
enum class hash_in_signature : std::uint8_t { refused, plain };

/// v4's flutterwave-signature (base64 HMAC-SHA256 under the secret hash) when it is there, and then it alone;
/// else v3's verif-hash, the secret hash itself, which says who calls and nothing about the body.
[[nodiscard]] result<std::size_t> verify_flutterwave_event(
    std::string_view raw_body, header_values signatures, header_values hashes, event_secrets secret_hashes,
    hash_in_signature accepted = hash_in_signature::refused);

constexpr std::chrono::seconds default_tolerance{300};

/// Stripe-Signature: any of its v1, under any of the secrets ("whsec_" included), with a time that is at most
/// `tolerance` away from `now`, before or after.
[[nodiscard]] result<std::size_t> verify_stripe_event(std::string_view raw_body, header_values signatures,
                                                      event_secrets secrets, instant now,
                                                      std::chrono::seconds tolerance = default_tolerance);

}  // namespace sellavie::payment
