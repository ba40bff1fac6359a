#pragma once
// Invoices as documents: the PDF, and the link under which a customer reads it.

#include <string_view>
#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> invoice_document_endpoints();

/// "https://shop.example/i/<token>".
[[nodiscard]] std::string invoice_url(std::string_view public_url, const uuid& token);

}  // namespace sellavie::net
