#include "actors/conversation.hpp"

#include "protocol/action/action_parser.hpp"
#include "protocol/action/claims.hpp"
#include "protocol/action/outcome_codec.hpp"
#include "protocol/channel/window.hpp"
#include "protocol/domain/policy.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::actors {
namespace {

using storage::chat_owner;
using storage::turn_outcome;

constexpr std::chrono::hours oldest_answered{24 * 8};
constexpr std::chrono::seconds least_payment_time{8};
constexpr const char* outage = "provider_outage";

chat_owner owner_of(bool person) noexcept { return person ? chat_owner::person : chat_owner::ai; }

void add_paragraph(std::string& text, std::string_view sentence) {
  if (sentence.empty()) return;
  if (!text.empty()) text += "\n\n";
  text += sentence;
}

// Twelve hex digits of a random id: fresh per turn, never stored.
std::string fresh_nonce(id_source& ids) { return to_string(ids.next()).substr(24); }

bool window_is_open(const chat_context& chat, const turn& of, instant now) {
  instant last = chat.last_customer_at;
  for (const delivery& one : of.deliveries)
    if (channel::opens_window(*one.event)) last = std::max(last, one.event->provider_time);
  const channel_account* account = chat.business->account(chat.connection);
  if (account == nullptr) return false;
  const auto decided = channel::decide_window(channel::sender_kind::ai, last, now, account->channel);
  return std::holds_alternative<channel::send_permit>(decided);
}

std::vector<wished_item> wishes(const std::vector<proposal::item>& items, const plan& stored) {
  std::vector<wished_item> wished;
  wished.reserve(items.size());
  for (const auto& item : items)
    wished.push_back({item.sku, item.quantity, shown_version_of(stored, item.sku)});
  return wished;
}

// A dead desk comes back; a crash of its handler is the delivery's fault.
errc why_failed(const caf::error& failure) {
  if (failure == caf::sec::request_receiver_down || failure == caf::sec::request_timeout)
    return errc::unavailable;
  return code_of(failure);
}

monitoring::turn_outcome label(turn_outcome outcome, bool acted) {
  switch (outcome) {
    case turn_outcome::replied:
      return acted ? monitoring::turn_outcome::acted : monitoring::turn_outcome::replied;
    case turn_outcome::handed_over: return monitoring::turn_outcome::handed_over;
    case turn_outcome::overtaken: return monitoring::turn_outcome::overtaken;
    case turn_outcome::safe_reply: return monitoring::turn_outcome::failed;
    case turn_outcome::planned:
    case turn_outcome::left_to_person:
    case turn_outcome::stored: break;
  }
  return monitoring::turn_outcome::silent;
}

}  // namespace

// --- loading -----------------------------------------------------------------------------------------

void conversation_state::start(conversation_dependencies dependencies) {
  with_ = std::move(dependencies);
  chat_.node = with_.node;
  chat_.business = with_.business;
  chat_.connection = with_.connection;
  chat_.customer = with_.customer;
}

// The first delivery brings the name that a new contact gets.
void conversation_state::load() {
  if (std::exchange(is_loading_, true)) return;
  const auto& node = *with_.node;
  static const delivery nobody{.event = std::make_shared<channel::channel_event>()};
  const delivery& any = held_.empty() ? nobody : held_.begin()->second;
  const auto& first = *any.event;
  // After a failure the rows are made at once: perhaps half of them is there.
  const bool fresh = !held_.empty() && any.tries == 0;
  storage::new_conversation wanted{
      with_.business->id,
      with_.connection,
      with_.customer,
      first.customer_alias,
      first.customer_name,
      node.ids->next_as<contact_id>(),
      node.ids->next_as<conversation_id>(),
      node.now(),
      node.settings->conversation.history_messages,
      fresh ? storage::missing_conversation::leave : storage::missing_conversation::make};
  self_->request(node.reader_of(with_.connection.value), caf::infinite, wanted)
      .then(
          [this, wanted](const shared<storage::conversation_record>& record) {
            if (!record->id.is_nil()) return on_loaded(*record);
            begin_unwritten(wanted);
          },
          [this](const caf::error& failure) { fail(why_failed(failure)); });
}

void conversation_state::begin_unwritten(const storage::new_conversation& customer) {
  unwritten_ = {customer.business,  customer.connection, customer.contact, customer.conversation,
                customer.scoped_id, customer.alias,      customer.name,    customer.at};
  storage::conversation_record empty;
  empty.id = customer.conversation;
  empty.contact = customer.contact;
  empty.contact_name = customer.name;
  on_loaded(empty);
}

void conversation_state::on_loaded(const storage::conversation_record& record) {
  chat_.conversation = record.id;
  chat_.contact = record.contact;
  chat_.customer_name = record.contact_name;
  chat_.customer_email = record.contact_email;
  chat_.last_customer_at = record.last_customer_at;
  handover_reason_ = record.handover_reason;
  for (const auto& message : record.recent) {
    const auto by = message.origin == storage::message_origin::customer ? llm::speaker::customer
                    : message.origin == storage::message_origin::person ? llm::speaker::person
                                                                        : llm::speaker::assistant;
    chat_.history.push_back({by, message.body});
  }
  // The answer of an earlier takeover may have been lost: the sender must know its epoch.
  if (record.epoch > 1)
    self_->send(with_.parent, epoch_raised{chat_.connection, chat_.conversation, record.epoch});
  loaded_ = {record.owner == chat_owner::person, record.epoch};
  if (record.plan) return find_planned(*record.plan);
  on_ready({});
}

// One of its deliveries may have been parked: the plan is completed with those that are still open.
void conversation_state::find_planned(storage::live_plan plan) {
  self_->request(with_.node->journal_of(with_.business->id), caf::infinite, inbox_check{plan.inbox_ids})
      .then(
          [this, plan](inbox_still_open& open) {
            if (open.ids.empty()) return drop_plan(plan);
            to_resume_ = plan;
            const bool all_here = std::all_of(open.ids.begin(), open.ids.end(),
                                              [this](inbox_id id) { return held_.contains(id); });
            if (!all_here) self_->send(with_.parent, offer_together{open.ids});
            on_ready(std::move(open.ids));
          },
          [this](const caf::error& failure) { fail(why_failed(failure)); });
}

void conversation_state::drop_plan(const storage::live_plan& plan) {
  auto changes = std::make_shared<storage::change_set>();
  changes->turns.push_back({.conversation = chat_.conversation,
                            .id = plan.turn,
                            .business = chat_.business->id,
                            .completed = true,
                            .outcome = turn_outcome::stored,
                            .round = plan.round,
                            .started_at = plan.started_at,
                            .ended_at = with_.node->now()});
  commit(std::move(changes), [this] { on_ready({}); });
}

void conversation_state::on_ready(std::vector<inbox_id> planned) {
  follow(phases_.loaded(loaded_.person, loaded_.epoch, std::move(planned)));
}

// --- what comes in ---------------------------------------------------------------------------------

void conversation_state::deliver(const delivery& one) {
  touched_ = true;
  // A direct hand-over can arrive behind the poll that showed the same row.
  if (phases_.has_completed(one.id)) return self_->send(with_.parent, deliveries_finished{{one.id}});
  held_.insert_or_assign(one.id, one);
  follow(phases_.deliver({one.id, one.event->provider_time, one.event->kind == channel::event_kind::echo}));
  if (phases_.phase() == conversation_phase::loading) load();
}

void conversation_state::follow(next_step step) {
  switch (step) {
    case next_step::wait: break;
    case next_step::gather: {
      const auto wait = with_.node->settings->conversation.gather_ms;
      if (wait.count() == 0) return follow(phases_.gathered());
      self_->delayed_send(self_, wait, gathered_atom::value, ++gathering_);
      break;
    }
    case next_step::think: think(); break;
    case next_step::store: store_for_person(); break;
    case next_step::take_over: take_over(); break;
    case next_step::resume: resume(); break;
  }
  run_command();
}

void conversation_state::gathered(std::uint64_t gathering) {
  if (gathering == gathering_) follow(phases_.gathered());
}

void conversation_state::idle() {
  const auto pause = with_.node->settings->conversation.passivate_after_s;
  self_->delayed_send(self_, pause, idle_atom::value);
  if (!touched_ && phases_.is_quiet() && commands_.empty()) self_->send(with_.parent, stop_me{});
  touched_ = false;
}

void conversation_state::collect_turn() {
  turn_.deliveries.clear();
  for (const pending_delivery& one : phases_.turn()) turn_.deliveries.push_back(held_.at(one.id));
}

// --- thinking --------------------------------------------------------------------------------------

template <class Answer, class Actor, class Message>
void conversation_state::ask(const Actor& whom, Message question, std::function<void(Answer&)> then) {
  self_->request(whom, caf::infinite, std::move(question))
      .then(
          // A turn that is ending (a person took over) wants no answer.
          [this, asked = asking_, then = std::move(then)](Answer& answer) {
            if (asking_ == asked) then(answer);
          },
          [this, asked = asking_](const caf::error& failure) {
            if (asking_ == asked) fail(why_failed(failure));
          });
}

void conversation_state::begin_turn() {
  const auto& node = *with_.node;
  turn_ = {};
  turn_.id = node.ids->next_as<turn_id>();
  turn_.nonce = fresh_nonce(*node.ids);
  turn_.started_at = node.now();
  turn_.deadline = turn_.started_at + node.settings->llm.deadline_ms;
  collect_turn();
}

void conversation_state::think() {
  begin_turn();
  const auto is_old = [&](const delivery& one) {
    return turn_.started_at - one.event->provider_time > oldest_answered;
  };
  const auto is_readable = [](const delivery& one) {
    return !one.event->text.empty() || !one.event->payload.empty();
  };
  const auto& deliveries = turn_.deliveries;
  if (std::all_of(deliveries.begin(), deliveries.end(), is_old))
    return finish({.outcome = turn_outcome::stored,
                   .owner = owner_of(phases_.person_owns()),
                   .expected_epoch = phases_.epoch(),
                   .epoch = phases_.epoch(),
                   .handover_reason = handover_reason_});
  if (std::none_of(deliveries.begin(), deliveries.end(), is_readable))
    return hand_over("the customer sent something that the AI cannot read",
                     std::string{phrase(fixed_phrase::unreadable_media, language())},
                     turn_outcome::handed_over);
  if (with_.node->settings->conversation.typing)
    self_->send(with_.parent,
                show_typing{chat_.connection, chat_.customer, deliveries.back().event->external_id});
  ask_desk_for_facts();
}

void conversation_state::ask_desk_for_facts() {
  ask<turn_facts>(with_.orders, turn_facts_query{chat_.conversation}, [this](turn_facts& facts) {
    turn_.facts = std::move(facts);
    consult_model();
  });
}

bool conversation_state::outage_untouched() const {
  return phases_.person_owns() && handover_reason_ == outage;
}

policy_facts conversation_state::policy() const {
  policy_facts facts;
  facts.holder = phases_.person_owns() && !outage_untouched() ? action_holder::person : action_holder::bot;
  facts.order = turn_.facts.status;
  const bool payable = chat_.business->payments.has_value() && !with_.node->settings->http.public_url.empty();
  facts.checkout = payable ? checkout_support::connected : checkout_support::none;
  return facts;
}

void conversation_state::consult_model() {
  auto question = make_question(chat_, turn_, allowed_actions(policy()));
  ask<model_answer>(with_.model,
                    ask_model{std::move(question.with_tools), std::move(question.with_tags), turn_.deadline},
                    [this](model_answer& answer) { on_answer(answer); });
}

void conversation_state::on_answer(const model_answer& answer) {
  with_.node->metrics->phase_time(monitoring::phase::thinking).observe(with_.node->now() - turn_.started_at);
  if (answer.outcome == model_outcome::answered) read_answer(answer);
  else hand_over_unanswered(answer.outcome);
}

void conversation_state::hand_over_unanswered(model_outcome why) {
  switch (why) {
    // Overload is not failure: the delivery is offered again after a pause.
    case model_outcome::overloaded: return fail(errc::unavailable);
    case model_outcome::refused:
      return hand_over("the model declined to answer",
                       std::string{phrase(fixed_phrase::hand_over, language())}, turn_outcome::handed_over);
    case model_outcome::answered:
    case model_outcome::rejected:
    case model_outcome::all_failed: break;
  }
  hand_over(outage, std::string{phrase(fixed_phrase::safe_reply, language())}, turn_outcome::safe_reply);
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
  if (parsed.needs_handoff && turn_.told.empty())
    return hand_over("the model gave no usable answer", {}, turn_outcome::handed_over);
  if (parsed.lost_action && parsed.actions.empty()) {
    if (second) return hand_over("the model's action could not be read", {}, turn_outcome::handed_over);
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

// --- acting ----------------------------------------------------------------------------------------

void conversation_state::store_plan() {
  auto changes = std::make_shared<storage::change_set>();
  storage::turn_row row{.conversation = chat_.conversation,
                        .id = turn_.id,
                        .business = chat_.business->id,
                        .completed = false,
                        .outcome = turn_outcome::planned,
                        .round = static_cast<std::int16_t>(turn_.current.round),
                        .inbox_ids = {},
                        .plan = encode_plan(turn_.current),
                        .started_at = turn_.started_at};
  for (const delivery& one : turn_.deliveries) row.inbox_ids.push_back(one.id);
  changes->turns.push_back(std::move(row));
  commit(std::move(changes), [this] {
    SELLAVIE_FAULT_POINT("plan.stored");
    turn_.plan_stored = true;
    run_next_action();
  });
}

// A replay: the stored plan's actions run again; those that have a result only read it.
void conversation_state::resume() {
  const storage::live_plan stored = *std::exchange(to_resume_, std::nullopt);
  begin_turn();
  turn_.id = stored.turn;
  turn_.started_at = stored.started_at;
  turn_.plan_stored = true;
  turn_.resumed = true;
  auto plan_of = decode_plan(stored.plan);
  if (!plan_of && !phases_.person_owns())
    return hand_over("a stored plan cannot be read", {}, turn_outcome::handed_over);
  if (!plan_of || (phases_.person_owns() && !outage_untouched()))
    return finish({.outcome = turn_outcome::overtaken,
                   .owner = owner_of(phases_.person_owns()),
                   .expected_epoch = phases_.epoch(),
                   .epoch = phases_.epoch(),
                   .handover_reason = handover_reason_});
  turn_.current = std::move(plan_of.value());
  run_next_action();
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
      return on_outcome(make_outcome(kind, action_effect::contact_recorded));
    }
  }
}

// Intent stored by the desk -> call -> result stored by the desk.
void conversation_state::check_out(const std::string& key, link_attempt attempt) {
  ask<action_outcome>(with_.orders,
                      desk_request{desk::start_checkout{key, {chat_.conversation, {}}}, key, turn_.resumed},
                      [this, attempt](action_outcome& started) {
                        if (started.accepted && started.effect == action_effect::checkout_started)
                          make_link(started, attempt);
                        else on_outcome(std::move(started));
                      });
}

void conversation_state::make_link(const action_outcome& started, link_attempt attempt) {
  ask<payment_link>(
      with_.payments,
      make_payment_link{started.payment_reference, started.total, chat_.customer_email, payment_deadline()},
      [this, attempt, order = started.order, reference = started.payment_reference](payment_link& link) {
        if (link.outcome == link_outcome::made)
          return record_link(desk::record_payment_link{order, reference, link.url});
        if (link.outcome == link_outcome::already_paid) return check_payment({});
        desk::fail_payment_link failed{order, reference, std::string{to_string(link.outcome)}};
        if (link.outcome == link_outcome::failed || attempt == link_attempt::again)
          return record_link(std::move(failed));
        // Our own lost answer used the reference up: the next attempt has another one.
        ask<action_outcome>(with_.orders, desk_request{std::move(failed), {}, false},
                            [this](action_outcome&) { check_out({}, link_attempt::again); });
      });
}

void conversation_state::record_link(desk_command result) {
  ask<action_outcome>(with_.orders, desk_request{std::move(result), {}, false},
                      [this](action_outcome& outcome) {
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
    ask<action_outcome>(with_.invoices, issue_invoice{*found.subject, key},
                        [this](action_outcome& outcome) { on_outcome(std::move(outcome)); });
  });
}

void conversation_state::check_payment(const std::string& key) {
  ask<order_found>(with_.orders, order_query{chat_.conversation}, [this, key](order_found& found) {
    if (!found.subject || found.subject->payment_reference.empty() || !chat_.business->payments)
      return on_outcome(make_refusal(action_kind::check_payment, refusal::no_open_order));
    confirm(*found.subject, key);
  });
}

// The truth comes from the provider, never from what the customer says.
void conversation_state::confirm(const order& subject, const std::string& key) {
  ask<payment_truth>(
      with_.payments, fetch_payment{subject.payment_reference, payment_deadline()},
      [this, subject, key](payment_truth& truth) {
        if (!truth.fact)
          return on_outcome(make_refusal(action_kind::check_payment, refusal::provider_unavailable));
        const auto mode = parse_payment_mode(chat_.business->payments->mode).value_or(payment_mode::test);
        ask<action_outcome>(
            with_.orders,
            desk_request{desk::confirm_payment{key, *truth.fact, mode, subject}, key, turn_.resumed},
            [this](action_outcome& outcome) { on_outcome(std::move(outcome)); });
      });
}

void conversation_state::on_outcome(action_outcome outcome) {
  if (outcome.order_number != 0) turn_.facts.status = outcome.status;
  turn_.outcomes.push_back(std::move(outcome));
  ++turn_.next_action;
  run_next_action();
}

// A refusal of round 1 goes back to the model once and its text is discarded; then to a person.
void conversation_state::end_round() {
  if (turn_.overtaken) return take_over();
  bool refused = !turn_.denied.empty();
  const bool last_round = turn_.current.round == 2;
  for (const action_outcome& one : turn_.outcomes) {
    refused = refused || !one.accepted;
    if (one.accepted || last_round) turn_.told.push_back(one);
  }
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
  phases_.thinking();
  ask_desk_for_facts();
}

// --- ending ----------------------------------------------------------------------------------------

void conversation_state::reply() {
  std::string text = turn_.current.reply_text;
  for (const action_outcome& outcome : turn_.told)
    if (outcome.effect != action_effect::handed_off) add_paragraph(text, reply_for(outcome, language()));
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
  // An outage that goes on says nothing twice: a person has the chat already.
  if (outcome == turn_outcome::safe_reply && outage_untouched()) text.clear();
  finish({.outcome = outcome,
          .reply = std::move(text),
          .owner = chat_owner::person,
          .expected_epoch = phases_.epoch(),
          .epoch = epoch,
          .handover_reason = std::move(reason)});
}

void conversation_state::store_for_person() {
  if (outage_untouched()) {
    phases_.thinking();
    return think();
  }
  begin_turn();
  finish({.outcome = turn_outcome::left_to_person,
          .owner = chat_owner::person,
          .expected_epoch = phases_.epoch(),
          .epoch = phases_.epoch(),
          .handover_reason = handover_reason_});
}

// Everything that waits becomes part of the turn that the person ended.
void conversation_state::take_over() {
  phases_.acting();
  phases_.take_waiting();
  if (turn_.id.is_nil()) begin_turn();
  collect_turn();
  turn_.current.actions.clear();
  const bool already = phases_.person_owns() && !outage_untouched();
  finish({.outcome = already ? turn_outcome::left_to_person : turn_outcome::overtaken,
          .owner = chat_owner::person,
          .expected_epoch = phases_.epoch(),
          .epoch = phases_.epoch() + (already ? 0 : 1),
          .handover_reason = "a person took the chat over"});
}

// A late answer says so; one that may not be sent any more goes to a person.
void conversation_state::finish(turn_end end) {
  phases_.acting();
  ++asking_;
  const instant now = with_.node->now();
  const bool late = std::any_of(turn_.deliveries.begin(), turn_.deliveries.end(), [&](const delivery& one) {
    return now - one.accepted_at > with_.node->settings->conversation.late_after_s;
  });
  if (!end.reply.empty() && late)
    end.reply = std::string{phrase(fixed_phrase::late_apology, language())} + ' ' + end.reply;
  if (!end.reply.empty() && !window_is_open(chat_, turn_, now)) {
    end.reply.clear();
    if (end.owner == chat_owner::ai) {
      end.outcome = turn_outcome::handed_over;
      end.owner = chat_owner::person;
      end.epoch = end.expected_epoch + 1;
      end.handover_reason = "the answer came too late to be sent";
    }
  }
  auto changes = complete_turn(chat_, turn_, end);
  commit(changes, [this, end = std::move(end), changes] { on_completed(end, *changes); });
}

void conversation_state::commit(std::shared_ptr<storage::change_set> changes, std::function<void()> then) {
  if (unwritten_) changes->opened.push_back(*unwritten_);
  self_
      ->request(with_.node->journal_of(with_.business->id), caf::infinite, commit_request{std::move(changes)})
      .then(
          [this, then = std::move(then)](const commit_reply& reply) {
            switch (reply.outcome) {
              case storage::commit_outcome::committed: unwritten_.reset(); return then();
              case storage::commit_outcome::refused:
                with_.node->log->warning("turn_refused", {{}, chat_.business->id, chat_.conversation},
                                         {{"why", reply.failure}});
                return fail(errc::conflict);
              case storage::commit_outcome::fenced: return fail(errc::fenced);
              case storage::commit_outcome::in_doubt: return fail(errc::in_doubt);
              case storage::commit_outcome::unavailable: return fail(errc::unavailable);
            }
          },
          [this](const caf::error& failure) { fail(why_failed(failure)); });
}

void conversation_state::on_completed(const turn_end& end, const storage::change_set& changes) {
  SELLAVIE_FAULT_POINT("turn.committed");
  const auto& metrics = *with_.node->metrics;
  metrics.turns(label(end.outcome, turn_.plan_stored)).increment();
  metrics.phase_time(monitoring::phase::total)
      .observe(with_.node->now() - turn_.deliveries.front().accepted_at);
  if (end.epoch != end.expected_epoch)
    self_->send(with_.parent, epoch_raised{chat_.connection, chat_.conversation, end.epoch});
  chat_.last_customer_at = std::max(chat_.last_customer_at, changes.conversations.front().last_customer_at);
  if (!changes.outbox.empty())
    self_->send(with_.parent, outbox_committed{chat_.connection, changes.outbox, chat_.last_customer_at});
  self_->send(with_.parent, deliveries_finished{changes.inbox_done});
  remember(end);
  for (const inbox_id id : changes.inbox_done) held_.erase(id);
  handover_reason_ = end.handover_reason;
  turn_ = {};
  phases_.owner_changed(end.owner == chat_owner::person, end.epoch);
  follow(phases_.settled());
}

void conversation_state::remember(const turn_end& end) {
  for (const delivery& one : turn_.deliveries) {
    const bool person = one.event->kind == channel::event_kind::echo;
    chat_.history.push_back({person ? llm::speaker::person : llm::speaker::customer, text_of(*one.event)});
  }
  if (!end.reply.empty()) chat_.history.push_back({llm::speaker::assistant, end.reply});
  const auto most = static_cast<std::size_t>(with_.node->settings->conversation.history_messages);
  if (chat_.history.size() > most)
    chat_.history.erase(chat_.history.begin(), chat_.history.end() - static_cast<std::ptrdiff_t>(most));
}

// --- a person's commands ---------------------------------------------------------------------------

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

// Called whenever nothing is under way.
void conversation_state::run_command() {
  if (commands_.empty() || !phases_.may_take_over()) return;
  const bool to_person = commands_.front().wanted.what == chat_command::take_over;
  // A chat that an outage left to nobody in particular is not taken yet.
  if (to_person == phases_.person_owns() && !(to_person && outage_untouched())) {
    auto promise = commands_.front().answer;
    commands_.erase(commands_.begin());
    promise.deliver(chat_commanded{owner_of(phases_.person_owns()), phases_.epoch()});
    return run_command();
  }
  // What the model thinks about now ends with the takeover.
  if (to_person && !phases_.turn().empty()) return take_over();
  if (!phases_.is_quiet() && !to_person) return;
  auto changes = std::make_shared<storage::change_set>();
  const std::int64_t epoch = phases_.epoch() + 1;
  const std::string reason = to_person ? "taken over by " + commands_.front().wanted.by : std::string{};
  changes->conversations.push_back({.conversation = chat_.conversation,
                                    .business = chat_.business->id,
                                    .expected_epoch = phases_.epoch(),
                                    .epoch = epoch,
                                    .owner = owner_of(to_person),
                                    .handover_reason = reason});
  if (to_person) changes->outbox_overtaken.push_back(chat_.conversation);
  phases_.acting();
  commit(changes, [this, to_person, epoch, reason] {
    phases_.owner_changed(to_person, epoch);
    handover_reason_ = reason;
    self_->send(with_.parent, epoch_raised{chat_.connection, chat_.conversation, epoch});
    auto promise = commands_.front().answer;
    commands_.erase(commands_.begin());
    promise.deliver(chat_commanded{owner_of(to_person), epoch});
    follow(phases_.settled());
  });
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
  };
}

}  // namespace sellavie::actors
