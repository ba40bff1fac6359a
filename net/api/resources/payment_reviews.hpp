#pragma once
// Money that a person has to look at.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> payment_review_endpoints();

}  // namespace sellavie::net
