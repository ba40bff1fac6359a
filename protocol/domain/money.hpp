#pragma once
// Money is an int64 of minor units and a currency; arithmetic is checked, nothing is ever a double.
// Overflow and mixed currencies are errc::money_range.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/currency.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie {

struct money {
  std::int64_t minor = 0;
  currency_code currency{};

  friend constexpr bool operator==(const money&, const money&) = default;
};

[[nodiscard]] result<money> add(const money& left, const money& right);
[[nodiscard]] result<money> subtract(const money& left, const money& right);
[[nodiscard]] result<money> multiply(const money& amount, std::int64_t factor);

/// What happens to the fraction of a minor unit. `half_up` rounds a half away from zero.
enum class rounding : std::uint8_t { half_up, toward_zero, away_from_zero };

/// `basis_points` hundredths of a percent of `amount`: 750 is 7.5 %.
[[nodiscard]] result<money> percent(const money& amount, std::int64_t basis_points, rounding mode);

/// Splits `total` in proportion to non-negative weights; each part is rounded toward zero and the
/// remainder goes to the last part with a weight, so the parts always sum to `total`.
[[nodiscard]] result<std::vector<money>> allocate(const money& total, std::span<const std::int64_t> weights);

/// A JSON number literal in major units ("5000", "5000.0", "19.99", "5e3"); more non-zero fraction
/// digits than the currency has is errc::invalid_value.
[[nodiscard]] result<money> parse_decimal(std::string_view literal, currency_code currency);
/// The shortest such literal: "5000" or "19.99".
[[nodiscard]] std::string to_decimal(const money& amount);
/// What people and models read: "NGN 15,000.00", "JPY 1,500", "KWD -1.250".
[[nodiscard]] std::string format_money(const money& amount);

}  // namespace sellavie
