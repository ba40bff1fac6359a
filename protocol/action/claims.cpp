#include "protocol/action/claims.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "protocol/action/clean_text.hpp"

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

// English, French and Portuguese: the languages of reply_text.
constexpr std::array total_words = {
    std::string_view{"total"},      std::string_view{"subtotal"}, std::string_view{"sum"},
    std::string_view{"altogether"}, std::string_view{"totaux"},   std::string_view{"somme"},
    std::string_view{"soma"},       std::string_view{"totale"},   std::string_view{"totals"}};
constexpr std::array price_words = {
    std::string_view{"price"},  std::string_view{"prices"}, std::string_view{"priced"},
    std::string_view{"cost"},   std::string_view{"costs"},  std::string_view{"pay"},
    std::string_view{"paid"},   std::string_view{"fee"},    std::string_view{"charge"},
    std::string_view{"only"},   std::string_view{"amount"}, std::string_view{"deposit"},
    std::string_view{"prix"},   std::string_view{"coûte"},  std::string_view{"coute"},
    std::string_view{"payer"},  std::string_view{"frais"},  std::string_view{"montant"},
    std::string_view{"preço"},  std::string_view{"preco"},  std::string_view{"custa"},
    std::string_view{"custam"}, std::string_view{"pagar"},  std::string_view{"taxa"},
    std::string_view{"valor"},  std::string_view{"each"},   std::string_view{"chacun"},
    std::string_view{"cada"}};
constexpr std::array discount_words = {
    std::string_view{"discount"},  std::string_view{"off"},    std::string_view{"discounted"},
    std::string_view{"cashback"},  std::string_view{"rebate"}, std::string_view{"reduction"},
    std::string_view{"réduction"}, std::string_view{"remise"}, std::string_view{"rabais"},
    std::string_view{"desconto"},  std::string_view{"sale"},   std::string_view{"cheaper"},
    std::string_view{"less"},      std::string_view{"promo"}};
constexpr std::array account_words = {
    std::string_view{"account"},  std::string_view{"acct"},          std::string_view{"bank"},
    std::string_view{"transfer"}, std::string_view{"iban"},          std::string_view{"wallet"},
    std::string_view{"opay"},     std::string_view{"palmpay"},       std::string_view{"compte"},
    std::string_view{"banque"},   std::string_view{"virement"},      std::string_view{"conta"},
    std::string_view{"banco"},    std::string_view{"transferência"}, std::string_view{"pix"},
    std::string_view{"deposit"}};
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

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool is_word(char c) noexcept { return is_letter(c) || is_digit(c) || c == '_'; }

/// ASCII lower case; full-width and other decimal digits become ASCII, odd spaces become a space.
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

/// Words of letters only, in order; digits and marks separate.
template <class Visit>
void each_word(std::string_view lower, Visit visit) {
  for (std::size_t at = 0; at < lower.size();) {
    if (!is_letter(lower[at])) {
      ++at;
      continue;
    }
    auto end = at;
    while (end < lower.size() && is_letter(lower[end])) ++end;
    visit(lower.substr(at, end - at));
    at = end;
  }
}

template <std::size_t Size>
bool has_word(std::string_view lower, const std::array<std::string_view, Size>& words) {
  bool found = false;
  each_word(lower, [&](std::string_view word) {
    found = found || std::find(words.begin(), words.end(), word) != words.end();
  });
  return found;
}

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

struct found_amount {
  std::int64_t thousandths = 0;
  /// Empty when the mark does not say which.
  std::string_view currency;
  friend bool operator==(const found_amount&, const found_amount&) = default;
};

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

struct sentence_facts {
  std::vector<found_amount> amounts;
  std::vector<std::int64_t> percentages;
  std::vector<std::string> long_numbers;
};

/// `prices_spoken_of`: plain numbers of three digits and more count as amounts too.
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
    if (number.digits >= 8 && !number.grouped) {
      facts.long_numbers.emplace_back(lower.substr(number.begin, number.end - number.begin));
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

/// Account numbers are often written in groups: digits with single spaces or dashes in between.
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

std::int64_t thousandths_of(const money& price) {
  std::int64_t unit = 1;
  for (int i = 0; i < exponent_of(price.currency); ++i) unit *= 10;
  const auto whole = price.minor / unit;
  return whole > too_much ? too_much * 1000 : whole * 1000 + price.minor % unit * 1000 / unit;
}

bool is_link_char(char c) noexcept { return is_word(c) || c == '-' || c == '.'; }

/// Links, mail addresses and bare domains of a folded text, without their path.
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

/// Sentences with their trailing white space, so that joining them gives the text again.
std::vector<std::string_view> sentences_of(std::string_view text) {
  std::vector<std::string_view> sentences;
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool last = at + 1 == text.size();
    const bool stop =
        (c == '.' || c == '!' || c == '?') && (last || text[at + 1] == ' ' || text[at + 1] == '\n');
    if (c != '\n' && !stop) continue;
    auto end = at + 1;
    while (end < text.size() && (text[end] == ' ' || text[end] == '\n')) ++end;
    sentences.push_back(text.substr(from, end - from));
    from = end;
    at = end - 1;
  }
  if (from < text.size()) sentences.push_back(text.substr(from));
  return sentences;
}

struct supplied_facts {
  std::vector<found_amount> amounts;
  std::vector<std::int64_t> percentages;
  std::vector<std::string> numbers;
  std::vector<std::string> links;

  [[nodiscard]] bool has(const found_amount& stated) const {
    return std::any_of(amounts.begin(), amounts.end(), [&](const found_amount& known) {
      return known.thousandths == stated.thousandths &&
             (stated.currency.empty() || known.currency.empty() || stated.currency == known.currency);
    });
  }
};

supplied_facts read_supplied(const supplied_claims& supplied) {
  supplied_facts facts;
  const auto lower = folded(supplied.facts);
  auto read = read_facts(lower, true);
  facts.percentages = std::move(read.percentages);
  facts.numbers = spaced_numbers(lower);
  facts.links = links_of(lower);
  for (auto& amount : read.amounts) {
    // Views into `lower` would dangle; the marks' codes are static.
    facts.amounts.push_back(amount);
  }
  for (const auto& price : supplied.prices)
    facts.amounts.push_back({thousandths_of(price), price.currency.text()});
  return facts;
}

template <class Value>
bool contains(const std::vector<Value>& values, const Value& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

std::optional<claim_violation> violation_of(std::string_view sentence, const supplied_facts& supplied) {
  const auto lower = folded(sentence);
  for (const auto& link : links_of(lower))
    if (!contains(supplied.links, link)) return claim_violation::link;
  const bool totals = has_word(lower, total_words);
  const bool discounts = has_word(lower, discount_words);
  const auto stated = read_facts(lower, totals || discounts || has_word(lower, price_words));
  if (has_word(lower, account_words))
    for (const auto& number : spaced_numbers(lower))
      if (!contains(supplied.numbers, number)) return claim_violation::account;
  if (discounts)
    for (const auto percentage : stated.percentages)
      if (!contains(supplied.percentages, percentage)) return claim_violation::discount;
  if (totals && !stated.amounts.empty()) return claim_violation::total;
  for (const auto& amount : stated.amounts)
    if (!supplied.has(amount)) return claim_violation::amount;
  return std::nullopt;
}

}  // namespace

checked_text check_claims(std::string_view text, const supplied_claims& supplied) {
  const auto facts = read_supplied(supplied);
  checked_text checked;
  for (const auto sentence : sentences_of(text)) {
    if (const auto violation = violation_of(sentence, facts)) checked.violations.push_back(*violation);
    else checked.text.append(sentence);
  }
  checked.text = std::string{trimmed(checked.text)};
  return checked;
}

std::string_view to_string(claim_violation violation) noexcept {
  switch (violation) {
    case claim_violation::amount: return "amount";
    case claim_violation::total: return "total";
    case claim_violation::link: return "link";
    case claim_violation::discount: return "discount";
    case claim_violation::account: return "account";
  }
  return "unknown";
}

}  // namespace sellavie
