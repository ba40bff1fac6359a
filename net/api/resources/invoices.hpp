#pragma once
// Invoices: found, read, and issued once for an order.

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> invoice_endpoints();

}  // namespace sellavie::net
