#pragma once
// The payment providers of a business: keys added, replaced, removed, checked; never shown again.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> payment_connection_endpoints();

}  // namespace sellavie::net
