#pragma once
// Keeps the webhooks' directories of routes and of payment connections as the database has them, and tells which businesses changed with it.
// Not thread-safe: the start's, and from then on the janitor's.

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "net/webhooks/meta_webhook.hpp"
#include "net/webhooks/payment_directory.hpp"
#include "storage/reads.hpp"

namespace sellavie {

struct webhook_directories {
  std::shared_ptr<net::route_directory> routes = std::make_shared<net::route_directory>();
  std::shared_ptr<net::payment_directory> payments = std::make_shared<net::payment_directory>();
};

class directory_watch {
 public:
  /// `reads` outlives it.
  directory_watch(storage::store_reads& reads, webhook_directories directories,
                  std::shared_ptr<const crypto::fernet_ring> secrets, std::shared_ptr<monitoring::logger> log)
      : reads_{reads},
        directories_{std::move(directories)},
        secrets_{std::move(secrets)},
        log_{std::move(log)} {}

  /// The businesses that look different than at the last time.
  [[nodiscard]] result<std::vector<business_id>> load();
  /// The same, or nothing when the directory is as it was.
  [[nodiscard]] result<std::optional<std::vector<business_id>>> load_changes();

 private:
  storage::store_reads& reads_;
  webhook_directories directories_;
  std::shared_ptr<const crypto::fernet_ring> secrets_;
  std::shared_ptr<monitoring::logger> log_;
  std::int64_t version_ = 0;
  std::unordered_map<business_id, std::int64_t> business_versions_;
};

}  // namespace sellavie
