#pragma once
// What a customer is told of what a person did with their order: the server's own sentence, written by the commit
// that does it, so that it is said exactly once or not at all.

#include <string>

#include "actors/order_command.hpp"
#include "actors/services.hpp"
#include "actors/tenant.hpp"
#include "protocol/domain/action_outcome.hpp"
#include "storage/change_set.hpp"

namespace sellavie::actors {

/// Whether there is something to say of it. A link that is still being made is told when it is there.
[[nodiscard]] bool is_worth_telling(const action_outcome& outcome) noexcept;

/// Adds messages and outbox rows, and what was told under the notice's key. Nothing when the channel account is gone.
void tell_customer(const services& node, const tenant& business, const customer_notice& whom,
                   const action_outcome& outcome, storage::change_set& changes);

}  // namespace sellavie::actors
