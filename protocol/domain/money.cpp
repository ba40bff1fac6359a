#include "protocol/domain/money.hpp"

#include <limits>

namespace sellavie {
namespace {

__extension__ typedef __int128 wide;

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();

bool fits(wide value) noexcept { return value >= smallest && value <= largest; }

error out_of_range() { return make_failure(errc::money_range, "amount out of range"); }

result<money> narrowed(wide minor, currency_code currency) {
  if (!fits(minor)) return out_of_range();
  return money{static_cast<std::int64_t>(minor), currency};
}

/// Digits of |minor|, at least exponent + 1 of them; safe for INT64_MIN.
std::string padded_digits(std::int64_t minor, int exponent) {
  const auto magnitude =
      minor < 0 ? 0 - static_cast<std::uint64_t>(minor) : static_cast<std::uint64_t>(minor);
  auto digits = std::to_string(magnitude);
  const auto wanted = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() < wanted) digits.insert(0, wanted - digits.size(), '0');
  return digits;
}

}  // namespace

result<money> add(const money& left, const money& right) {
  if (left.currency != right.currency) return make_failure(errc::money_range, "mixed currencies");
  return narrowed(static_cast<wide>(left.minor) + right.minor, left.currency);
}

result<money> multiply(const money& amount, std::int64_t factor) {
  return narrowed(static_cast<wide>(amount.minor) * factor, amount.currency);
}

std::string format_money(const money& amount) {
  const int exponent = exponent_of(amount.currency);
  auto digits = padded_digits(amount.minor, exponent);
  auto fraction = digits.substr(digits.size() - static_cast<std::size_t>(exponent));
  digits.resize(digits.size() - fraction.size());
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  std::string text{amount.currency.text()};
  text += amount.minor < 0 ? " -" : " ";
  text += digits;
  if (!fraction.empty()) text += '.' + fraction;
  return text;
}

}  // namespace sellavie
