#pragma once
// An invoice or credit note as a PDF of A4 pages: who sells and who buys, the lines, the tax, the total, and while it
// is unpaid a QR code to where it can be paid. The table's head stands on each page, and each page says which it is.
//
// The same document on a machine with the same fonts and libraries gives the same bytes: its only time is when it was
// issued. Texts of people are cleaned and bounded here: bytes that are no UTF-8 become U+FFFD, characters that nobody
// sees are dropped, what is too long ends in "…". A name in Arabic on an English invoice reads as Arabic; a business
// whose locale is Arabic has its pages the other way round.

#include <string>

#include "net/documents/invoice_document.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie::net {

/// Far beyond what an order holds (max_order_lines).
inline constexpr std::size_t max_document_lines = 1'000;

/// Errors: too_large (lines), money_range (the tax is no tax of the total), internal. About 10 ms: not on an io thread.
[[nodiscard]] result<std::string> render_invoice(const invoice_document& document);

}  // namespace sellavie::net
