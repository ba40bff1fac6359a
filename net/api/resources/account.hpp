#pragma once
// GET and PATCH /me: who the caller is and where they belong.

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> account_endpoints();

}  // namespace sellavie::net
