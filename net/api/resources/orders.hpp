#pragma once
// Orders as people find and read them; changes: order_changes, manual_orders.

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> order_endpoints();

}  // namespace sellavie::net
