#pragma once
// The team's notes on conversations, and who they mention.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> note_endpoints();

}  // namespace sellavie::net
