#pragma once
// What waits for a person, and deliveries that could not be handled.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> person_task_endpoints();

}  // namespace sellavie::net
