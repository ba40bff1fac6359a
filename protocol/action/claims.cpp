#include "protocol/action/claims.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "protocol/action/clean_text.hpp"
#include "protocol/action/sentence_facts.hpp"

namespace sellavie {
namespace {

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
  facts.amounts = std::move(read.amounts);
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
