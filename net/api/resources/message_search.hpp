#pragma once
// Finding messages by their words.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> message_search_endpoints();

}  // namespace sellavie::net
