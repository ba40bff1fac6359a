#pragma once
// The catalogue as a spreadsheet: out, and in again with a look at what would happen first.

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> product_file_endpoints();

}  // namespace sellavie::net
