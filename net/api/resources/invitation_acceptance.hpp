#pragma once
// What the one who is invited does with the mail's token: look at the invitation, accept it with an account or
// with a new one.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> invitation_acceptance_endpoints();

}  // namespace sellavie::net
