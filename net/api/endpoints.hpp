#pragma once
// Everything that the API offers, one resource a line.

#include <memory>
#include <vector>

#include "net/api/access_cache.hpp"
#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> all_endpoints(const std::shared_ptr<access_cache>& access,
                                                      const config::limits_settings& limits);

}  // namespace sellavie::net
