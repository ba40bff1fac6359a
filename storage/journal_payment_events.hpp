#pragma once
// The journal's SQL for events of payment providers; a part of journal_statements, which alone includes this.
//
//  R1 An event is written once (connection, dedupe key), also when one batch has it twice.
//  R2 One that is new and asks for something makes one job in the same statement; one that is known makes none.

#include <span>

#include "storage/change_set.hpp"
#include "storage/pipeline.hpp"

namespace sellavie::storage {

[[nodiscard]] std::span<const statement> payment_event_statements() noexcept;

/// Whether there are any: then one statement is queued, which answers with the ids of those that are new.
[[nodiscard]] bool queue_payment_events(pipeline& into, change_sets sets);

}  // namespace sellavie::storage
