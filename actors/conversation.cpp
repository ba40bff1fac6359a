#include "actors/conversation.hpp"

namespace sellavie::actors {
namespace {

using storage::chat_owner;

// Twelve hex digits of a random id: fresh per turn, never stored.
std::string fresh_nonce(id_source& ids) { return to_string(ids.next()).substr(24); }

// What is only recorded beside the conversation does not open it.
bool needs_conversation(const storage::change_set& changes) {
  return !changes.messages.empty() || !changes.conversations.empty() || !changes.turns.empty();
}

}  // namespace

void conversation_state::start(conversation_dependencies dependencies) {
  with_ = std::move(dependencies);
  chat_.node = with_.node;
  chat_.business = with_.business;
  chat_.connection = with_.connection;
  chat_.customer = with_.customer;
}

// --- what comes in ---------------------------------------------------------------------------------

void conversation_state::deliver(const delivery& one) {
  touched_ = true;
  // A direct hand-over can arrive behind the poll that showed the same row.
  if (phases_.has_completed(one.id)) return self_->send(with_.parent, deliveries_finished{{one.id}});
  if (channel::corrects_conversation(*one.event)) return keep_for_record(one);
  held_.insert_or_assign(one.id, one);
  follow(phases_.deliver({one.id, one.event->provider_time, one.event->kind == channel::event_kind::echo}));
  if (phases_.phase() == conversation_phase::loading) load();
}

void conversation_state::follow(next_step step) {
  switch (step) {
    case next_step::wait:
      // What came while it was loaded.
      if (phases_.is_quiet() && !records_.empty()) return record();
      break;
    case next_step::gather: {
      const auto wait = with_.node->settings->conversation.gather_ms;
      if (wait.count() == 0) return follow(phases_.gathered());
      gathering_began_ = with_.node->now();
      self_->delayed_send(self_, wait, gathered_atom::value, ++gathering_);
      break;
    }
    case next_step::think: think(); break;
    case next_step::store: store_for_person(); break;
    case next_step::take_over: take_over(); break;
    case next_step::resume: resume(); break;
    case next_step::end_overtaken: end_overtaken(); break;
  }
  run_command();
}

void conversation_state::gathered(std::uint64_t gathering) {
  if (gathering != gathering_) return;
  if (phases_.phase() == conversation_phase::gathering)
    with_.node->metrics->phase_time(monitoring::phase::gathering)
        .observe(with_.node->now() - gathering_began_);
  follow(phases_.gathered());
}

void conversation_state::idle() {
  const auto pause = with_.node->settings->conversation.passivate_after_s;
  self_->delayed_send(self_, pause, idle_atom::value);
  if (!touched_ && phases_.is_quiet() && commands_.empty() && records_.empty())
    self_->send(with_.parent, stop_me{});
  touched_ = false;
}

// --- what all steps share --------------------------------------------------------------------------

void conversation_state::begin_turn() {
  const auto& node = *with_.node;
  release(turn_);
  turn_.id = node.ids->next_as<turn_id>();
  turn_.nonce = fresh_nonce(*node.ids);
  turn_.business = chat_.business;
  turn_.started_at = node.now();
  turn_.deadline = turn_.started_at + node.settings->llm.deadline_ms;
  turn_.phase_began = turn_.started_at;
  collect_turn();
  if (!turn_.deliveries.empty())
    node.metrics->phase_time(monitoring::phase::waiting)
        .observe(turn_.started_at - turn_.deliveries.front().accepted_at);
}

void conversation_state::end_phase(monitoring::phase done) {
  const instant now = with_.node->now();
  with_.node->metrics->phase_time(done).observe(now - std::exchange(turn_.phase_began, now));
}

void conversation_state::collect_turn() {
  turn_.deliveries.clear();
  for (const pending_delivery& one : phases_.turn()) {
    turn_.deliveries.push_back(held_.at(one.id));
    meet(*turn_.deliveries.back().event);
  }
}

void conversation_state::commit(std::shared_ptr<storage::change_set> changes, std::function<void()> then) {
  const bool opens = unwritten_ && needs_conversation(*changes);
  if (opens) changes->opened.push_back(*unwritten_);
  const auto told = opens || !unwritten_ ? tell_news(*changes) : std::function<void()>{};
  self_
      ->request(with_.node->journal_of(with_.business->id), caf::infinite,
                commit_request{std::move(changes), with_.business->id})
      .then(
          [this, opens, told, then = std::move(then)](const commit_reply& reply) {
            switch (reply.outcome) {
              case storage::commit_outcome::committed:
                if (opens) unwritten_.reset();
                if (told) told();
                return then();
              case storage::commit_outcome::refused:
                with_.node->log->warning("turn_refused", {{}, chat_.business->id, chat_.conversation},
                                         {{"why", reply.failure}});
                return fail(errc::conflict);
              case storage::commit_outcome::fenced: return fail(errc::fenced);
              case storage::commit_outcome::in_doubt: return fail(errc::in_doubt);
              case storage::commit_outcome::unavailable: return fail(errc::unavailable);
            }
          },
          [this](const caf::error& failure) { fail(failure); });
}

// A dead desk comes back; a crash of its handler is the delivery's fault.
void conversation_state::fail(const caf::error& failure) {
  if (failure == caf::sec::request_receiver_down || failure == caf::sec::request_timeout)
    return fail(errc::unavailable);
  fail(code_of(failure));
}

chat_owner conversation_state::owner() const noexcept {
  return phases_.person_owns() ? chat_owner::person : chat_owner::ai;
}

bool conversation_state::is_untouched() const {
  return phases_.person_owns() && (handover_reason_ == provider_outage || handover_reason_ == plan_used_up);
}

// --- behaviour -------------------------------------------------------------------------------------

conversation_actor::behavior_type conversation(conversation_state::pointer self,
                                               conversation_dependencies dependencies) {
  auto& state = self->state;
  state.start(std::move(dependencies));
  self->send(self, idle_atom::value);
  return {
      [&state](const delivery& one) { state.deliver(one); },
      [&state](const command_chat& wanted) { return state.command(wanted); },
      [&state](const tenant_ptr& business) { state.change_business(business); },
      [&state](gathered_atom, std::uint64_t gathering) { state.gathered(gathering); },
      [&state](idle_atom) { state.idle(); },
      [&state](planned_atom) { state.recheck_planned(); },
  };
}

}  // namespace sellavie::actors
