#pragma once
// Pictures of products: uploaded by hand, encoded anew, served as bytes.

#include "net/api/call.hpp"
#include "net/api/picture_bench.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> product_image_endpoints(const std::shared_ptr<picture_bench>& bench);

}  // namespace sellavie::net
