#pragma once
// The PDFs of invoices as they were first shown, never changed afterwards, and the links under which whoever has one
// reads its document until the link ends.

#include <optional>
#include <string>

#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/commerce_rows.hpp"

namespace sellavie::storage {

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

/// The living one, or a new one under `fresh`. The invoice is there.
[[nodiscard]] result<invoice_link_row> link_invoice(api_session& session, const business_id& business,
                                                    const change_origin& by, const invoice_id& id,
                                                    const uuid& fresh);

/// What a link shows, for anybody who knows its token, until it expires.
[[nodiscard]] result<std::optional<invoice_link_row>> find_link(api_session& session, const uuid& token,
                                                                instant now);

}  // namespace sellavie::storage
