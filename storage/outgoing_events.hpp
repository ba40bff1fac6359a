#pragma once
// What a change_set tells the other programs of its business (protocol/outgoing), told from the rows that it commits;
// no actor says it again. Pure.
//
//  R1 An order that is placed, paid, fulfilled, cancelled or refunded; money that needs a person; a chat that the AI gave
//     to people; an invoice or a credit note. A person who takes a chat over is no hand-over.
//  R2 An order's row says how it is, not what changed: it is told when the stored one stood otherwise. That, and
//     whether anybody listens, is seen in the commit itself (journal_outgoing).

#include <string>
#include <string_view>
#include <vector>

#include "protocol/outgoing/event.hpp"
#include "storage/change_set.hpp"

namespace sellavie::storage {

struct outgoing_event_row {
  outgoing::event_id id;
  business_id business;
  std::string_view type;
  std::string body;
  instant at{};
  /// Nil: of no order.
  order_id order;
  /// Of an order: its status. Of money to be looked at: the task's reason. Not told when this stands already.
  std::string standing;
};

[[nodiscard]] std::vector<outgoing_event_row> outgoing_events_of(const change_set& changes);

}  // namespace sellavie::storage
