#pragma once
// The journal's SQL: one statement per kind of row, each taking a whole batch as binary arrays.
// Statements run in one fixed order, so that two batches lock tables in the same order: the message
// path, then what other programs are told, then commerce, then what waits for a person, then jobs, then the activity log.

#include <span>

#include "storage/change_set.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

/// All statements that a journal connection prepares.
[[nodiscard]] std::span<const statement> journal_statements();

/// Queues the fence and every statement that has rows. Returns the position of the statement that
/// answers with the ids of fresh inbound rows, or -1.
[[nodiscard]] int queue_change_sets(pipeline& into, change_sets sets, std::int64_t incarnation);

}  // namespace sellavie::storage
