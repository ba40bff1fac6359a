#pragma once
// POST /auth/sign-up, /auth/verify-email and /auth/resend-verification: from a stranger to a first session.

#include "net/api/call.hpp"
#include "net/api/mail_limits.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> sign_up_endpoints(const std::shared_ptr<mail_limits>& mails);

}  // namespace sellavie::net
