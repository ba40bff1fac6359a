#pragma once
// The labels of a business.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> label_endpoints();

}  // namespace sellavie::net
