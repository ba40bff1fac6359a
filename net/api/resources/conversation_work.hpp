#pragma once
// Who works on a conversation, its snooze, its labels, what is read.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> conversation_work_endpoints();

}  // namespace sellavie::net
