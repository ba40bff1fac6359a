#pragma once
// What the caller wants to be told of a business, and how.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> notification_settings_endpoints();

}  // namespace sellavie::net
