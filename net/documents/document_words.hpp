#pragma once
// The words of a document, one table per language, and how that language writes amounts and dates.

#include <array>
#include <string>
#include <string_view>

#include "net/documents/invoice_document.hpp"

namespace sellavie::net {

struct document_words {
  bool right_to_left = false;
  /// Between thousands, and before the fraction.
  std::string_view group, point;
  /// "15 000,00 ₦", not "₦15,000.00".
  bool symbol_last = false;
  /// {day}, {month}, {year}.
  std::string_view date;
  std::array<std::string_view, 12> months;
  // Titles.
  std::string_view invoice, credit_note;
  // Labels; `corrects` has {number}, `page` {page} and {pages}, `included` {tax}.
  std::string_view number, corrects, tax_number, billed_to, issued, order, paid, item, quantity, unit_price,
      amount, net, included, total, credited, part_refunded, pay, page;
};

/// By the first letters of the locale; English for those that have no table.
[[nodiscard]] const document_words& words_in(std::string_view locale) noexcept;

/// "₦15,000.00": with the sign of the currency where it has one that people know, else with its code.
[[nodiscard]] std::string amount_text(const money& amount, const document_words& words);
[[nodiscard]] std::string date_text(const civil_date& date, const document_words& words);
[[nodiscard]] std::string quantity_text(std::int64_t quantity, const document_words& words);

/// Each {name} replaced, in one pass.
[[nodiscard]] std::string filled(std::string_view pattern,
                                 std::initializer_list<std::pair<std::string_view, std::string_view>> values);

}  // namespace sellavie::net
