#include "actors/conversation.hpp"

#include "storage/fault_point.hpp"

namespace sellavie::actors {
namespace {

using storage::chat_owner;
using storage::turn_outcome;

constexpr const char* ai_owns = R"({"owner":"ai"})";
constexpr const char* person_owns = R"({"owner":"person"})";

}  // namespace

caf::result<chat_commanded> conversation_state::command(const command_chat& wanted) {
  touched_ = true;
  waiting_command one{wanted, owe_answer<chat_commanded>(self_)};
  auto answer = one.answer.to_return();
  commands_.push_back(std::move(one));
  if (phases_.phase() == conversation_phase::loading) {
    load();
  } else if (phases_.may_take_over()) {
    run_command();
  }
  return answer;
}

// A person who writes from the phone app has no name here.
std::string conversation_state::name_of_taker() const {
  for (const waiting_command& one : commands_)
    if (one.wanted.what == chat_command::take_over || one.wanted.what == chat_command::send)
      return taken_over_by(one.wanted.by);
  return "a person took the chat over";
}

storage::activity_row conversation_state::owner_activity(const command_chat& wanted, chat_owner to) const {
  const bool to_person = to == chat_owner::person;
  return {.business = chat_.business->id,
          .by = wanted.origin,
          .action = to_person ? "conversation.taken_over" : "conversation.returned_to_ai",
          .subject_kind = "conversation",
          .subject = chat_.conversation.value,
          .before = phases_.person_owns() ? person_owns : ai_owns,
          .after = to_person ? person_owns : ai_owns};
}

std::vector<storage::activity_row> conversation_state::takeover_activity() const {
  for (const waiting_command& one : commands_)
    if (one.wanted.what == chat_command::take_over || one.wanted.what == chat_command::send)
      return {owner_activity(one.wanted, chat_owner::person)};
  return {};
}

// Called whenever nothing is under way.
void conversation_state::run_command() {
  if (commands_.empty() || !phases_.may_take_over()) return;
  switch (commands_.front().wanted.what) {
    case chat_command::take_over:
    case chat_command::return_to_ai: return change_owner();
    case chat_command::send: return send();
    case chat_command::block:
    case chat_command::unblock: return change_block();
  }
}

void conversation_state::answer_command(chat_commanded answer) {
  if (answer.owner == chat_owner::person) answer.taken_by = taker_in(handover_reason_);
  const auto owed = commands_.front().answer;
  commands_.erase(commands_.begin());
  owed.deliver(std::move(answer));
}

void conversation_state::change_owner() {
  const bool to_person = commands_.front().wanted.what == chat_command::take_over;
  // A chat that an outage left to nobody in particular is not taken yet.
  if (to_person == phases_.person_owns() && !(to_person && is_untouched())) {
    answer_command({.owner = owner(), .epoch = phases_.epoch()});
    return run_command();
  }
  // What the model thinks about now ends with the takeover.
  if (to_person && !phases_.turn().empty()) return take_over();
  if (!phases_.is_quiet() && !to_person) return;
  auto changes = std::make_shared<storage::change_set>();
  const std::int64_t epoch = phases_.epoch() + 1;
  const std::string reason =
      to_person ? name_of_taker() : "returned to the AI by " + commands_.front().wanted.by;
  changes->conversations.push_back({.conversation = chat_.conversation,
                                    .business = chat_.business->id,
                                    .expected_epoch = phases_.epoch(),
                                    .epoch = epoch,
                                    .owner = to_person ? chat_owner::person : chat_owner::ai,
                                    .handover_reason = reason});
  if (to_person) changes->outbox_overtaken.push_back(chat_.conversation);
  changes->activities.push_back(
      owner_activity(commands_.front().wanted, to_person ? chat_owner::person : chat_owner::ai));
  phases_.acting();
  commit(changes, [this, to_person, epoch, reason] {
    storage::fault_point("owner.committed");
    phases_.owner_changed(to_person, epoch);
    handover_reason_ = reason;
    self_->send(with_.parent, epoch_raised{chat_.connection, chat_.conversation, epoch});
    answer_command({.owner = owner(), .epoch = epoch});
    settle();
  });
}

// The owner stays, the epoch rises: what the AI was about to say is not said. A turn under way ends in
// silence.
void conversation_state::change_block() {
  const bool to_blocked = commands_.front().wanted.what == chat_command::block;
  if (to_blocked == phases_.is_blocked()) {
    answer_command({.owner = owner(), .epoch = phases_.epoch()});
    return run_command();
  }
  ++asking_;
  auto changes = std::make_shared<storage::change_set>();
  const std::int64_t epoch = phases_.epoch() + 1;
  changes->conversations.push_back({.conversation = chat_.conversation,
                                    .business = chat_.business->id,
                                    .expected_epoch = phases_.epoch(),
                                    .epoch = epoch,
                                    .owner = owner(),
                                    .handover_reason = handover_reason_});
  changes->outbox_overtaken.push_back(chat_.conversation);
  changes->blocks.push_back({chat_.contact, chat_.business->id, to_blocked ? with_.node->now() : instant{}});
  changes->activities.push_back({.business = chat_.business->id,
                                 .by = commands_.front().wanted.origin,
                                 .action = to_blocked ? "customer.blocked" : "customer.unblocked",
                                 .subject_kind = "customer",
                                 .subject = chat_.contact.value});
  phases_.acting();
  commit(changes, [this, to_blocked, epoch] {
    phases_.block(to_blocked);
    phases_.owner_changed(phases_.person_owns(), epoch);
    self_->send(with_.parent, epoch_raised{chat_.connection, chat_.conversation, epoch});
    answer_command({.owner = owner(), .epoch = epoch});
    if (phases_.turn().empty()) return settle();
    collect_turn();
    finish_silently(turn_outcome::stored);
  });
}

}  // namespace sellavie::actors
