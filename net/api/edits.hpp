#pragma once
// What the outcome of an edit means to a client.

#include <cstdint>
#include <string>

#include "protocol/api/problem.hpp"
#include "storage/api/edit_outcome.hpp"

namespace sellavie::net {

/// Of an edit that was not done.
[[nodiscard]] api::problem refused(storage::edit_outcome outcome);

/// "at most 5,000", for the document.
[[nodiscard]] std::string at_most(std::int64_t bound);

}  // namespace sellavie::net
