#pragma once
// The team of a business: who belongs to it, as what, and leaving it.

#include <memory>
#include <vector>

#include "net/api/access_cache.hpp"
#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> member_endpoints(const std::shared_ptr<access_cache>& access);

}  // namespace sellavie::net
