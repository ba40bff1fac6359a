#pragma once
// Background jobs that failed for good (storage/job_rows): listed, retried or dropped by people of the business.

#include <optional>
#include <string>
#include <vector>

#include "protocol/api/cursor.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/job_rows.hpp"

namespace sellavie::storage {

struct job_error {
  std::string code;
  instant at{};
};

/// Without its payload, which is the server's own.
struct dead_job {
  job_id id;
  std::string kind;
  std::int64_t attempts = 0;
  instant created_at{};
  instant died_at{};
  /// Oldest first.
  std::vector<job_error> errors;
};

/// Those that died last come first; `limit` + 1 rows at most.
[[nodiscard]] result<std::vector<dead_job>> list_dead_jobs(api_session& session, const business_id& business,
                                                           const std::optional<api::page_position>& after,
                                                           int limit);
/// It is due at once, with all its attempts before it. False: it is not there. errc::conflict: an open job has its key.
[[nodiscard]] result<bool> retry_dead_job(api_session& session, const business_id& business,
                                          const change_origin& by, const job_id& id);
/// False: it is not there.
[[nodiscard]] result<bool> drop_dead_job(api_session& session, const business_id& business,
                                         const change_origin& by, const job_id& id);

/// The statement of the list, for the test that looks at its plan.
[[nodiscard]] std::string dead_job_list_statement();

}  // namespace sellavie::storage
