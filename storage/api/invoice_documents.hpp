#pragma once
// The PDFs of invoices as they were first shown, never changed afterwards, and the links under which whoever has one
// reads its document until the link ends.

#include <chrono>
#include <optional>
#include <string>

#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/commerce_rows.hpp"

namespace sellavie::storage {

/// A new link is made in the second half of the last one's life: an invoice has two at most.
inline constexpr std::chrono::days invoice_link_life{60};

/// An invoice and what else its page shows. Days are those of the business's time zone: "2026-11-12".
struct document_source {
  invoice_row row;
  std::int64_t order_number = 0;
  std::string business_name;
  std::string locale;
  std::string customer_name;
  std::string issued_on;
  /// Empty: it is not paid.
  std::string paid_on;
  /// While it can be paid; else empty.
  std::string payment_url;
};
[[nodiscard]] result<std::optional<document_source>> find_document_source(api_session& session,
                                                                          const business_id& business,
                                                                          const invoice_id& id);

struct stored_invoice {
  std::string series;
  std::int64_t number = 0;
  std::string pdf;
};
[[nodiscard]] result<std::optional<stored_invoice>> find_stored_invoice(api_session& session,
                                                                        const business_id& business,
                                                                        const invoice_id& id);
/// What is stored from now on: of two who are first at once, the one's.
[[nodiscard]] result<std::string> keep_invoice_pdf(api_session& session, const business_id& business,
                                                   const invoice_id& id, const std::string& pdf, instant now);

struct invoice_link {
  uuid token;
  instant expires_at{};
};
/// The living one, or a new one under `fresh`. The invoice is there.
[[nodiscard]] result<invoice_link> link_invoice(api_session& session, const business_id& business,
                                                const change_origin& by, const invoice_id& id,
                                                const uuid& fresh);

/// For anybody who knows the token, until it expires. Its document was stored before the link was made.
[[nodiscard]] result<std::optional<stored_invoice>> read_public_invoice(api_session& session,
                                                                        const uuid& token, instant now);

}  // namespace sellavie::storage
