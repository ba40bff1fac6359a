#pragma once
// The journal's SQL for what people do in chats: messages that they write, customers that they block; a
// part of journal_statements, which alone includes this.

#include <span>

#include "storage/change_set.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

[[nodiscard]] std::span<const statement> people_statements() noexcept;

void queue_people(pipeline& into, change_sets sets);

}  // namespace sellavie::storage
