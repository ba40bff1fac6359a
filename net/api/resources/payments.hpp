#pragma once
// Money that came, and giving it back.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> payment_endpoints();

}  // namespace sellavie::net
