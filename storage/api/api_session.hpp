#pragma once
// What one worker of the REST bridge holds: a connection as the tenant role and one as the engine,
// opened on first use and again after they broke. Not thread-safe; its functions block.

#include <memory>
#include <string>
#include <utility>

#include "protocol/domain/error.hpp"
#include "storage/api/recorded_change.hpp"
#include "storage/connect.hpp"

namespace sellavie::storage {

class api_session {
 public:
  api_session(database_access access, std::string application_name);
  ~api_session();
  api_session(const api_session&) = delete;
  api_session& operator=(const api_session&) = delete;

  enum class role : std::uint8_t { tenant, engine };
  /// Open and ready; unavailable when the database is away.
  [[nodiscard]] result<pqxx::connection*> connection(role as);
  /// The last work failed in a way that leaves the connection in doubt.
  void forget(role as) noexcept;

  /// From now on `listener` hears what each transaction wrote to the activity log.
  void when_changed(change_listener listener) { listener_ = std::move(listener); }
  /// For in_transaction().
  void tell(const std::vector<recorded_change>& written, certainty how) const {
    if (listener_ && !written.empty()) listener_(written, how);
  }

 private:
  database_access access_;
  std::string application_name_;
  std::unique_ptr<pqxx::connection> tenant_;
  std::unique_ptr<pqxx::connection> engine_;
  change_listener listener_;
};

}  // namespace sellavie::storage
