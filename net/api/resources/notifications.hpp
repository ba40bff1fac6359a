#pragma once
// What the caller was told of a business, and what of it they have read.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> notification_endpoints();

}  // namespace sellavie::net
