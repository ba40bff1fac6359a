#pragma once
// The journal's SQL for what channels tell of a customer's ids; a part of journal_statements, which alone
// includes this.

#include <span>

#include "storage/change_set.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

[[nodiscard]] std::span<const statement> contact_statements() noexcept;

void queue_contacts(pipeline& into, change_sets sets);

}  // namespace sellavie::storage
