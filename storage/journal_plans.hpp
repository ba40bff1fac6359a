#pragma once
// The journal's SQL for warnings about plans; a part of journal_statements, which alone includes this.

#include <span>

#include "storage/change_set.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

[[nodiscard]] std::span<const statement> plan_statements() noexcept;

void queue_plan_warnings(pipeline& into, change_sets sets);

}  // namespace sellavie::storage
