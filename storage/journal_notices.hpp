#pragma once
// The journal's SQL for what people are told; a part of journal_statements, which alone includes this.

#include <span>

#include "storage/change_set.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

[[nodiscard]] std::span<const statement> notice_statements() noexcept;

/// Before the rows that it tells of are written: it compares with what stands. Nothing for a batch without such rows.
void queue_notices(pipeline& into, change_sets sets);

}  // namespace sellavie::storage
