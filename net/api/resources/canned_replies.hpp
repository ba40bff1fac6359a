#pragma once
// Texts that people send often.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> canned_reply_endpoints();

}  // namespace sellavie::net
