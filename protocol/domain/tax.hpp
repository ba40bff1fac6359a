#pragma once
// Tax on what a business sells, by the one rate that it has set.
//
//  R1  A rate is whole basis points, 0 to 10,000 (7.5 % is 750). A rate of 0 is stated; without tax nothing is.
//  R2  Tax is computed once, of the sum of the lines, never line by line: the customer adds up the lines and checks the
//      tax of that sum, and rounding is done once.
//  R3  It is rounded half up to the currency's minor unit.
//  R4  Inclusive: the prices hold the tax, the total is the sum of the lines, tax = total x rate / (1 + rate).
//  R5  Exclusive: the tax comes on top when the order is priced, tax = sum x rate, and the customer pays the total.
//  R6  net + tax = total, always, to the minor unit. What is beyond an int64, or below zero, is errc::money_range.
//  R7  An order keeps the terms that it was priced under: a change of the settings changes no order that is there, and an
//      invoice says what its order says.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/domain/error.hpp"
#include "protocol/domain/money.hpp"

namespace sellavie {

enum class tax_mode : std::uint8_t { none, inclusive, exclusive };
[[nodiscard]] std::string_view to_string(tax_mode mode) noexcept;
[[nodiscard]] std::optional<tax_mode> parse_tax_mode(std::string_view name) noexcept;

/// 100 %.
inline constexpr std::int32_t whole_rate_bp = 10'000;

struct tax_terms {
  tax_mode mode = tax_mode::none;
  /// Of none: 0.
  std::int32_t rate_bp = 0;

  friend bool operator==(const tax_terms&, const tax_terms&) = default;
};

/// R1; anything else is no tax.
[[nodiscard]] tax_terms make_tax_terms(std::string_view mode, std::int64_t rate_bp) noexcept;

struct taxed_amount {
  money net{};
  money tax{};
  money total{};

  friend bool operator==(const taxed_amount&, const taxed_amount&) = default;
};

/// `lines` is the sum of an order's lines. Errors: money_range (R6).
[[nodiscard]] result<taxed_amount> with_tax(const money& lines, const tax_terms& terms);

/// "7.5 %", "20 %", "0.25 %": with `point` for the point.
[[nodiscard]] std::string rate_text(std::int32_t rate_bp, std::string_view point = ".");

}  // namespace sellavie
