#pragma once
// Queues a job in the transaction of the change that causes it, as the tenant or the engine; for sources only, because
// it shows libpqxx.

#include <pqxx/pqxx>
#include <vector>

#include "storage/job_rows.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

/// As change_set::jobs: of one business, its own when the role is the tenant.
void queue_job(pqxx::work& work, const job_row& job);
/// In one statement, so that all take their locks in one order.
void queue_jobs(pqxx::work& work, const std::vector<job_row>& jobs);

/// What queues jobs, column by column; the journal's too.
[[nodiscard]] const statement& insert_jobs() noexcept;

}  // namespace sellavie::storage
