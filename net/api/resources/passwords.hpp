#pragma once
// POST /auth/request-password-reset, /auth/reset-password and /me/password.

#include "net/api/call.hpp"
#include "net/api/mail_limits.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> password_endpoints(const std::shared_ptr<class access_cache>& access,
                                                           const std::shared_ptr<mail_limits>& mails);

}  // namespace sellavie::net
