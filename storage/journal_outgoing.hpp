#pragma once
// The journal's SQL for outgoing webhooks; a part of journal_statements, which alone includes this.

#include <span>

#include "storage/change_set.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

[[nodiscard]] std::span<const statement> outgoing_statements() noexcept;

/// Before the rows that it tells of are written: it compares with what stands. Nothing for a batch without such rows.
void queue_outgoing(pipeline& into, change_sets sets);

}  // namespace sellavie::storage
