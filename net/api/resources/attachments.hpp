#pragma once
// Files that people send to customers: uploaded first, then named by a message (composer); and their public links.

#include <string>
#include <string_view>
#include <vector>

#include "net/api/call.hpp"

namespace sellavie::net {

[[nodiscard]] std::vector<api_endpoint> attachment_endpoints();

/// Under which Meta fetches it.
[[nodiscard]] std::string media_url(std::string_view public_url, const uuid& token);

}  // namespace sellavie::net
