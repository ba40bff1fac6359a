#pragma once
// Removes what must never be stored or shown to a model: payment card numbers and credentials.
// Total (any bytes) and linear. What it takes out is replaced, never kept elsewhere.

#include <string>
#include <string_view>

namespace sellavie::channel {

inline constexpr std::string_view removed_card = "[card number removed]";
inline constexpr std::string_view removed_secret = "[secret removed]";
inline constexpr std::string_view removed_code = "[code removed]";

/// * Cards: 13-19 digits, plain or grouped by spaces, dashes or dots as cards are, with a card
///   network's first digits, that pass the Luhn check and are not part of a longer number or of an
///   international phone number. About one in ten random numbers of that shape passes Luhn.
/// * Secrets: tokens with a known prefix (sk_live_, EAA…, FLWSECK…, whsec_ …) and "Bearer <token>".
/// * One-time and card security codes: "cvv", "cvc", "otp", "card pin", "atm pin" with 3-8 digits.
[[nodiscard]] std::string redact(std::string text);

}  // namespace sellavie::channel
