#pragma once
// What a change_set tells the people of its business, told from the rows that it commits (as outgoing_events does for other
// programs). Pure.
//
//  E1 A chat that the AI gave to people is a hand-over. A task "handover" without a change of owner is something to look at.
//  E2 An order that is paid. Its row says how it is, not what changed: it is told when the stored one stood otherwise.
//  E3 A payment that could not be begun, or that its provider calls failed (change_set::notices): once a reference.
//  E4 Tasks: "connection", "payment_connection" and "webhook" are broken connections; a plan's warning says itself what it is; all others are
//     things to look at. Money that is looked at already is not told again.
//  E5 Stock that a commit takes from above the business's threshold to it or below: once, until a person adds some (journal_notices).
//     Pieces that come back from an order that nobody paid are no filling up.

#include <string>
#include <vector>

#include "storage/change_set.hpp"

namespace sellavie::storage {

struct notice_event {
  notice_row what;
  /// Of money to be looked at: the task's reason. Not told when it stands already.
  std::string standing;
};
/// E1 to E4.
[[nodiscard]] std::vector<notice_event> notice_events_of(const change_set& changes);

}  // namespace sellavie::storage
