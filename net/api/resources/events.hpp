#pragma once
// What happens in a business, as it happens.

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> event_endpoints();

}  // namespace sellavie::net
