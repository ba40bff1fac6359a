#pragma once
// The OpenAPI 3.1 document of a table of operations.

#include <span>
#include <string>
#include <string_view>

#include "protocol/api/operation.hpp"

namespace sellavie::api {

/// `server` is the public URL; empty: relative to the document. Stable for equal input.
[[nodiscard]] std::string openapi_document(std::span<const operation> operations, std::string_view server);

}  // namespace sellavie::api
