#include "actors/feed.hpp"

namespace sellavie::actors {
namespace {

void add_conversations(const storage::change_set& committed, std::vector<live_fact>& to) {
  for (const auto& one : committed.opened)
    to.emplace_back(conversation_started{one.conversation, one.contact});
  for (const auto& one : committed.conversations)
    if (one.epoch != one.expected_epoch)
      to.emplace_back(conversation_changed_hands{one.conversation, one.owner, one.epoch});
}

void add_messages(const storage::change_set& committed, std::vector<live_fact>& to) {
  for (const auto& one : committed.messages)
    to.emplace_back(
        message_stored{one.conversation, one.id, one.outgoing, one.origin, one.state, one.created_at});
  for (const auto& one : committed.message_changes)
    to.emplace_back(message_altered{one.conversation, one.id, one.state});
  for (const auto& one : committed.corrections) {
    const auto state = one.unsent ? std::optional{storage::send_state::unsent} : std::nullopt;
    to.emplace_back(message_altered{one.conversation, one.id, state});
  }
}

void add_commerce(const storage::change_set& committed, std::vector<live_fact>& to) {
  for (const auto& one : committed.orders) {
    if (one.prior_version == 0)
      to.emplace_back(order_placed{one.id, one.number, one.conversation, one.status});
    else to.emplace_back(order_moved{one.id, one.number, one.conversation, one.status});
  }
  for (const auto& one : committed.invoices) to.emplace_back(invoice_made{one.id, one.order, one.kind});
}

}  // namespace

std::vector<live_fact> facts_of(const storage::change_set& committed) {
  std::vector<live_fact> facts;
  add_conversations(committed, facts);
  add_messages(committed, facts);
  add_commerce(committed, facts);
  for (const auto& one : committed.tasks) facts.emplace_back(task_raised{one.id, one.conversation, one.kind});
  for (const auto& one : committed.connection_faults) facts.emplace_back(connection_altered{one.connection});
  return facts;
}

}  // namespace sellavie::actors
