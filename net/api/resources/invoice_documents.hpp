#pragma once
// Invoices as documents: the PDF, and the link under which a customer reads it.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> invoice_document_endpoints();

}  // namespace sellavie::net
