#pragma once
// Between the pure invoice and its row, whose texts are JSON: what the document said when it was issued.

#include "protocol/domain/invoice.hpp"
#include "storage/commerce_rows.hpp"

namespace sellavie::actors {

[[nodiscard]] storage::invoice_row to_row(const invoice& document, business_id business);

/// What cannot be read of a row is empty; one of an earlier version has no taxes, seller and buyer.
[[nodiscard]] invoice to_invoice(const storage::invoice_row& row, std::int64_t order_number);

/// 118 random bits of two fresh ids, as a UUIDv4.
[[nodiscard]] uuid link_token(id_source& ids);
/// "https://shop.example/i/<token>".
[[nodiscard]] std::string invoice_url(std::string_view public_url, const uuid& token);

}  // namespace sellavie::actors
