#pragma once
// The journal's SQL for the activity log; a part of journal_statements, which alone includes this.

#include <span>

#include "storage/change_set.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

[[nodiscard]] std::span<const statement> activity_statements() noexcept;

void queue_activities(pipeline& into, change_sets sets);

}  // namespace sellavie::storage
