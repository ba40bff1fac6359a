#include "net/documents/document_words.hpp"

#include <algorithm>
#include <charconv>

namespace sellavie::net {
namespace {

constexpr std::string_view thin_gap = "\u202f";  // narrow, and no line breaks there
constexpr std::string_view gap = "\u00a0";

constexpr document_words english{.right_to_left = false,
                                 .group = ",",
                                 .point = ".",
                                 .symbol_last = false,
                                 .date = "{day} {month} {year}",
                                 .months = {"January", "February", "March", "April", "May", "June", "July",
                                            "August", "September", "October", "November", "December"},
                                 .invoice = "Invoice",
                                 .credit_note = "Credit note",
                                 .number = "Number",
                                 .corrects = "corrects invoice {number}",
                                 .tax_number = "Tax number",
                                 .billed_to = "Billed to",
                                 .issued = "Date",
                                 .order = "Order",
                                 .paid = "Paid",
                                 .item = "Item",
                                 .quantity = "Qty",
                                 .unit_price = "Unit price",
                                 .amount = "Amount",
                                 .net = "Net amount",
                                 .included = "{tax}, included",
                                 .total = "Total",
                                 .credited = "Total credited",
                                 .part_refunded = "Partial refund",
                                 .pay = "Pay online",
                                 .page = "{page} of {pages}"};

constexpr document_words french{.right_to_left = false,
                                .group = thin_gap,
                                .point = ",",
                                .symbol_last = true,
                                .date = "{day} {month} {year}",
                                .months = {"janvier", "février", "mars", "avril", "mai", "juin", "juillet",
                                           "août", "septembre", "octobre", "novembre", "décembre"},
                                .invoice = "Facture",
                                .credit_note = "Avoir",
                                .number = "Numéro",
                                .corrects = "rectifie la facture {number}",
                                .tax_number = "N° fiscal",
                                .billed_to = "Facturé à",
                                .issued = "Date",
                                .order = "Commande",
                                .paid = "Payée le",
                                .item = "Désignation",
                                .quantity = "Qté",
                                .unit_price = "Prix unitaire",
                                .amount = "Montant",
                                .net = "Montant hors taxe",
                                .included = "dont {tax}",
                                .total = "Total",
                                .credited = "Total de l’avoir",
                                .part_refunded = "Remboursement partiel",
                                .pay = "Payer en ligne",
                                .page = "{page} sur {pages}"};

constexpr document_words portuguese{
    .right_to_left = false,
    .group = ".",
    .point = ",",
    .symbol_last = false,
    .date = "{day} de {month} de {year}",
    .months = {"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro",
               "outubro", "novembro", "dezembro"},
    .invoice = "Fatura",
    .credit_note = "Nota de crédito",
    .number = "Número",
    .corrects = "corrige a fatura {number}",
    .tax_number = "Número fiscal",
    .billed_to = "Faturado a",
    .issued = "Data",
    .order = "Encomenda",
    .paid = "Paga em",
    .item = "Artigo",
    .quantity = "Qtd.",
    .unit_price = "Preço unitário",
    .amount = "Valor",
    .net = "Valor líquido",
    .included = "{tax}, incluído",
    .total = "Total",
    .credited = "Total creditado",
    .part_refunded = "Reembolso parcial",
    .pay = "Pagar online",
    .page = "{page} de {pages}"};

constexpr document_words arabic{.right_to_left = true,
                                .group = ",",
                                .point = ".",
                                .symbol_last = false,
                                .date = "{day} {month} {year}",
                                .months = {"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو",
                                           "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"},
                                .invoice = "فاتورة",
                                .credit_note = "إشعار دائن",
                                .number = "الرقم",
                                .corrects = "يصحح الفاتورة {number}",
                                .tax_number = "الرقم الضريبي",
                                .billed_to = "إلى",
                                .issued = "التاريخ",
                                .order = "الطلب",
                                .paid = "تاريخ الدفع",
                                .item = "الصنف",
                                .quantity = "الكمية",
                                .unit_price = "سعر الوحدة",
                                .amount = "المبلغ",
                                .net = "المبلغ الصافي",
                                .included = "شامل {tax}",
                                .total = "الإجمالي",
                                .credited = "إجمالي الإشعار",
                                .part_refunded = "استرداد جزئي",
                                .pay = "الدفع عبر الإنترنت",
                                .page = "{page} من {pages}"};

/// Signs that are read without a doubt where their currency is used; others are written by their code.
std::string_view sign_of(currency_code currency) noexcept {
  constexpr std::pair<std::string_view, std::string_view> signs[] = {
      {"NGN", "₦"},   {"USD", "$"}, {"EUR", "€"}, {"GBP", "£"}, {"GHS", "GH₵"},
      {"KES", "KSh"}, {"ZAR", "R"}, {"INR", "₹"}, {"JPY", "¥"}};
  for (const auto& [code, sign] : signs)
    if (code == currency.text()) return sign;
  return {};
}

/// "1234567" with `group` between thousands.
std::string grouped(std::string_view digits, std::string_view group) {
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += group;
    text += digits[i];
  }
  return text;
}

}  // namespace

const document_words& words_in(std::string_view locale) noexcept {
  const auto speaks = [&](std::string_view language) {
    const auto same = [](char a, char b) { return (a | 0x20) == b; };
    return locale.size() >= 2 &&
           std::equal(language.begin(), language.end(), locale.begin(),
                      [&](char b, char a) { return same(a, b); }) &&
           (locale.size() == 2 || locale[2] == '-' || locale[2] == '_');
  };
  if (speaks("fr")) return french;
  if (speaks("pt")) return portuguese;
  if (speaks("ar")) return arabic;
  return english;
}

std::string amount_text(const money& amount, const document_words& words) {
  const auto exponent = static_cast<std::size_t>(exponent_of(amount.currency));
  const auto magnitude = amount.minor < 0 ? 0 - static_cast<std::uint64_t>(amount.minor)
                                          : static_cast<std::uint64_t>(amount.minor);
  auto digits = std::to_string(magnitude);
  if (digits.size() <= exponent) digits.insert(0, exponent + 1 - digits.size(), '0');
  const std::string_view all{digits};
  auto number = grouped(all.substr(0, all.size() - exponent), words.group);
  if (exponent > 0) number.append(words.point).append(all.substr(all.size() - exponent));
  std::string text{amount.minor < 0 ? "-" : ""};
  const auto sign = sign_of(amount.currency);
  if (words.symbol_last)
    return text.append(number).append(gap).append(sign.empty() ? amount.currency.text() : sign);
  if (sign.empty()) text.append(amount.currency.text()).append(gap);
  else text.append(sign);
  return text + number;
}

std::string date_text(const civil_date& date, const document_words& words) {
  const auto month = static_cast<std::size_t>(std::clamp(date.month, 1, 12)) - 1;
  return filled(words.date, {{"day", std::to_string(date.day)},
                             {"month", words.months[month]},
                             {"year", std::to_string(date.year)}});
}

std::string quantity_text(std::int64_t quantity, const document_words& words) {
  const auto text = std::to_string(quantity);
  return quantity < 0 ? text : grouped(text, words.group);
}

std::string filled(std::string_view pattern,
                   std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
  std::string text;
  while (!pattern.empty()) {
    const auto open = std::min(pattern.find('{'), pattern.size());
    text += pattern.substr(0, open);
    pattern.remove_prefix(open);
    const auto close = pattern.find('}');
    if (close == std::string_view::npos) break;
    for (const auto& [name, value] : values)
      if (name == pattern.substr(1, close - 1)) text += value;
    pattern.remove_prefix(close + 1);
  }
  return text.append(pattern);
}

std::optional<civil_date> parse_civil_date(std::string_view text) noexcept {
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = -1;
    const auto part = text.substr(at, digits);
    const auto [end, wrong] = std::from_chars(part.data(), part.data() + part.size(), value);
    return wrong == std::errc{} && end == part.data() + part.size() ? value : -1;
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const civil_date date{number(0, 4), number(5, 2), number(8, 2)};
  if (date.year < 1 || date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31)
    return std::nullopt;
  return date;
}

}  // namespace sellavie::net
