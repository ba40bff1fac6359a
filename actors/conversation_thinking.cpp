#include "actors/conversation.hpp"

#include "actors/conversation_asking.hpp"
#include "actors/feed.hpp"
#include "protocol/action/action_parser.hpp"
#include "protocol/action/claims.hpp"
#include "protocol/domain/policy.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::actors {
namespace {

using storage::turn_outcome;

constexpr std::chrono::hours oldest_answered{24 * 8};

}  // namespace

void conversation_state::think() {
  begin_turn();
  const auto is_old = [&](const delivery& one) {
    return turn_.started_at - one.event->provider_time > oldest_answered;
  };
  const auto& deliveries = turn_.deliveries;
  const auto needs_nothing = [&](const delivery& one) { return is_old(one) || is_placeholder(*one.event); };
  if (std::all_of(deliveries.begin(), deliveries.end(), needs_nothing))
    return finish_silently(turn_outcome::stored);
  if (std::none_of(deliveries.begin(), deliveries.end(),
                   [](const delivery& one) { return is_readable(*one.event); }))
    return hand_over("the customer sent something that the AI cannot read",
                     std::string{phrase(fixed_phrase::unreadable_media, language())},
                     turn_outcome::handed_over);
  if (const auto* keyword = handed_over_by())
    return hand_over(training::reason_of(*keyword), {}, turn_outcome::handed_over);
  ask_desk_for_facts();
}

/// The word of this turn's messages after which the business wants a person to answer.
const std::string* conversation_state::handed_over_by() const {
  const auto& keywords = turn_.business->knowledge.keywords;
  if (keywords.empty()) return nullptr;
  for (const delivery& one : turn_.deliveries)
    for (const std::string_view said : {std::string_view{one.event->text}, chosen_in(*one.event)})
      if (const auto* keyword = keywords.found_in(said)) return keyword;
  return nullptr;
}

void conversation_state::ask_desk_for_facts() {
  ask<turn_facts>(with_.orders, turn_facts_query{chat_.conversation}, [this](turn_facts& facts) {
    turn_.facts = std::move(facts);
    if (turn_.may_answer == reply_right::granted) return consult_model();
    ask_permission();
  });
}

// A turn that a plan of actions was stored for has it already; so has every one without a limit.
void conversation_state::ask_permission() {
  if (!chat_.business->ai_replies_per_month) return begin_answer();
  turn_.may_answer = reply_right::asked;
  const auto buying = turn_.facts.open_order ? purchase::under_way : purchase::none;
  ask<reply_reserved>(with_.quota, reserve_reply{own_key(), buying},
                      [this](reply_reserved& answer) { answer.is_granted ? begin_answer() : pause(); });
}

void conversation_state::begin_answer() {
  turn_.may_answer = reply_right::granted;
  if (with_.node->settings->conversation.typing)
    self_->send(with_.parent,
                show_typing{chat_.connection, chat_.customer, turn_.deliveries.back().event->external_id});
  if (const auto& watchers = with_.node->watchers; watchers && watchers->is_followed(chat_.business->id))
    watchers->tell(chat_.business->id, {answer_begun{chat_.conversation}});
  consult_model();
}

// The farewell is said once: a chat that waits for people, or that came back without an answer in between, has heard it.
void conversation_state::pause() {
  const auto farewell = phrase(fixed_phrase::hand_over, language());
  const bool is_with_people = phases_.person_owns();
  const auto& history = chat_.history;
  const auto last = std::find_if(history.rbegin(), history.rend(),
                                 [](const auto& line) { return line.by == llm::speaker::assistant; });
  const bool is_told = is_with_people || (last != history.rend() && last->text.ends_with(farewell));
  finish({.outcome = is_with_people ? turn_outcome::left_to_person : turn_outcome::handed_over,
          .reply = std::string{is_told ? std::string_view{} : farewell},
          .owner = storage::chat_owner::person,
          .expected_epoch = phases_.epoch(),
          .epoch = phases_.epoch() + (is_with_people ? 0 : 1),
          .handover_reason = plan_used_up,
          .look_at = is_with_people && handover_reason_ != plan_used_up ? plan_used_up : ""});
}

void conversation_state::settle_quota(bool is_used) {
  if (turn_.may_answer == reply_right::unasked || !chat_.business->ai_replies_per_month) return;
  self_->send(with_.quota, reply_settled{own_key(), is_used});
}

policy_facts conversation_state::policy() const {
  policy_facts facts;
  facts.holder = phases_.person_owns() && !is_untouched() ? action_holder::person : action_holder::bot;
  facts.order = turn_.facts.status;
  const bool payable = chat_.business->paying() != nullptr && !with_.node->settings->http.public_url.empty();
  facts.checkout = payable ? checkout_support::connected : checkout_support::none;
  return facts;
}

void conversation_state::consult_model() {
  turn_.training_version = turn_.business->knowledge.version;
  auto question = make_question(chat_, turn_, allowed_actions(policy()));
  ask<model_answer>(with_.model,
                    ask_model{std::move(question.with_tools), std::move(question.with_tags), turn_.deadline,
                              chat_.business->preferred_models, chat_.business->id, chat_.conversation},
                    [this](model_answer& answer) { on_answer(answer); });
}

void conversation_state::on_answer(const model_answer& answer) {
  storage::fault_point("model.answered");
  end_phase(monitoring::phase::thinking);
  if (answer.outcome == model_outcome::answered) read_answer(answer);
  else hand_over_unanswered(answer.outcome);
}

void conversation_state::hand_over_unanswered(model_outcome why) {
  switch (why) {
    // Overload is not failure: the delivery is offered again after a pause.
    case model_outcome::overloaded: return fail(errc::unavailable);
    case model_outcome::refused:
      return hand_over("the model declined to answer", with_told({}), turn_outcome::handed_over);
    case model_outcome::answered:
    case model_outcome::rejected:
    case model_outcome::all_failed: break;
  }
  // An outage that goes on says nothing twice: a person has the chat already.
  const auto apology = is_untouched() ? std::string_view{} : phrase(fixed_phrase::safe_reply, language());
  auto text = with_told({});
  if (!text.empty() && !apology.empty()) text += "\n\n";
  hand_over(provider_outage, text.append(apology), turn_outcome::safe_reply);
}

void conversation_state::read_answer(const model_answer& answer) {
  const bool second = turn_.previous.has_value();
  model_output output{answer.completion->text, answer.completion->tool_calls};
  auto parsed = parse_completion(output, turn_.nonce, answer.encoding);
  turn_.current = {};
  turn_.current.round = second ? 2 : 1;
  turn_.current.shown = turn_.shown;
  turn_.next_action = 0;
  turn_.outcomes.clear();
  turn_.denied.clear();
  turn_.previous = llm::previous_round{std::move(output.text), std::move(output.tool_calls), {}};
  if (parsed.needs_handoff)
    return hand_over("the model gave no usable answer", with_told({}), turn_outcome::handed_over);
  if (parsed.lost_action && parsed.actions.empty()) {
    if (second)
      return hand_over("the model's action could not be read", with_told({}), turn_outcome::handed_over);
    return return_to_model(parsed);
  }
  accept_plan(std::move(parsed));
}

// It wanted something that could not be read; its words may claim that it happened.
void conversation_state::return_to_model(const parsed_reply& parsed) {
  for (const diagnostic& one : parsed.diagnostics)
    turn_.previous->results.push_back({one.tool_call_id, one.subject, std::string{to_string(one.kind)}});
  consult_model();
}

void conversation_state::accept_plan(parsed_reply parsed) {
  std::vector<action_kind> kinds;
  for (const proposed_action& one : parsed.actions) kinds.push_back(kind_of(one.what));
  const auto verdicts = check_plan(kinds, policy());
  bool has_effects = false;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (verdicts[i] != refusal::none) {
      turn_.denied.emplace_back(std::move(parsed.actions[i]), make_refusal(kinds[i], verdicts[i]));
      continue;
    }
    has_effects =
        has_effects || (kinds[i] != action_kind::hand_off && kinds[i] != action_kind::record_contact);
    turn_.current.actions.push_back(std::move(parsed.actions[i]));
  }
  auto checked = check_claims(parsed.text, {turn_.prices, turn_.facts_text});
  turn_.current.reply_text = std::move(checked.text);
  if (kinds.empty() && turn_.current.reply_text.empty() && turn_.told.empty())
    return hand_over("the model stated what it may not", {}, turn_outcome::handed_over);
  phases_.acting();
  if (has_effects) return store_plan();
  run_next_action();
}

}  // namespace sellavie::actors
