#include "protocol/payment/units.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace sellavie::payment {
namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t longest_literal = 64;

/// `digits` after the major unit's point, of which the last `zeros` must be 0.
struct unit_rule {
  int digits = 2;
  int zeros = 0;
};

bool is_among(std::string_view list, currency_code currency) noexcept {
  return list.find(currency.text()) != std::string_view::npos;
}

std::optional<unit_rule> stripe_rule(currency_code currency) noexcept {
  if (is_among("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF", currency))
    return unit_rule{0, 0};
  // Without a minor unit by now, but still counted in hundredths.
  if (is_among("ISK UGX", currency)) return unit_rule{2, 2};
  if (is_among("BHD JOD KWD OMR TND", currency)) return unit_rule{3, 1};
  if (exponent_of(currency) == 2) return unit_rule{2, 0};
  return std::nullopt;
}

/// Only what has hundredths is certain there.
std::optional<unit_rule> paystack_rule(currency_code currency) noexcept {
  if (exponent_of(currency) == 2) return unit_rule{2, 0};
  return std::nullopt;
}

std::optional<unit_rule> rule_of(provider name, currency_code currency) noexcept {
  if (!is_in_use(currency)) return std::nullopt;
  switch (name) {
    case provider::paystack: return paystack_rule(currency);
    case provider::stripe: return stripe_rule(currency);
    case provider::flutterwave: break;
  }
  return std::nullopt;
}

std::int64_t power_of_ten(int exponent) noexcept {
  std::int64_t power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

enum class scaling : std::uint8_t { exact, beyond_range, not_whole };

scaling scale(std::int64_t value, int places, std::int64_t& scaled) noexcept {
  const auto factor = power_of_ten(places < 0 ? -places : places);
  if (places >= 0) {
    if (value > largest / factor) return scaling::beyond_range;
    scaled = value * factor;
    return scaling::exact;
  }
  scaled = value / factor;
  return value % factor == 0 ? scaling::exact : scaling::not_whole;
}

error no_amount() { return make_failure(errc::invalid_value, "amount"); }

/// `digits` times ten to the power of `places`, if that is whole and fits.
std::optional<std::int64_t> whole_number(std::string digits, std::int64_t places) {
  digits.erase(0, digits.find_first_not_of('0'));
  if (digits.empty()) return 0;
  for (; places < 0; ++places) {
    if (digits.back() != '0') return std::nullopt;
    digits.pop_back();
  }
  constexpr std::int64_t most_digits = 19;
  if (static_cast<std::int64_t>(digits.size()) + places > most_digits) return std::nullopt;
  digits.append(static_cast<std::size_t>(places), '0');
  std::int64_t number = 0;
  const auto* const end = digits.data() + digits.size();
  const auto [stopped, failure] = std::from_chars(digits.data(), end, number);
  return failure == std::errc{} && stopped == end ? std::optional{number} : std::nullopt;
}

bool is_digits(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The part behind 'e'; nothing when it is none, or larger than any amount needs.
std::optional<int> exponent_in(std::string_view text) noexcept {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int value = 0;
  if (!is_digits(text) || text.size() > 2) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return negative ? -value : value;
}

}  // namespace

bool takes(provider name, currency_code currency) noexcept {
  return name == provider::flutterwave ? is_in_use(currency) : rule_of(name, currency).has_value();
}

result<std::int64_t> to_provider_units(provider name, const money& amount) {
  const auto rule = rule_of(name, amount.currency);
  if (amount.minor < 1) return no_amount();
  if (!rule) return make_failure(errc::invalid_value, "currency");
  std::int64_t units = 0;
  switch (scale(amount.minor, rule->digits - exponent_of(amount.currency), units)) {
    case scaling::beyond_range: return make_failure(errc::money_range, "amount out of range");
    case scaling::not_whole: return no_amount();
    case scaling::exact: break;
  }
  if (units % power_of_ten(rule->zeros) != 0) return no_amount();
  return units;
}

std::optional<money> from_provider_units(provider name, std::int64_t units, currency_code currency) {
  const auto rule = rule_of(name, currency);
  if (!rule || units < 0) return std::nullopt;
  money amount{0, currency};
  if (scale(units, exponent_of(currency) - rule->digits, amount.minor) != scaling::exact) return std::nullopt;
  return amount;
}

result<std::string> to_major_units(const money& amount) {
  if (amount.minor < 1) return no_amount();
  if (!is_in_use(amount.currency)) return make_failure(errc::invalid_value, "currency");
  const int exponent = exponent_of(amount.currency);
  const auto one = power_of_ten(exponent);
  auto literal = std::to_string(amount.minor / one);
  if (amount.minor % one == 0) return literal;
  const auto fraction = std::to_string(amount.minor % one);
  literal += '.';
  literal.append(static_cast<std::size_t>(exponent) - fraction.size(), '0');
  return literal + fraction;
}

std::optional<money> from_major_units(std::string_view literal, currency_code currency) {
  if (literal.size() > longest_literal || !is_in_use(currency)) return std::nullopt;
  std::int64_t places = exponent_of(currency);
  if (const auto at = literal.find_first_of("eE"); at != std::string_view::npos) {
    const auto exponent = exponent_in(literal.substr(at + 1));
    if (!exponent) return std::nullopt;
    places += *exponent;
    literal = literal.substr(0, at);
  }
  std::string digits{literal.substr(0, literal.find('.'))};
  if (!is_digits(digits)) return std::nullopt;
  if (digits.size() < literal.size()) {
    const auto fraction = literal.substr(digits.size() + 1);
    if (!is_digits(fraction)) return std::nullopt;
    places -= static_cast<std::int64_t>(fraction.size());
    digits += fraction;
  }
  const auto minor = whole_number(std::move(digits), places);
  return minor ? std::optional{money{*minor, currency}} : std::nullopt;
}

}  // namespace sellavie::payment
