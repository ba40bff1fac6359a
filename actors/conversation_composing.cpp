// What a person writes in our own composer (actors/composed.hpp). One send after the other: the store is
// asked about the key of the one in front, so that whoever repeats it hears what the first one did.

#include "actors/conversation.hpp"
#include "protocol/channel/window.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::actors {
namespace {

using storage::chat_owner;

}  // namespace

// What the customer wrote comes first: with the turn that it belongs to the chat changes hands, then this
// goes out.
void conversation_state::send() {
  const waiting_command& one = commands_.front();
  if (one.key != key_state::fresh) return look_up_key();
  const auto* account = chat_.business->account(chat_.connection);
  if (account == nullptr) return fail(errc::not_found);
  auto refused = refusal_of_window(last_customer_action(), with_.node->now(), account->channel);
  if (!account->usable) refused = send_refusal::not_connected;
  if (phases_.is_blocked()) refused = send_refusal::blocked;
  if (refused) {
    answer_command({.owner = owner(), .epoch = phases_.epoch(), .refused = refused});
    return run_command();
  }
  const bool customer_waits = !phases_.turn().empty() || phases_.phase() == conversation_phase::gathering;
  if (customer_waits) return take_over();
  write_composed();
}

// The one in front stays there until it is answered.
void conversation_state::look_up_key() {
  waiting_command& one = commands_.front();
  if (one.key == key_state::asked) return;
  one.key = key_state::asked;
  const composed_message& message = one.wanted.message;
  self_
      ->request(with_.node->reader_of(with_.connection.value), caf::infinite,
                storage::composed_question{chat_.business->id, message.account, message.key})
      .then(
          [this](const found_composed& known) {
            if (known.rows.empty()) commands_.front().key = key_state::fresh;
            else answer_again(known.rows);
            run_command();
          },
          [this](const caf::error& failure) { fail(failure); });
}

void conversation_state::answer_again(const std::vector<storage::composed_row>& rows) {
  chat_commanded answer{.owner = owner(), .epoch = phases_.epoch()};
  if (rows.front().fingerprint != commands_.front().wanted.message.fingerprint)
    answer.refused = send_refusal::key_reused;
  else
    for (const auto& row : rows) answer.messages.push_back(row.message);
  answer_command(std::move(answer));
}

instant conversation_state::last_customer_action() const {
  instant last = chat_.last_customer_at;
  for (const auto& [id, one] : held_)
    if (channel::opens_window(*one.event)) last = std::max(last, one.event->provider_time);
  return last;
}

void conversation_state::write_composed() {
  const bool takes = !phases_.person_owns() || is_untouched();
  auto changes = compose(chat_, commands_.front().wanted.message,
                         {.expected_epoch = phases_.epoch(),
                          .epoch = phases_.epoch() + (takes ? 1 : 0),
                          .handover_reason = takes ? name_of_taker() : handover_reason_});
  const command_chat& wanted = commands_.front().wanted;
  if (takes) changes->activities.push_back(owner_activity(wanted, chat_owner::person));
  changes->activities.push_back({.business = chat_.business->id,
                                 .by = wanted.origin,
                                 .action = "message.sent",
                                 .subject_kind = "conversation",
                                 .subject = chat_.conversation.value});
  phases_.acting();
  commit(changes, [this, changes] { on_composed(*changes); });
}

void conversation_state::on_composed(const storage::change_set& changes) {
  storage::fault_point("composed.committed");
  const auto& now = changes.conversations.front();
  phases_.owner_changed(true, now.epoch);
  handover_reason_ = now.handover_reason;
  if (now.epoch != now.expected_epoch)
    self_->send(with_.parent, epoch_raised{chat_.connection, chat_.conversation, now.epoch});
  self_->send(with_.parent, outbox_committed{chat_.connection, changes.outbox, chat_.last_customer_at});
  chat_commanded answer{.owner = chat_owner::person, .epoch = now.epoch};
  for (const auto& row : changes.messages) {
    answer.messages.push_back(row.id);
    chat_.history.push_back({llm::speaker::person, row.body});
  }
  bound_history();
  answer_command(std::move(answer));
  settle();
}

}  // namespace sellavie::actors
