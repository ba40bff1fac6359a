#pragma once
// What was asked under an Idempotency-Key, in 64 characters: the same key with another wish is refused.

#include <string>

#include "net/api/call.hpp"
#include "protocol/api/problem.hpp"

namespace sellavie::net {

/// Of the operation, the ids of its path and its body.
[[nodiscard]] std::string wish_fingerprint(const api_call& call);

[[nodiscard]] api::problem key_was_used();

}  // namespace sellavie::net
