#pragma once
// POST /auth/sign-in, /auth/refresh, /auth/sign-out and the caller's sessions.

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> sign_in_endpoints(const std::shared_ptr<class access_cache>& access);

}  // namespace sellavie::net
