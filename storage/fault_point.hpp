#pragma once
// A place where a crash test kills the process. The server's own does nothing; sellavie_with_fault_points links
// another (tests/e2e/fault_point.cpp), and is the same program otherwise.

#include <string_view>

namespace sellavie::storage {

/// Names are unique: tests/e2e/fault_points_test lists them all.
void fault_point(std::string_view name) noexcept;

}  // namespace sellavie::storage
