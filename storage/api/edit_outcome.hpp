#pragma once
// What came of a change to something that two people may edit.

#include <cstdint>
#include <utility>

namespace sellavie::storage {

enum class edit_outcome : std::uint8_t { done, not_found, stale };

/// The row after a change, or why there was none.
template <class Row>
struct edited {
  edit_outcome outcome = edit_outcome::not_found;
  Row row{};
};

/// `was` is what stands now; the caller changes it when it is what was read.
template <class Row>
[[nodiscard]] bool may_edit(const Row* was, std::int64_t expected_version, edited<Row>& into) {
  if (was == nullptr) into.outcome = edit_outcome::not_found;
  else if (was->version != expected_version) into.outcome = edit_outcome::stale;
  else into.outcome = edit_outcome::done;
  return into.outcome == edit_outcome::done;
}

}  // namespace sellavie::storage
