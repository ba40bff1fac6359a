#pragma once
// Businesses: founding one, those of the caller, and what is said of one.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> business_endpoints();

}  // namespace sellavie::net
