#pragma once
// The journal's SQL for inbox, conversations, messages, turns and outbox; a part of
// journal_statements, which alone includes this.

#include <span>

#include "storage/change_set.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

[[nodiscard]] std::span<const statement> message_path_statements() noexcept;

/// True when the first statement queued answers with the ids of fresh inbound rows.
[[nodiscard]] bool queue_message_path(pipeline& into, change_sets sets);
/// What waits for a person: the last table of the order.
void queue_tasks(pipeline& into, change_sets sets);

}  // namespace sellavie::storage
