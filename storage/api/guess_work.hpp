#pragma once
// Counts guesses where they stand (session_rules R5 and R7), inside a transaction; for the sources of this folder only,
// because it shows libpqxx.

#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "protocol/domain/time.hpp"

namespace sellavie::storage {

/// Statements about one row that keeps a count and a block; $1 is its key.
struct guess_counter {
  /// One more, unless it is blocked at $2; returns the count.
  const char* count;
  /// Until $2.
  const char* block;
  /// Until when it is blocked.
  const char* find_block;
};

/// Counts one guess and blocks the next ones by the rules. While it is blocked nothing is counted, and the end of the
/// block comes back.
[[nodiscard]] std::optional<instant> count_guess(pqxx::work& work, const guess_counter& of,
                                                 const std::string& key, instant now);

}  // namespace sellavie::storage
