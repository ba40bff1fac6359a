#pragma once
// How large an upload may be, and what one that is not taken means.

#include <cstddef>
#include <string>
#include <utility>

#include "protocol/api/problem.hpp"

namespace sellavie::net {

inline constexpr std::size_t largest_upload = 10 * 1024 * 1024;

/// What a file that is not taken means to a client.
[[nodiscard]] inline api::problem refused_upload(const error& failure, std::string what_is_taken) {
  switch (failure.code) {
    case errc::invalid_value:
      return {.kind = api::problems::unsupported_type, .detail = std::move(what_is_taken)};
    case errc::malformed:
    case errc::too_large: return {api::problems::invalid, {}, {{"", failure.detail}}};
    default: return api::problem_of(failure);
  }
}

}  // namespace sellavie::net
