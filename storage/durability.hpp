#pragma once
// Whether a commit of this database survives a power cut. What a session can see to itself, connect.cpp does; the rest
// is the operator's, who is told.

#include <string>
#include <vector>

#include "storage/connect.hpp"

namespace sellavie::storage {

/// A sentence for each setting with which it may not; empty when all is well.
[[nodiscard]] result<std::vector<std::string>> durability_warnings(const database_role& role);

}  // namespace sellavie::storage
