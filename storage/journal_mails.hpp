#pragma once
// Part of the journal's statements (storage/journal_statements.hpp): mails of the commit that they tell of.

#include <span>

#include "storage/change_set.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

[[nodiscard]] std::span<const statement> mail_statements() noexcept;
void queue_mails(pipeline& into, change_sets sets);

}  // namespace sellavie::storage
