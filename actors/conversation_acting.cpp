#include "actors/conversation.hpp"

#include "actors/conversation_asking.hpp"
#include "protocol/action/outcome_codec.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::actors {
namespace {

using storage::turn_outcome;

constexpr std::chrono::seconds least_payment_time{8};

std::vector<wished_item> wishes(const std::vector<proposal::item>& items, const plan& stored) {
  std::vector<wished_item> wished;
  wished.reserve(items.size());
  for (const auto& item : items)
    wished.push_back({item.sku, item.quantity, shown_version_of(stored, item.sku)});
  return wished;
}

// One row for the store: what was given later counts.
void merge(const proposal::record_contact& later, std::optional<proposal::record_contact>& into) {
  if (!into) into.emplace();
  const auto put = [](std::string& field, const std::string& given) {
    if (!given.empty()) field = given;
  };
  put(into->name, later.name);
  put(into->email, later.email);
  put(into->phone, later.phone);
  put(into->address, later.address);
}

}  // namespace

void conversation_state::store_plan() {
  turn_.current.told = turn_.told;
  auto changes = std::make_shared<storage::change_set>();
  storage::turn_row row{.conversation = chat_.conversation,
                        .id = turn_.id,
                        .business = chat_.business->id,
                        .completed = false,
                        .outcome = turn_outcome::planned,
                        .round = static_cast<std::int16_t>(turn_.current.round),
                        .epoch = phases_.epoch(),
                        .inbox_ids = {},
                        .plan = encode_plan(turn_.current),
                        .started_at = turn_.started_at,
                        .training_version = turn_.training_version};
  for (const delivery& one : turn_.deliveries) row.inbox_ids.push_back(one.id);
  changes->turns.push_back(std::move(row));
  // A replay of round 2 knows nothing of round 1's.
  add_contact(chat_, turn_, *changes);
  commit(std::move(changes), [this] {
    storage::fault_point("plan.stored");
    turn_.plan_stored = true;
    run_next_action();
  });
}

// A stored plan's turn, with the deliveries that are still open.
void conversation_state::begin_stored_turn(const storage::live_plan& stored) {
  begin_turn();
  turn_.id = stored.turn;
  turn_.started_at = stored.started_at;
  turn_.current.round = stored.round;
  turn_.plan_stored = true;
  turn_.resumed = true;
  turn_.may_answer = reply_right::granted;
}

// A replay: the stored plan's actions run again; those that have a result only read it.
void conversation_state::resume() {
  const storage::live_plan stored = *std::exchange(to_resume_, std::nullopt);
  begin_stored_turn(stored);
  auto plan_of = decode_plan(stored.plan);
  if (!plan_of) return hand_over("a stored plan cannot be read", {}, turn_outcome::handed_over);
  turn_.current = std::move(plan_of.value());
  turn_.told = turn_.current.told;
  run_next_action();
}

// What its actions did stays, and is told to nobody. Who has the chat now did not see these messages here.
void conversation_state::end_overtaken() {
  begin_stored_turn(*std::exchange(to_resume_, std::nullopt));
  const bool unanswered = !phases_.person_owns();
  finish({.outcome = turn_outcome::overtaken,
          .owner = owner(),
          .expected_epoch = phases_.epoch(),
          .epoch = phases_.epoch(),
          .handover_reason = handover_reason_,
          .look_at = unanswered ? "a person had the chat in between: these messages have no answer"
                                : may_have_acted});
}

std::string conversation_state::next_key() const {
  return to_string(turn_.id) + '.' + std::to_string(turn_.current.round) + '.' +
         std::to_string(turn_.next_action);
}

// A takeover cancels actions that were not sent to a desk yet.
void conversation_state::run_next_action() {
  const bool commanded = std::any_of(commands_.begin(), commands_.end(), [](const waiting_command& one) {
    return one.wanted.what == chat_command::take_over;
  });
  if (phases_.person_waits() || commanded) turn_.overtaken = true;
  if (turn_.overtaken || turn_.next_action == turn_.current.actions.size()) return end_round();
  run(turn_.current.actions[turn_.next_action], next_key());
}

void conversation_state::run(const proposed_action& proposed, const std::string& key) {
  const order_target target{chat_.conversation, {}};
  const auto decide = [&](desk_command command) {
    ask<action_outcome>(with_.orders, desk_request{std::move(command), key, turn_.resumed},
                        [this](action_outcome& outcome) { on_outcome(std::move(outcome)); });
  };
  const auto kind = kind_of(proposed.what);
  switch (kind) {
    case action_kind::place_order: {
      const auto& wish = std::get<proposal::place_order>(proposed.what);
      return decide(desk::place_order{key, chat_.conversation, chat_.contact,
                                      wishes(wish.items, turn_.current), wish.note});
    }
    case action_kind::change_order: {
      const auto& wish = std::get<proposal::change_order>(proposed.what);
      return decide(desk::change_order{key, target, wishes(wish.items, turn_.current)});
    }
    case action_kind::cancel_order: return decide(desk::cancel_order{key, target, "customer"});
    case action_kind::request_checkout: return check_out(key, link_attempt::first);
    case action_kind::send_invoice: return issue(key);
    case action_kind::check_payment: return check_payment(key);
    case action_kind::hand_off:
      turn_.handover_reason = std::get<proposal::hand_off>(proposed.what).reason;
      if (turn_.handover_reason.empty()) turn_.handover_reason = "the AI asked for a person";
      return on_outcome(make_outcome(kind, action_effect::handed_off));
    case action_kind::record_contact: {
      const auto& contact = std::get<proposal::record_contact>(proposed.what);
      if (!contact.email.empty()) chat_.customer_email = contact.email;
      if (!contact.name.empty()) chat_.customer_name = contact.name;
      merge(contact, turn_.contact);
      return on_outcome(make_outcome(kind, action_effect::contact_recorded));
    }
  }
}

// Intent stored by the desk -> call -> result stored by the desk.
void conversation_state::check_out(const std::string& key, link_attempt attempt) {
  ask<action_outcome>(with_.orders,
                      desk_request{desk::start_checkout{key, {chat_.conversation, {}}}, key, turn_.resumed},
                      [this, attempt](action_outcome& started) {
                        if (!started.accepted || started.effect != action_effect::checkout_started)
                          return on_outcome(std::move(started));
                        storage::fault_point("checkout.intent_stored");
                        make_link(started, attempt);
                      });
}

void conversation_state::make_link(const action_outcome& started, link_attempt attempt) {
  ask<payment_link>(
      with_.payments,
      make_payment_link{started.payment_reference, started.total, order_label(started.order_number),
                        chat_.customer_email, payment_deadline()},
      [this, started, attempt](payment_link& link) {
        storage::fault_point("checkout.answered");
        const auto step = step_after(link.outcome, attempt);
        // What was found paid may not be the order's reference any more: the desk knows what that means.
        if (step == link_step::settle) return confirm(*std::move(link.fact), link.asked, {});
        store_link(result_of(started, link), step, attempt);
      });
}

void conversation_state::store_link(desk_command result, link_step step, link_attempt attempt) {
  ask<action_outcome>(with_.orders, desk_request{std::move(result), {}, false},
                      [this, step, attempt](action_outcome& outcome) {
                        if (needs_another_link(step, outcome, attempt))
                          return check_out({}, link_attempt::again);
                        outcome.kind = action_kind::request_checkout;
                        on_outcome(std::move(outcome));
                      });
}

// A slow model leaves the provider its own time.
instant conversation_state::payment_deadline() const {
  return std::max(turn_.deadline, with_.node->now() + least_payment_time);
}

void conversation_state::issue(const std::string& key) {
  ask<order_found>(with_.orders, order_query{chat_.conversation}, [this, key](order_found& found) {
    if (!found.subject) return on_outcome(make_refusal(action_kind::send_invoice, refusal::no_open_order));
    issue_invoice wanted{*found.subject, key, turn_.resumed};
    wanted.link = true;
    ask<action_outcome>(with_.invoices, std::move(wanted),
                        [this](action_outcome& outcome) { on_outcome(std::move(outcome)); });
  });
}

void conversation_state::check_payment(const std::string& key) {
  ask<order_found>(with_.orders, order_query{chat_.conversation}, [this, key](order_found& found) {
    if (!found.subject || found.subject->payment_reference.empty())
      return on_outcome(make_refusal(action_kind::check_payment, refusal::no_open_order));
    ask<payment_truth>(
        with_.payments,
        fetch_payment{.reference = found.subject->payment_reference, .deadline = payment_deadline()},
        [this, key](payment_truth& truth) {
          if (truth.fact) return confirm(*std::move(truth.fact), *truth.asked, key);
          on_outcome(make_refusal(action_kind::check_payment, refusal::provider_unavailable));
        });
  });
}

// The truth comes from the provider, never from what the customer says.
void conversation_state::confirm(payment_fact fact, const asked_account& asked, const std::string& key) {
  desk_request request{confirmed(std::move(fact), asked, key), key, turn_.resumed};
  request.noticed_by = payment_hint::chat;
  ask<action_outcome>(with_.orders, std::move(request),
                      [this](action_outcome& outcome) { on_outcome(std::move(outcome)); });
}

void conversation_state::on_outcome(action_outcome outcome) {
  if (outcome.order_number != 0) turn_.facts.status = outcome.status;
  turn_.outcomes.push_back(std::move(outcome));
  ++turn_.next_action;
  run_next_action();
}

// A refusal of round 1 goes back to the model once and its text is discarded; then to a person.
void conversation_state::end_round() {
  end_phase(monitoring::phase::acting);
  bool refused = !turn_.denied.empty();
  const bool last_round = turn_.current.round == 2;
  for (const action_outcome& one : turn_.outcomes) {
    refused = refused || !one.accepted;
    if (one.accepted || (last_round && !turn_.overtaken)) turn_.told.push_back(one);
  }
  if (turn_.overtaken) return take_over();
  if (!refused) return reply();
  turn_.current.reply_text.clear();
  if (!last_round && turn_.handover_reason.empty()) return second_round();
  // The templates say politely why; a person helps from here.
  for (const auto& [proposed, outcome] : turn_.denied) turn_.told.push_back(outcome);
  if (turn_.handover_reason.empty()) turn_.handover_reason = "an action was refused twice";
  reply();
}

void conversation_state::second_round() {
  // Resumed after a crash: what was proposed is known, the model's words are not.
  if (!turn_.previous) turn_.previous = llm::previous_round{};
  const auto tell = [this](const proposed_action& proposed, const action_outcome& outcome) {
    const auto kind = kind_of(proposed.what);
    turn_.previous->results.push_back(
        {proposed.tool_call_id, std::string{to_string(kind)}, outcome_for_model(outcome)});
  };
  for (std::size_t i = 0; i < turn_.outcomes.size(); ++i) tell(turn_.current.actions[i], turn_.outcomes[i]);
  for (const auto& [proposed, outcome] : turn_.denied) tell(proposed, outcome);
  turn_.resumed = false;  // no plan of the round that comes was stored
  phases_.thinking();
  ask_desk_for_facts();
  run_command();  // a person who came while the AI acted does not wait for the model
}

}  // namespace sellavie::actors
