#pragma once
// Money is an int64 of minor units and a currency; arithmetic is checked, nothing is ever a double.
// Overflow and mixed currencies are errc::money_range.

#include <cstdint>
#include <string>

#include "protocol/domain/currency.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie {

struct money {
  std::int64_t minor = 0;
  currency_code currency{};

  friend constexpr bool operator==(const money&, const money&) = default;
};

[[nodiscard]] result<money> add(const money& left, const money& right);
[[nodiscard]] result<money> multiply(const money& amount, std::int64_t factor);

/// What people and models read: "NGN 15,000.00", "JPY 1,500", "KWD -1.250".
[[nodiscard]] std::string format_money(const money& amount);

}  // namespace sellavie
