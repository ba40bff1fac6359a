#pragma once
// The journal's SQL for stock, orders, payments, invoices and action results; a part of
// journal_statements, which alone includes this.

#include <span>

#include "storage/change_set.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

[[nodiscard]] std::span<const statement> commerce_statements() noexcept;

void queue_commerce(pipeline& into, change_sets sets);

}  // namespace sellavie::storage
