#pragma once
// Part of the journal's statements (storage/journal_statements.hpp): money after it came.

#include <span>

#include "storage/change_set.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

[[nodiscard]] std::span<const statement> money_statements() noexcept;
/// Behind the orders that it is about.
void queue_money(pipeline& into, change_sets sets);
/// Behind the tasks that are made in the same batch.
void queue_review_tasks(pipeline& into, change_sets sets);

}  // namespace sellavie::storage
