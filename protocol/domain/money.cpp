#include "protocol/domain/money.hpp"

#include <limits>

namespace sellavie {
namespace {

__extension__ typedef __int128 wide;

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();
constexpr std::size_t longest_literal = 64;

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

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// A literal cut into its parts: value = (-1)^negative * digits * 10^power.
struct literal_parts {
  bool negative = false;
  std::string digits;
  int power = 0;
};

class literal_reader {
 public:
  explicit literal_reader(std::string_view text) noexcept : rest_{text} {}

  bool read(literal_parts& into) {
    into.negative = take('-');
    const auto whole = digits();
    if (whole.empty() || (whole.size() > 1 && whole.front() == '0')) return false;
    into.digits = whole;
    if (take('.')) {
      const auto fraction = digits();
      if (fraction.empty()) return false;
      into.digits += fraction;
      into.power = -static_cast<int>(fraction.size());
    }
    return read_exponent(into) && rest_.empty();
  }

 private:
  bool take(char wanted) noexcept {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view digits() noexcept {
    std::size_t count = 0;
    while (count < rest_.size() && is_digit(rest_[count])) ++count;
    const auto found = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return found;
  }

  bool read_exponent(literal_parts& into) noexcept {
    if (!take('e') && !take('E')) return true;
    const bool negative = take('-');
    if (!negative) static_cast<void>(take('+'));
    const auto found = digits();
    if (found.empty() || found.size() > 4) return false;
    int value = 0;
    for (const char c : found) value = value * 10 + (c - '0');
    into.power += negative ? -value : value;
    return true;
  }

  std::string_view rest_;
};

}  // namespace

result<money> add(const money& left, const money& right) {
  if (left.currency != right.currency) return make_failure(errc::money_range, "mixed currencies");
  return narrowed(static_cast<wide>(left.minor) + right.minor, left.currency);
}

result<money> subtract(const money& left, const money& right) {
  if (left.currency != right.currency) return make_failure(errc::money_range, "mixed currencies");
  return narrowed(static_cast<wide>(left.minor) - right.minor, left.currency);
}

result<money> multiply(const money& amount, std::int64_t factor) {
  return narrowed(static_cast<wide>(amount.minor) * factor, amount.currency);
}

result<money> percent(const money& amount, std::int64_t basis_points, rounding mode) {
  constexpr wide whole = 10'000;
  const wide product = static_cast<wide>(amount.minor) * basis_points;
  const wide rest = product < 0 ? -(product % whole) : product % whole;
  const bool away =
      mode == rounding::away_from_zero ? rest != 0 : mode == rounding::half_up && rest * 2 >= whole;
  wide share = product / whole;
  if (away) share += product < 0 ? -1 : 1;
  return narrowed(share, amount.currency);
}

result<std::vector<money>> allocate(const money& total, std::span<const std::int64_t> weights) {
  wide sum = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] < 0) return make_failure(errc::invalid_value, "negative weight");
    if (weights[i] > 0) last = i;
    sum += weights[i];
  }
  if (sum == 0) return make_failure(errc::invalid_value, "no weight to allocate by");
  std::vector<money> parts;
  parts.reserve(weights.size());
  std::int64_t rest = total.minor;
  for (const auto weight : weights) {
    parts.push_back(
        {static_cast<std::int64_t>(static_cast<wide>(total.minor) * weight / sum), total.currency});
    rest -= parts.back().minor;
  }
  parts[last].minor += rest;
  return parts;
}

result<money> parse_decimal(std::string_view literal, currency_code currency) {
  literal_parts parts;
  if (literal.size() > longest_literal || !literal_reader{literal}.read(parts))
    return make_failure(errc::malformed, "not a decimal number");
  int power = parts.power + exponent_of(currency);
  for (; power < 0 && parts.digits.size() > 1 && parts.digits.back() == '0'; ++power) parts.digits.pop_back();
  wide minor = 0;
  for (const char c : parts.digits) {
    minor = minor * 10 + (c - '0');
    if (!fits(minor)) return out_of_range();
  }
  if (minor == 0) return money{0, currency};
  if (power < 0) return make_failure(errc::invalid_value, "more decimals than the currency has");
  for (; power > 0; --power) {
    minor *= 10;
    if (!fits(minor)) return out_of_range();
  }
  return narrowed(parts.negative ? -minor : minor, currency);
}

std::string to_decimal(const money& amount) {
  const int exponent = exponent_of(amount.currency);
  auto digits = padded_digits(amount.minor, exponent);
  auto fraction = digits.substr(digits.size() - static_cast<std::size_t>(exponent));
  digits.resize(digits.size() - fraction.size());
  if (fraction.find_first_not_of('0') == std::string::npos) fraction.clear();
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  if (!fraction.empty()) fraction.insert(0, 1, '.');
  return (amount.minor < 0 ? "-" : "") + digits + fraction;
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
