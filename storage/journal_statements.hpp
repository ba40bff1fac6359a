#pragma once
// The journal's SQL: one statement per kind of row, each taking a whole batch as binary arrays.
// Statements run in one fixed order, so that two batches lock tables in the same order: the message
// path, then what other programs are told, then commerce, then what waits for a person, then jobs and events of payments,
// then the activity log.

#include <span>

#include "storage/change_set.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

/// All statements that a journal connection prepares.
[[nodiscard]] std::span<const statement> journal_statements();

/// The positions of the statements that answer with the ids of what was new; -1: there was none.
struct queued_answers {
  int inbound = -1;
  int payment_events = -1;
};

/// Queues the fence and every statement that has rows.
[[nodiscard]] queued_answers queue_change_sets(pipeline& into, change_sets sets, std::int64_t incarnation);

}  // namespace sellavie::storage
