#pragma once
// What a business writes on its invoices, and the tax on what it sells.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> invoice_settings_endpoints();

}  // namespace sellavie::net
