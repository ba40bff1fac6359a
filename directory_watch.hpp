#pragma once
// Keeps the webhooks' directory of routes as the database has it, and tells which businesses changed with it.
// Not thread-safe: the start's, and from then on the janitor's.

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "net/webhooks/meta_webhook.hpp"
#include "storage/reads.hpp"

namespace sellavie {

class directory_watch {
 public:
  /// `reads` outlives it.
  directory_watch(storage::store_reads& reads, std::shared_ptr<net::route_directory> directory)
      : reads_{reads}, directory_{std::move(directory)} {}

  /// The businesses that look different than at the last time.
  [[nodiscard]] result<std::vector<business_id>> load();
  /// The same, or nothing when the directory is as it was.
  [[nodiscard]] result<std::optional<std::vector<business_id>>> load_changes();

 private:
  storage::store_reads& reads_;
  std::shared_ptr<net::route_directory> directory_;
  std::int64_t version_ = 0;
  std::unordered_map<business_id, std::int64_t> business_versions_;
};

}  // namespace sellavie
