#pragma once
// The browsers of an account that take messages (web push).

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> push_subscription_endpoints();

}  // namespace sellavie::net
