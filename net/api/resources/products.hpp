#pragma once
// The catalogue: listing, adding, editing, archiving.

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> product_endpoints();

}  // namespace sellavie::net
