#pragma once
// Background jobs that failed for good.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> dead_job_endpoints();

}  // namespace sellavie::net
