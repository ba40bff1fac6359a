#pragma once
// How a shop connects its accounts at Meta: begin, log in there, finish here, choose when there are several.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> connect_flow_endpoints();

}  // namespace sellavie::net
