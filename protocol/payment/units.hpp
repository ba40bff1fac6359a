#pragma once
// What a provider's API means by an amount (docs/adr/0038). Ours are ISO 4217's minor units; an
// integer of Stripe's or Paystack's may count otherwise, Flutterwave's numbers are major units. A currency
// whose units at a provider are not certain is refused, never guessed.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/domain/money.hpp"
#include "protocol/payment/provider.hpp"

namespace sellavie::payment {

/// Whether amounts of this currency can be said there.
[[nodiscard]] bool takes(provider name, currency_code currency) noexcept;

/// For Paystack and Stripe. invalid_value: below 1, a currency without certain units there, or an amount that
/// the provider cannot express (KWD 1.234 at Stripe). money_range: beyond an int64.
[[nodiscard]] result<std::int64_t> to_provider_units(provider name, const money& amount);
/// Nothing: negative, beyond an int64, or not a whole number of our minor units.
[[nodiscard]] std::optional<money> from_provider_units(provider name, std::int64_t units,
                                                       currency_code currency);

/// For Flutterwave: 5000, 19.90, 1.250; never by way of a double. invalid_value: below 1, or no currency in use.
[[nodiscard]] result<std::string> to_major_units(const money& amount);
/// Reads a JSON number as it was written (5000, 5000.0, 5e3). Nothing: negative, beyond an int64, or finer
/// than the currency's minor unit.
[[nodiscard]] std::optional<money> from_major_units(std::string_view literal, currency_code currency);

}  // namespace sellavie::payment
