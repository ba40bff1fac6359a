#pragma once
// What the outcome of an edit means to a client.

#include "protocol/api/problem.hpp"
#include "storage/api/edit_outcome.hpp"

namespace sellavie::net {

/// Of an edit that was not done.
[[nodiscard]] api::problem refused(storage::edit_outcome outcome);

}  // namespace sellavie::net
