#pragma once
// Pictures of products: uploaded by hand, encoded anew, served as bytes.

#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> product_image_endpoints();

}  // namespace sellavie::net
