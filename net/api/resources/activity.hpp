#pragma once
// The activity log of a business: who did what, and its hash chain for whoever checks it elsewhere.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> activity_endpoints();

}  // namespace sellavie::net
