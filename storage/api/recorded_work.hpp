#pragma once
// A transaction that remembers what it wrote to the activity log; for the sources of this folder only, because it shows
// libpqxx.

#include <pqxx/pqxx>
#include <vector>

#include "storage/api/recorded_change.hpp"

namespace sellavie::storage {

class recorded_work final : public pqxx::work {
 public:
  recorded_work(pqxx::connection& on, std::vector<recorded_change>& to)
      : namedclass{"transaction"}, pqxx::work{on}, written{to} {}

  /// Outlives the transaction: a commit in doubt is told as well.
  std::vector<recorded_change>& written;
};

}  // namespace sellavie::storage
