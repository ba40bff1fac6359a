#pragma once
// Invoices and credit notes as people list and read them. They are written by the invoice desk alone.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/api/orders.hpp"

namespace sellavie::storage {

struct invoice_filter {
  /// "invoice" or "credit_note".
  std::optional<std::string> kind;
  std::optional<order_id> order;
  std::optional<contact_id> customer;
  /// Issued from here on, and before this.
  std::optional<instant> since;
  std::optional<instant> until;
  /// Series and number within it.
  std::optional<std::pair<std::string, std::int64_t>> number;
  bool oldest_first = false;
};

struct listed_invoice {
  invoice_id id;
  std::string kind;
  std::string series;
  std::int64_t number = 0;
  order_id order;
  std::int64_t order_number = 0;
  contact_id customer;
  std::string customer_name;
  std::string currency;
  std::int64_t total_minor = 0;
  instant issued_at{};
  /// Of its last public link (storage/api/invoice_documents).
  std::optional<uuid> link_token;
  instant link_expires_at{};
  /// Of a credit note: the number of its invoice, and its refund, where one is known.
  std::string corrects;
  std::optional<refund_id> refund;
};

/// A bounded look, as orders: a number, an order or a customer gathers, everything else walks by time.
[[nodiscard]] result<listed_page<listed_invoice>> list_invoices(
    api_session& session, const business_id& business, const invoice_filter& filter,
    const std::optional<api::page_position>& after, int limit);

struct invoice_detail {
  listed_invoice summary;
  /// JSON list, as it was written when it was issued.
  std::string lines;
  std::string taxes;
};
[[nodiscard]] result<std::optional<invoice_detail>> find_invoice(api_session& session,
                                                                 const business_id& business,
                                                                 const invoice_id& id);
/// Of kind "invoice" there is one at most.
[[nodiscard]] result<std::optional<invoice_detail>> find_invoice_of(api_session& session,
                                                                    const business_id& business,
                                                                    const order_id& order,
                                                                    const std::string& kind);

[[nodiscard]] std::vector<list_plan> invoice_plans();

}  // namespace sellavie::storage
