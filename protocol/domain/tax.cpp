#include "protocol/domain/tax.hpp"

#include <limits>

namespace sellavie {
namespace {

__extension__ typedef __int128 wide;

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

error out_of_range() { return make_failure(errc::money_range, "amount out of range"); }

/// Both not negative.
constexpr wide rounded(wide dividend, wide divisor) noexcept {
  return (2 * dividend + divisor) / (2 * divisor);
}

}  // namespace

std::string_view to_string(tax_mode mode) noexcept {
  switch (mode) {
    case tax_mode::none: return "none";
    case tax_mode::inclusive: return "inclusive";
    case tax_mode::exclusive: return "exclusive";
  }
  return "none";
}

std::optional<tax_mode> parse_tax_mode(std::string_view name) noexcept {
  for (const auto mode : {tax_mode::none, tax_mode::inclusive, tax_mode::exclusive})
    if (to_string(mode) == name) return mode;
  return std::nullopt;
}

tax_terms make_tax_terms(std::string_view mode, std::int64_t rate_bp) noexcept {
  const auto known = parse_tax_mode(mode);
  if (!known || *known == tax_mode::none || rate_bp < 0 || rate_bp > whole_rate_bp) return {};
  return {*known, static_cast<std::int32_t>(rate_bp)};
}

result<taxed_amount> with_tax(const money& lines, const tax_terms& terms) {
  if (lines.minor < 0 || terms.rate_bp < 0 || terms.rate_bp > whole_rate_bp) return out_of_range();
  const wide sum = lines.minor;
  const wide rate = terms.rate_bp;
  const auto split = [&](wide tax, wide total) -> result<taxed_amount> {
    if (total > largest) return out_of_range();
    const auto amount = [&](wide minor) { return money{static_cast<std::int64_t>(minor), lines.currency}; };
    return taxed_amount{amount(total - tax), amount(tax), amount(total)};
  };
  switch (terms.mode) {
    case tax_mode::none: break;
    case tax_mode::inclusive: return split(rounded(sum * rate, whole_rate_bp + rate), sum);
    case tax_mode::exclusive: {
      const wide tax = rounded(sum * rate, whole_rate_bp);
      return split(tax, sum + tax);
    }
  }
  return split(0, sum);
}

std::string rate_text(std::int32_t rate_bp, std::string_view point) {
  auto text = std::to_string(rate_bp / 100);
  const int fraction = rate_bp % 100;
  if (fraction != 0) {
    text.append(point).append(std::to_string(fraction / 10));
    if (fraction % 10 != 0) text += std::to_string(fraction % 10);
  }
  return text + " %";
}

}  // namespace sellavie
