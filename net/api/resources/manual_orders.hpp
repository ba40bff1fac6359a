#pragma once
// Orders that a person places for a customer, and payment links on a person's wish: once a key.

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> manual_order_endpoints();

}  // namespace sellavie::net
