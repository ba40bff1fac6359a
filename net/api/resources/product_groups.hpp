#pragma once
// Groups of variants. A group is a name and the options its products differ in; what is sold stays a sku.

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> product_group_endpoints();

}  // namespace sellavie::net
