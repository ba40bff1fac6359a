#pragma once
// Invoices and credit notes of a business.
//
//  R1  An invoice is issued for an order that awaits payment, is paid or is fulfilled.
//  R2  A credit note is issued for a cancelled or refunded order whose invoice exists.
//  R3  An order has at most one invoice and one credit note: asking again answers with the one there is.
//  R4  An order that changed after its invoice is invoice_conflict, for a person to correct.
//  R5  Numbers are gapless per (business, series): `next_number` is used only by a fresh document.
//  R6  An invoice says the tax of its order as that was priced, under the name that the tax has today: net + tax lines =
//      total. One whose sum would not hold is not issued.
//  R7  Seller and buyer are written as they are when it is issued. Nothing of a document changes afterwards.
//  R8  A credit note says what its invoice said: lines, tax, total, seller and buyer.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/domain/error.hpp"
#include "protocol/domain/ids.hpp"
#include "protocol/domain/money.hpp"
#include "protocol/domain/order.hpp"
#include "protocol/domain/tax.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie {

enum class invoice_kind : std::uint8_t { invoice, credit_note };
[[nodiscard]] std::string_view to_string(invoice_kind kind) noexcept;
[[nodiscard]] std::optional<invoice_kind> parse_invoice_kind(std::string_view name) noexcept;
/// Each kind numbers for itself: "INV", "CRN".
[[nodiscard]] std::string_view series_of(invoice_kind kind) noexcept;
/// "INV-000123"; longer numbers simply grow.
[[nodiscard]] std::string format_invoice_number(std::string_view series, std::int64_t number);

/// Texts of people, as they were written.
struct invoice_seller {
  std::string name;
  std::string address;
  std::string tax_number;
  /// At the end of the document: terms, bank account, thanks.
  std::string footer;

  friend bool operator==(const invoice_seller&, const invoice_seller&) = default;
};
struct invoice_buyer {
  std::string name;
  std::string address;
  std::string phone;
  std::string email;

  friend bool operator==(const invoice_buyer&, const invoice_buyer&) = default;
};

struct tax_line {
  /// "VAT".
  std::string name;
  tax_terms terms{};
  money tax{};

  friend bool operator==(const tax_line&, const tax_line&) = default;
};

struct invoice {
  invoice_id id{};
  invoice_kind kind = invoice_kind::invoice;
  std::string series;
  std::int64_t number = 0;
  std::string formatted_number;
  order_id order{};
  std::int64_t order_number = 0;
  conversation_id conversation{};
  contact_id contact{};
  std::vector<order_line> lines;
  money total{};
  /// None without tax.
  std::vector<tax_line> taxes;
  invoice_seller seller;
  invoice_buyer buyer;
  instant issued_at{};
  /// Of a credit note: the formatted number of the invoice that it corrects.
  std::string corrects;

  friend bool operator==(const invoice&, const invoice&) = default;
};

/// What of the total is no tax; errc::money_range when the tax lines are no tax of this total.
[[nodiscard]] result<money> net_of(const invoice& document);

struct invoice_context {
  /// The next free number of this kind's series.
  std::int64_t next_number = 1;
  invoice_id new_invoice{};
  instant now{};
  std::string tax_name{};
  invoice_seller seller{};
  invoice_buyer buyer{};
};

enum class issuance : std::uint8_t { fresh, existing };
struct issued_invoice {
  invoice document;
  issuance how = issuance::fresh;
};

/// `existing` are all documents of this order. Errors: conflict (R1, R2, R4), invalid_value (number < 1), money_range (R6).
[[nodiscard]] result<issued_invoice> issue(const order& subject, invoice_kind kind,
                                           std::span<const invoice> existing, const invoice_context& context);

}  // namespace sellavie
