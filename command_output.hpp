#pragma once
// What the commands beside `serve` print and return.

#include <cstdio>
#include <string_view>

#include "protocol/domain/error.hpp"

namespace sellavie {

/// Exit codes. `refused`: the configuration, the file or the options are wrong; the same call fails again.
namespace exit_code {
inline constexpr int done = 0;
inline constexpr int failed = 1;
inline constexpr int refused = 2;
}  // namespace exit_code

inline void print(std::string_view line) {
  std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
}

/// "what: why" for a person, on standard error ; gives `code`
inline int fail_with(std::string_view what, const error& why, int code = exit_code::failed) {
  std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(what.size()), what.data(), why.detail.c_str());
  return code;
}

}  // namespace sellavie
