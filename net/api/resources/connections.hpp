#pragma once
// The channel accounts of a business: what state they are in, checked now, disconnected.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> connection_endpoints();

}  // namespace sellavie::net
