#pragma once
// Invitations to a team: what its administrators see of them.

#include <memory>
#include <vector>

#include "net/api/call.hpp"
#include "net/api/mail_limits.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> invitation_endpoints(const std::shared_ptr<mail_limits>& mails);

}  // namespace sellavie::net
