// A person's commands on their way to a conversation (tenant_supervisor.hpp, "Commands").

#include "actors/tenant_supervisor.hpp"

namespace sellavie::actors {

caf::result<chat_commanded> tenant_supervisor_state::forward_command(const command_chat& command) {
  waiting_command one{command, owe_answer<chat_commanded>(self_)};
  auto answer = one.answer.to_return();
  begin_command(std::move(one));
  return answer;
}

void tenant_supervisor_state::begin_command(waiting_command command) {
  if (!business_) {
    if (!loading_) return command.answer.deliver(make_error(errc::unavailable));
    return wait(std::move(command), commands_before_load_);
  }
  if (business_->account(command.wanted.connection) == nullptr)
    return command.answer.deliver(make_error(errc::not_found));
  const child_key key{command.wanted.connection, command.wanted.customer};
  child& entry = find_or_spawn(key);
  switch (entry.phase) {
    case child_phase::running: return run(key, entry, std::move(command));
    case child_phase::stopping:
    case child_phase::recovering: return wait(std::move(command), entry.commands);
    case child_phase::ended: return command.answer.deliver(make_error(errc::unavailable));
  }
}

void tenant_supervisor_state::wait(waiting_command command, std::vector<waiting_command>& where) {
  const bool is_full = &where != &commands_before_load_ && where.size() >= waiting_per_chat;
  if (is_full || commands_waiting_ >= waiting_per_business)
    return command.answer.deliver(make_error(errc::overloaded));
  ++commands_waiting_;
  where.push_back(std::move(command));
}

// Not delegated: a conversation that owes an answer is not stopped, and one that dies still answers.
void tenant_supervisor_state::run(const child_key& key, child& entry, waiting_command command) {
  ++entry.commands_under_way;
  const auto settled = [this, key] {
    if (const auto at = children_.find(key); at != children_.end()) --at->second.commands_under_way;
  };
  self_->request(entry.conversation, caf::infinite, command.wanted)
      .then(
          [settled, answer = command.answer](const chat_commanded& done) {
            settled();
            answer.deliver(done);
          },
          [settled, answer = command.answer](const caf::error& failure) {
            settled();
            const bool is_ours = failure.category() == caf::atom("sellavie");
            answer.deliver(is_ours ? failure : make_error(errc::unavailable));
          });
}

void tenant_supervisor_state::run_waiting(const child_key& key, child& entry) {
  for (waiting_command& one : std::exchange(entry.commands, {})) {
    --commands_waiting_;
    run(key, entry, std::move(one));
  }
}

void tenant_supervisor_state::refuse_waiting(std::vector<waiting_command>& commands, errc why) {
  for (const waiting_command& one : std::exchange(commands, {})) {
    --commands_waiting_;
    one.answer.deliver(make_error(why));
  }
}

}  // namespace sellavie::actors
