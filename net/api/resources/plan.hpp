#pragma once
// What the business's plan allows, what of it is used, and what happens next.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> plan_endpoints();

}  // namespace sellavie::net
