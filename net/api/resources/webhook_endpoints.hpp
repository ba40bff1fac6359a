#pragma once
// Where a business has its outgoing webhooks sent: endpoints with their secrets, shown once; what was delivered, and again.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> webhook_endpoint_endpoints();

}  // namespace sellavie::net
