#pragma once
// Customers: profiles, merging, blocking.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> customer_endpoints();

}  // namespace sellavie::net
