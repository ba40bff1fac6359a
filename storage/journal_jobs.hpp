#pragma once
// The journal's SQL for background jobs; a part of journal_statements, which alone includes this.

#include <span>

#include "storage/change_set.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

[[nodiscard]] std::span<const statement> job_statements() noexcept;

void queue_jobs(pipeline& into, change_sets sets, std::int64_t incarnation);

}  // namespace sellavie::storage
