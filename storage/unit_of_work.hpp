#pragma once
// The synchronous seam below the journal: commits change_sets, all or nothing. PostgreSQL is one
// implementation, a simulation's store another.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "protocol/domain/error.hpp"
#include "storage/change_set.hpp"

namespace sellavie::storage {

enum class commit_outcome : std::uint8_t {
  committed,
  /// Certainly rolled back: a row was not as expected, or the data was refused.
  refused,
  /// This incarnation no longer owns anything; the process must stop.
  fenced,
  /// The connection died in COMMIT. Until its session is known to be gone (settle()), loads of this process
  /// answer `unavailable`, so a load shows the truth.
  in_doubt,
  /// No connection: certainly not committed.
  unavailable,
};

[[nodiscard]] std::string_view to_string(commit_outcome outcome) noexcept;

struct commit_report {
  commit_outcome outcome = commit_outcome::unavailable;
  /// One per inbound row, in the order of the sets: true when new, false when already known.
  std::vector<bool> fresh;
  error failure;
  /// The same of payment events.
  std::vector<bool> fresh_events{};
};

class unit_of_work {
 public:
  virtual ~unit_of_work() = default;
  /// Blocks until the outcome is known. Never throws.
  [[nodiscard]] virtual commit_report commit(std::span<const change_set* const> sets) = 0;
  /// Whether nothing that was in doubt can happen any more. To be asked again until it is true: nobody
  /// who could load would otherwise make the next commit. Blocks for moments.
  [[nodiscard]] virtual bool settle() { return true; }
};

}  // namespace sellavie::storage
