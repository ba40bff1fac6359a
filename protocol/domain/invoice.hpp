#pragma once
// Invoices and credit notes of a business.
//
//  R1  An invoice is issued for an order that awaits payment, is paid or is fulfilled.
//  R2  Money that went back for good is credited where the order has an invoice: each refund that succeeded, whole or
//      part, by one credit note of its amount.
//  R3  An order has at most one invoice: asking again answers with the one there is. A refund has at most one credit note.
//  R4  An order that changed after its invoice is invoice_conflict, for a person to correct.
//  R5  Numbers are gapless per (business, series): `next_number` is used only by a fresh document.
//  R6  An invoice says the tax of its order as that was priced, under the name that the tax has today: net + tax lines =
//      total. One whose sum would not hold is not issued.
//  R7  Seller and buyer are written as they are when it is issued. Nothing of a document changes afterwards.
//  R8  A credit note says seller, buyer and tax of its invoice. Its tax is split out of its amount at the invoice's rate,
//      within what is left of the invoice's tax: notes of several parts add up to the invoice's totals, never to more.
//  R9  A note of the whole invoice has its lines, one of a part has none.
//  R10 What came beyond the invoice's total goes back first: that corrects no invoice and has no note.
//  R11 When the order is void (cancelled, or all its money is back) its invoice is credited to the last minor unit, also
//      where less had come than it asks for: by the last refund's note, or by one of no refund when the provider told
//      only a sum.

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
  /// Of a credit note: what it was issued for; nil when no refund is known (R11).
  refund_id refund{};

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

// `existing` are all documents of this order.

/// Errors: conflict (R1, R4), invalid_value (number < 1), money_range (R6).
[[nodiscard]] result<issued_invoice> issue(const order& subject, std::span<const invoice> existing,
                                           const invoice_context& context);

/// A refund that succeeded, of the money on the order.
struct money_returned {
  refund_id refund{};
  money amount{};
};

/// The next note that is due, of however many; none: nothing is left to credit, or there is no invoice. `returned` are all.
/// Errors: invalid_value (number < 1), money_range (another currency, or notes beyond the invoice).
[[nodiscard]] result<std::optional<invoice>> next_credit_note(const order& subject,
                                                              std::span<const invoice> existing,
                                                              std::span<const money_returned> returned,
                                                              const invoice_context& context);

}  // namespace sellavie
