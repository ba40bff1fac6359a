#include "protocol/action/sentence_facts.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "protocol/action/clean_text.hpp"
#include "protocol/domain/ascii.hpp"

namespace sellavie {
namespace {

/// Which money a mark beside a number means; "$" alone may be any dollar, so it compares by value.
struct currency_mark {
  std::string_view mark;
  std::string_view code;
};
constexpr std::array symbol_marks = {
    currency_mark{"₦", "NGN"},   currency_mark{"€", "EUR"}, currency_mark{"£", "GBP"},
    currency_mark{"GH₵", "GHS"}, currency_mark{"₵", "GHS"}, currency_mark{"¥", ""},
    currency_mark{"$", ""},      currency_mark{"₹", "INR"}, currency_mark{"₽", "RUB"}};
constexpr std::array word_marks = {
    currency_mark{"ngn", "NGN"},    currency_mark{"naira", "NGN"},   currency_mark{"n", "NGN"},
    currency_mark{"kobo", ""},      currency_mark{"usd", "USD"},     currency_mark{"dollar", ""},
    currency_mark{"dollars", ""},   currency_mark{"bucks", ""},      currency_mark{"eur", "EUR"},
    currency_mark{"euro", "EUR"},   currency_mark{"euros", "EUR"},   currency_mark{"gbp", "GBP"},
    currency_mark{"pounds", ""},    currency_mark{"ghs", "GHS"},     currency_mark{"cedi", "GHS"},
    currency_mark{"cedis", "GHS"},  currency_mark{"kes", "KES"},     currency_mark{"ksh", "KES"},
    currency_mark{"shillings", ""}, currency_mark{"zar", "ZAR"},     currency_mark{"rand", "ZAR"},
    currency_mark{"xof", ""},       currency_mark{"xaf", ""},        currency_mark{"cfa", ""},
    currency_mark{"fcfa", ""},      currency_mark{"francs", ""},     currency_mark{"brl", "BRL"},
    currency_mark{"reais", "BRL"},  currency_mark{"r$", "BRL"},      currency_mark{"mzn", "MZN"},
    currency_mark{"aoa", "AOA"},    currency_mark{"kwanzas", "AOA"}, currency_mark{"ugx", "UGX"},
    currency_mark{"tzs", "TZS"},    currency_mark{"rwf", "RWF"},     currency_mark{"inr", "INR"},
    currency_mark{"jpy", "JPY"},    currency_mark{"cad", "CAD"},     currency_mark{"aud", "AUD"},
    currency_mark{"mad", "MAD"},    currency_mark{"egp", "EGP"},     currency_mark{"aed", "AED"},
    currency_mark{"btc", ""},       currency_mark{"usdt", ""}};

/// Bare domains are only believed with one of these ends: "Thanks.Bye" is no link.
constexpr std::array domain_ends = {
    std::string_view{"com"},   std::string_view{"net"},    std::string_view{"org"},
    std::string_view{"info"},  std::string_view{"biz"},    std::string_view{"shop"},
    std::string_view{"store"}, std::string_view{"online"}, std::string_view{"site"},
    std::string_view{"app"},   std::string_view{"io"},     std::string_view{"co"},
    std::string_view{"me"},    std::string_view{"ly"},     std::string_view{"gl"},
    std::string_view{"ng"},    std::string_view{"gh"},     std::string_view{"ke"},
    std::string_view{"za"},    std::string_view{"uk"},     std::string_view{"fr"},
    std::string_view{"pt"},    std::string_view{"br"},     std::string_view{"de"},
    std::string_view{"eu"},    std::string_view{"us"},     std::string_view{"ru"},
    std::string_view{"cn"},    std::string_view{"xyz"},    std::string_view{"link"},
    std::string_view{"page"},  std::string_view{"pay"},    std::string_view{"top"},
    std::string_view{"dev"},   std::string_view{"cc"},     std::string_view{"to"},
    std::string_view{"tv"},    std::string_view{"gg"},     std::string_view{"africa"},
    std::string_view{"click"}};

constexpr bool is_word(char c) noexcept { return is_letter(c) || is_digit(c) || c == '_'; }

/// A number as written: value in thousandths, and what made it look like money.
struct written_number {
  std::int64_t thousandths = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t digits = 0;
  bool grouped = false;
  bool scaled = false;
};

constexpr std::size_t max_host_bytes = 255;
constexpr std::int64_t too_much = 1'000'000'000'000'000;

/// "15,000.00", "15.000,00", "15 000", "15'000", "15k", "1.5m". `at` is on a digit.
written_number read_number(std::string_view text, std::size_t at) {
  written_number number;
  number.begin = at;
  std::string whole;
  std::string fraction;
  std::size_t last_group = 0;
  char group_mark = 0;
  const auto run = [&](std::size_t from) {
    auto end = from;
    while (end < text.size() && is_digit(text[end])) ++end;
    return end;
  };
  auto end = run(at);
  whole.assign(text.substr(at, end - at));
  while (end + 1 < text.size() && is_digit(text[end + 1])) {
    const char mark = text[end];
    const auto next = run(end + 1);
    const auto length = next - end - 1;
    const bool groups = (mark == ',' || mark == '.' || mark == ' ' || mark == '\'') && length == 3 &&
                        whole.size() <= 15 && (group_mark == 0 ? whole.size() <= 3 : group_mark == mark);
    if (groups) {
      group_mark = mark;
      last_group = length;
      whole.append(text.substr(end + 1, length));
      end = next;
      continue;
    }
    if ((mark == '.' || mark == ',') && mark != group_mark && length <= 4) {
      fraction.assign(text.substr(end + 1, length));
      end = next;
    }
    break;
  }
  number.grouped = last_group != 0;
  number.digits = whole.size();
  std::int64_t value = 0;
  for (const char c : whole) value = std::min(value * 10 + (c - '0'), too_much);
  value *= 1000;
  std::int64_t weight = 100;
  for (const char c : fraction) {
    value += weight * (c - '0');
    weight /= 10;
  }
  if (end < text.size() && (text[end] == 'k' || text[end] == 'm') &&
      (end + 1 == text.size() || !is_letter(text[end + 1]))) {
    number.scaled = true;
    const std::int64_t scale = text[end] == 'k' ? 1'000 : 1'000'000;
    value = value > too_much / scale ? too_much : value * scale;
    ++end;
  }
  number.thousandths = std::min(value, too_much);
  number.end = end;
  if (!fraction.empty() && fraction.size() == 2) number.grouped = true;
  return number;
}

std::optional<std::string_view> mark_before(std::string_view text, std::size_t at) {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == ':')) --at;
  const auto head = text.substr(0, at);
  for (const auto& [mark, code] : symbol_marks)
    if (head.ends_with(mark)) return code;
  auto begin = at;
  if (begin > 0 && text[begin - 1] == '.') --begin;
  const auto end = begin;
  while (begin > 0 && is_letter(text[begin - 1])) --begin;
  const auto word = text.substr(begin, end - begin);
  for (const auto& [mark, code] : word_marks)
    if (word == mark) return code;
  return std::nullopt;
}

std::optional<std::string_view> mark_after(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '-')) ++at;
  const auto tail = text.substr(at);
  for (const auto& [mark, code] : symbol_marks)
    if (tail.starts_with(mark)) return code;
  std::size_t end = 0;
  while (end < tail.size() && is_letter(tail[end])) ++end;
  const auto word = tail.substr(0, end);
  if (word == "n") return std::nullopt;
  for (const auto& [mark, code] : word_marks)
    if (word == mark) return code;
  return std::nullopt;
}

/// Part of a word such as "A1" or "x86", or of a date or time.
bool is_inside_word(std::string_view text, const written_number& number) {
  if (number.begin > 0) {
    const char before = text[number.begin - 1];
    if (is_word(before) && !mark_before(text, number.begin)) return true;
    if (before == '#') return true;
  }
  return false;
}

bool is_link_char(char c) noexcept { return is_word(c) || c == '-' || c == '.'; }

}  // namespace

std::string folded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  constexpr std::array zeros = {char32_t{0xFF10},  char32_t{0x0660},  char32_t{0x06F0},
                                char32_t{0x0966},  char32_t{0x1D7CE}, char32_t{0x1D7D8},
                                char32_t{0x1D7E2}, char32_t{0x1D7EC}, char32_t{0x1D7F6}};
  for (std::size_t at = 0; at < text.size();) {
    auto c = next_code_point(text, at);
    for (const auto zero : zeros)
      if (c >= zero && c <= zero + 9) c = '0' + (c - zero);
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
    if (c == 0xA0 || c == 0x202F || (c >= 0x2000 && c <= 0x200A)) c = ' ';
    if (c == 0x3002) c = '.';
    if (c == 0x2044 || c == 0x2215) c = '/';
    if (c == 0x200C || c == 0x200D || c == '*' || c == '_' || c == '`' || c == '~') continue;
    if (c >= 'A' && c <= 'Z') c += 32;
    append_utf8(out, c);
  }
  return out;
}

sentence_facts read_facts(std::string_view lower, bool prices_spoken_of) {
  sentence_facts facts;
  for (std::size_t at = 0; at < lower.size();) {
    if (!is_digit(lower[at])) {
      ++at;
      continue;
    }
    const auto number = read_number(lower, at);
    at = number.end;
    const auto tail = lower.substr(number.end);
    const auto mark = trimmed(tail);
    if (tail.starts_with('%') || mark.starts_with('%') || mark.starts_with("percent") ||
        mark.starts_with("per cent") || mark.starts_with("pour cent") || mark.starts_with("por cento")) {
      facts.percentages.push_back(number.thousandths);
      continue;
    }
    auto currency = mark_before(lower, number.begin);
    if (!currency) currency = mark_after(lower, number.end);
    if (currency) {
      facts.amounts.push_back({number.thousandths, *currency});
    } else if (!is_inside_word(lower, number) && number.digits <= 9 &&
               (number.scaled || (prices_spoken_of && (number.grouped || number.digits >= 3)))) {
      facts.amounts.push_back({number.thousandths, {}});
    }
  }
  return facts;
}

std::vector<std::string> spaced_numbers(std::string_view lower) {
  std::vector<std::string> found;
  std::string digits;
  for (std::size_t at = 0; at <= lower.size(); ++at) {
    const char c = at < lower.size() ? lower[at] : '\n';
    if (is_digit(c)) {
      digits.push_back(c);
      continue;
    }
    const bool joins = (c == ' ' || c == '-') && at + 1 < lower.size() && is_digit(lower[at + 1]);
    if (joins) continue;
    if (digits.size() >= 8) found.push_back(digits);
    digits.clear();
  }
  return found;
}

std::vector<std::string> links_of(std::string_view lower) {
  std::vector<std::string> links;
  for (std::size_t at = 0; (at = lower.find("://", at)) != std::string_view::npos; at += 3) {
    auto end = at + 3;
    while (end < lower.size() && is_link_char(lower[end])) ++end;
    links.emplace_back(lower.substr(at + 3, end - at - 3));
  }
  for (std::size_t at = 0; (at = lower.find('.', at)) != std::string_view::npos; ++at) {
    auto begin = at;
    while (begin > 0 && at - begin < max_host_bytes && is_link_char(lower[begin - 1])) --begin;
    auto end = at + 1;
    while (end < lower.size() && (is_letter(lower[end]) || is_digit(lower[end]) || lower[end] == '-')) ++end;
    const auto last = lower.substr(at + 1, end - at - 1);
    if (begin == at || last.empty()) continue;
    const bool has_path = end + 1 < lower.size() && lower[end] == '/' && is_word(lower[end + 1]);
    const bool known_end = std::find(domain_ends.begin(), domain_ends.end(), last) != domain_ends.end();
    const bool mail = begin > 0 && lower[begin - 1] == '@';
    const bool starts_www = lower.substr(begin).starts_with("www.");
    if (!starts_www && !known_end && !(has_path && is_letter(last[0])) && !(mail && is_letter(last[0])))
      continue;
    links.emplace_back(lower.substr(begin, end - begin));
  }
  return links;
}

std::int64_t thousandths_of(const money& price) {
  std::int64_t unit = 1;
  for (int i = 0; i < exponent_of(price.currency); ++i) unit *= 10;
  const auto whole = price.minor / unit;
  return whole > too_much ? too_much * 1000 : whole * 1000 + price.minor % unit * 1000 / unit;
}

}  // namespace sellavie
