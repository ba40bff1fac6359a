#pragma once
// What a person writes to a customer: once a key.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> composer_endpoints();

}  // namespace sellavie::net
