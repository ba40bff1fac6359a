#pragma once
// Sheets of products that are imported: jobs that people order, watch and cancel. Run by net/imports.

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> product_import_endpoints();

}  // namespace sellavie::net
