#pragma once
// The inbox: conversations, their messages, taking a chat over and giving it back.

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> conversation_endpoints();

}  // namespace sellavie::net
