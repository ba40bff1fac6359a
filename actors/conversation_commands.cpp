#include "actors/conversation.hpp"

namespace sellavie::actors {
namespace {

using storage::chat_owner;

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
    if (one.wanted.what == chat_command::take_over) return "taken over by " + one.wanted.by;
  return "a person took the chat over";
}

storage::activity_row conversation_state::activity_of(const command_chat& wanted) const {
  const bool to_person = wanted.what == chat_command::take_over;
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
    if (one.wanted.what == chat_command::take_over) return {activity_of(one.wanted)};
  return {};
}

// Called whenever nothing is under way.
void conversation_state::run_command() {
  if (commands_.empty() || !phases_.may_take_over()) return;
  const bool to_person = commands_.front().wanted.what == chat_command::take_over;
  // A chat that an outage left to nobody in particular is not taken yet.
  if (to_person == phases_.person_owns() && !(to_person && outage_untouched())) {
    auto promise = commands_.front().answer;
    commands_.erase(commands_.begin());
    promise.deliver(chat_commanded{owner(), phases_.epoch()});
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
  changes->activities.push_back(activity_of(commands_.front().wanted));
  phases_.acting();
  commit(changes, [this, to_person, epoch, reason] {
    phases_.owner_changed(to_person, epoch);
    handover_reason_ = reason;
    self_->send(with_.parent, epoch_raised{chat_.connection, chat_.conversation, epoch});
    auto promise = commands_.front().answer;
    commands_.erase(commands_.begin());
    promise.deliver(chat_commanded{owner(), epoch});
    settle();
  });
}

}  // namespace sellavie::actors
