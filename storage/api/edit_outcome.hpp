#pragma once
// What came of a change to something that two people may edit.

#include <cstdint>

namespace sellavie::storage {

enum class edit_outcome : std::uint8_t {
  done,
  not_found,
  /// Somebody else edited it since.
  stale,
  /// Its name, sku or variant is another one's.
  taken,
  /// There is no such group, or it has another number of options.
  no_such_variant,
  /// A bound is reached.
  full,
  /// The plan allows no more of these.
  plan_full,
};

/// The row after a change, or why there was none.
template <class Row>
struct edited {
  edit_outcome outcome = edit_outcome::not_found;
  /// Of `done` only.
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
