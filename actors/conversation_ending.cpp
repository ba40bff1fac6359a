#include "actors/conversation.hpp"

#include "storage/fault_point.hpp"

namespace sellavie::actors {
namespace {

using storage::chat_owner;
using storage::turn_outcome;

void add_paragraph(std::string& text, std::string_view sentence) {
  if (sentence.empty()) return;
  if (!text.empty()) text += "\n\n";
  text += sentence;
}

}  // namespace

// What actions did is told however the turn ends.
std::string conversation_state::with_told(std::string text) const {
  for (const action_outcome& outcome : turn_.told)
    if (outcome.effect != action_effect::handed_off) add_paragraph(text, reply_for(outcome, language()));
  return text;
}

void conversation_state::reply() {
  std::string text = with_told(turn_.current.reply_text);
  if (!turn_.handover_reason.empty())
    return hand_over(turn_.handover_reason, std::move(text), turn_outcome::handed_over);
  if (text.empty()) return hand_over("the AI had nothing to say", {}, turn_outcome::handed_over);
  finish({.outcome = turn_outcome::replied,
          .reply = std::move(text),
          .expected_epoch = phases_.epoch(),
          .epoch = phases_.epoch() + (phases_.person_owns() ? 1 : 0)});
}

// The farewell is written by the commit that raises the epoch and carries the new one.
void conversation_state::hand_over(std::string reason, std::string text, turn_outcome outcome) {
  // In an outage a person has the chat, and was told, already.
  const std::int64_t epoch = phases_.epoch() + (phases_.person_owns() ? 0 : 1);
  if (outcome == turn_outcome::handed_over && text != phrase(fixed_phrase::unreadable_media, language()))
    add_paragraph(text, phrase(fixed_phrase::hand_over, language()));
  finish({.outcome = outcome,
          .reply = std::move(text),
          .owner = chat_owner::person,
          .expected_epoch = phases_.epoch(),
          .epoch = epoch,
          .handover_reason = reason,
          // A person was called before, for another reason: that task may be done.
          .look_at = phases_.person_owns() && outcome == turn_outcome::handed_over ? reason : std::string{}});
}

void conversation_state::store_for_person() {
  if (is_untouched() && !phases_.is_blocked()) {
    phases_.thinking();
    return think();
  }
  begin_turn();
  finish_silently(phases_.is_blocked() ? turn_outcome::stored : turn_outcome::left_to_person);
}

// Everything that waits becomes part of the turn that the person ended. What its actions did is told by the server
// in its own words, whoever has the chat: an order that nobody told of would hold stock that its customer does not know of.
// What a resumed plan did before the crash is not known here: a person looks.
void conversation_state::take_over() {
  phases_.acting();
  phases_.take_waiting();
  if (turn_.id.is_nil()) begin_turn();
  collect_turn();
  const bool is_unknown = turn_.resumed && turn_.next_action < turn_.current.actions.size();
  turn_.current.actions.clear();
  const bool already = phases_.person_owns() && !is_untouched();
  finish({.outcome = already ? turn_outcome::left_to_person : turn_outcome::overtaken,
          .reply = with_told({}),
          .origin = storage::message_origin::system,
          .owner = chat_owner::person,
          .expected_epoch = phases_.epoch(),
          .epoch = phases_.epoch() + (already ? 0 : 1),
          .handover_reason = name_of_taker(),
          .look_at = is_unknown ? may_have_acted : "",
          .activities = already ? std::vector<storage::activity_row>{} : takeover_activity()});
}

// Nothing is said, and the chat stays with who has it.
void conversation_state::finish_silently(turn_outcome outcome) {
  finish({.outcome = outcome,
          .owner = owner(),
          .expected_epoch = phases_.epoch(),
          .epoch = phases_.epoch(),
          .handover_reason = handover_reason_});
}

void conversation_state::finish(turn_end wanted) {
  phases_.acting();
  ++asking_;
  turn_.phase_began = with_.node->now();
  turn_end end = made_timely(std::move(wanted), chat_, turn_);
  auto changes = complete_turn(chat_, turn_, end);
  commit(changes, [this, end = std::move(end), changes] { on_completed(end, *changes); });
}

void conversation_state::on_completed(const turn_end& end, const storage::change_set& changes) {
  storage::fault_point("turn.committed");
  end_phase(monitoring::phase::committing);
  const auto& metrics = *with_.node->metrics;
  metrics.turns(label_of(end.outcome, turn_.plan_stored)).increment();
  metrics.phase_time(monitoring::phase::total)
      .observe(with_.node->now() - turn_.deliveries.front().accepted_at);
  if (end.epoch != end.expected_epoch)
    self_->send(with_.parent, epoch_raised{chat_.connection, chat_.conversation, end.epoch});
  chat_.last_customer_at = std::max(chat_.last_customer_at, changes.conversations.front().last_customer_at);
  if (!changes.outbox.empty())
    self_->send(with_.parent, outbox_committed{chat_.connection, changes.outbox, chat_.last_customer_at});
  self_->send(with_.parent, deliveries_finished{changes.inbox_done});
  settle_quota(end.outcome == turn_outcome::replied);
  remember(end);
  for (const inbox_id id : changes.inbox_done) held_.erase(id);
  handover_reason_ = end.handover_reason;
  release(turn_);
  phases_.owner_changed(end.owner == chat_owner::person, end.epoch);
  settle();
}

void conversation_state::remember(const turn_end& end) {
  for (const delivery& one : turn_.deliveries) {
    const bool person = one.event->kind == channel::event_kind::echo;
    chat_.history.push_back({person ? llm::speaker::person : llm::speaker::customer, text_of(*one.event)});
  }
  if (!end.reply.empty()) chat_.history.push_back({llm::speaker::assistant, end.reply});
  bound_history();
}

void conversation_state::bound_history() {
  const auto most = static_cast<std::size_t>(with_.node->settings->conversation.history_messages);
  if (chat_.history.size() > most)
    chat_.history.erase(chat_.history.begin(), chat_.history.end() - static_cast<std::ptrdiff_t>(most));
}

}  // namespace sellavie::actors
