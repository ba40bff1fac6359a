#pragma once
// Stock, which the business's order desk alone changes: a correction waits for what chats are just ordering
// and can never sell a piece twice.

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> product_stock_endpoints();

}  // namespace sellavie::net
