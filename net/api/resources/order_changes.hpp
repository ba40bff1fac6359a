#pragma once
// What a person does with an order that is there: each asks the order desk, which alone changes orders and stock.

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> order_change_endpoints();

}  // namespace sellavie::net
