#pragma once
// Money on its way back to customers.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> refund_endpoints();

}  // namespace sellavie::net
