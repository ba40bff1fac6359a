#pragma once
// What a business teaches its AI: the draft, and the versions that were published.

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> training_endpoints();

}  // namespace sellavie::net
