#pragma once
// /me/second-factor: codes of an authenticator app, turned on in two steps, and recovery codes.

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> second_factor_endpoints();

}  // namespace sellavie::net
