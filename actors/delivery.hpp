#pragma once
// One committed event on its way to the actor that handles it, and what comes back.

#include <caf/all.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "protocol/channel/event.hpp"
#include "protocol/domain/ids.hpp"

namespace sellavie::actors {

struct delivery {
  inbox_id id = 0;
  business_id business;
  connection_id connection;
  instant accepted_at{};
  /// Handled failures so far.
  std::int16_t tries = 0;
  std::shared_ptr<const channel::channel_event> event;
  /// How often the pump took back what this business had in hand: a supervisor that hands its
  /// deliveries back refuses those of the same round, so that none overtakes the others.
  std::uint32_t round = 0;
};

/// Rows that are completed in the store (or parked): nobody needs to remember them.
struct deliveries_finished {
  std::vector<inbox_id> ids;
};

/// Everything of this business that was on its way is forgotten; the table still has it. The
/// business rests.
struct deliveries_dropped {
  business_id business;
};

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::delivery)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::deliveries_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::deliveries_dropped)
