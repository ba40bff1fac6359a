// A person's commands on their way to the order desk (tenant_supervisor.hpp, "Desk"): those that wait for a payment
// provider go through here, because the desk never waits for one.

#include "actors/tenant_supervisor.hpp"

namespace sellavie::actors {
namespace {

// Both fit into the patience of whoever asks.
constexpr std::chrono::seconds patience_to_look{4};
constexpr std::chrono::seconds patience_to_make{5};

bool replaces_link(const desk_command& command) {
  const auto* checkout = std::get_if<desk::start_checkout>(&command);
  return checkout != nullptr && checkout->known == live_link::replace;
}

}  // namespace

caf::result<action_outcome> tenant_supervisor_state::command_order(order_command& wanted) {
  return when_loaded([this, command = std::make_shared<order_command>(std::move(wanted))](
                         const owed_answer<action_outcome>& answer) {
    auto& request = command->request;
    // Its notice goes with whichever step has the link.
    const bool tells_later = command->course == order_course::make_link && request.tell;
    if (tells_later && !request.action_key.empty()) request.tell->key = told_key_of(request.action_key);
    const bool is_about_money =
        command->course == order_course::settle_first || replaces_link(request.command);
    if (is_about_money) settle_first(command, answer);
    else carry_out(command, answer);
  });
}

// Money that has come counts before anything else is decided about the order.
void tenant_supervisor_state::settle_first(const order_command_ptr& command, const order_answer& answer) {
  const auto go_on = [this, command, answer](const caf::error&) { carry_out(command, answer); };
  self_
      ->request(orders_, caf::infinite,
                order_query{conversation_id{}, order_named_by(command->request.command)})
      .then(
          [this, command, answer](const order_found& found) {
            const bool is_live =
                found.subject && !is_closed(found.subject->status) && !found.subject->payment_url.empty();
            if (is_live) ask_provider(command, *found.subject, answer);
            else carry_out(command, answer);
          },
          go_on);
}

void tenant_supervisor_state::ask_provider(const order_command_ptr& command, const order& subject,
                                           const order_answer& answer) {
  confirm_payment(subject.payment_reference, answer,
                  [this, command, answer](const std::optional<action_outcome>& decided) {
                    // Who acts as if no money had come is told once that some has, and decides then.
                    const bool is_cash = std::holds_alternative<desk::mark_paid>(command->request.command);
                    if (decided && decided->review && !is_cash) return answer.deliver(*decided);
                    auto* cancel = std::get_if<desk::cancel_order>(&command->request.command);
                    if (cancel != nullptr && !decided) cancel->provider = provider_word::silent;
                    carry_out(command, answer);
                  });
}

void tenant_supervisor_state::confirm_payment(const std::string& reference, const order_answer& answer,
                                              const payment_word& then) {
  if (!payments_) return then(std::nullopt);
  const auto deadline = dependencies_.node->now() + patience_to_look;
  self_->request(payments_, caf::infinite, fetch_payment{.reference = reference, .deadline = deadline})
      .then(
          [this, answer, then](const payment_truth& truth) {
            if (!truth.fact) return then(std::nullopt);
            desk_request request{confirmed(*truth.fact, *truth.asked), {}, false, "system"};
            request.noticed_by = payment_hint::person;
            spawn_desks();
            hear_fact(
                orders_, std::move(request), [then](const action_outcome& decided) { then(decided); },
                fails(answer));
          },
          [then](const caf::error&) { then(std::nullopt); });
}

void tenant_supervisor_state::carry_out(const order_command_ptr& command, const order_answer& answer) {
  if (command->course == order_course::make_link) return check_out(command, link_attempt::first, answer);
  ask_desk(
      command->request,
      [this, command, answer](const action_outcome& outcome) { finish_order(command, outcome, answer); },
      answer);
}

// Intent stored by the desk -> call -> result stored by the desk (actors/checkout.hpp).
void tenant_supervisor_state::check_out(const order_command_ptr& command, link_attempt attempt,
                                        const order_answer& answer) {
  if (!payments_ || business_->paying() == nullptr)
    return answer.deliver(make_refusal(action_kind::request_checkout, refusal::payments_not_connected));
  ask_desk(
      command->request,
      [this, command, attempt, answer](const action_outcome& started) {
        if (started.accepted && started.effect == action_effect::checkout_started)
          make_link(command, started, attempt, answer);
        else finish_order(command, started, answer);
      },
      answer);
}

void tenant_supervisor_state::make_link(const order_command_ptr& command, const action_outcome& started,
                                        link_attempt attempt, const order_answer& answer) {
  const make_payment_link wanted{started.payment_reference, started.total, order_label(started.order_number),
                                 command->customer_email, dependencies_.node->now() + patience_to_make};
  self_->request(payments_, caf::infinite, wanted)
      .then(
          [this, command, started, attempt, answer](const payment_link& link) {
            const auto step = step_after(link.outcome, attempt);
            if (step == link_step::settle) return settle(command, link, attempt, answer);
            desk_request result{result_of(started, link), {}, false, "system"};
            result.tell = command->request.tell;
            result.wish = command->request.wish;
            ask_desk(
                std::move(result),
                [this, command, step, attempt, answer](const action_outcome& outcome) {
                  if (needs_another_link(step, outcome, attempt)) return check_out_again(command, answer);
                  finish_order(command, outcome, answer);
                },
                answer);
          },
          fails(answer));
}

// The first time the desk is asked again, and says what is to be done with the order as it is now; money that a
// person must look at comes first.
void tenant_supervisor_state::settle(const order_command_ptr& command, const payment_link& paid,
                                     link_attempt attempt, const order_answer& answer) {
  desk_request request{confirmed(*paid.fact, paid.asked), {}, false, "system"};
  request.noticed_by = payment_hint::person;
  spawn_desks();
  hear_fact(
      orders_, std::move(request),
      [this, command, attempt, answer](const action_outcome& decided) {
        const bool is_open =
            attempt == link_attempt::first && decided.effect != action_effect::payment_review;
        if (is_open) check_out_again(command, answer);
        else finish_order(command, decided, answer);
      },
      fails(answer));
}

void tenant_supervisor_state::check_out_again(const order_command_ptr& command, const order_answer& answer) {
  auto& checkout = std::get<desk::start_checkout>(command->request.command);
  checkout.action_key.clear();
  checkout.target.version = 0;
  checkout.known = live_link::keep;
  command->request.action_key.clear();
  check_out(command, link_attempt::again, answer);
}

// The rows are in the table; the sender is told to look.
void tenant_supervisor_state::finish_order(const order_command_ptr& command, const action_outcome& outcome,
                                           const order_answer& answer) {
  answer.deliver(outcome);
  if (const auto& told = command->request.tell; told && outcome.accepted)
    look_for_unannounced({told->connection, told->customer});
  if (std::holds_alternative<desk::set_hold>(command->request.command)) expire();
}

caf::result<action_outcome> tenant_supervisor_state::issue_for_order(const order_invoice& wanted) {
  return when_loaded([this, wanted](const order_answer& answer) {
    self_->request(orders_, caf::infinite, order_query{conversation_id{}, wanted.order})
        .then(
            [this, wanted, answer](const order_found& found) {
              if (!found.subject)
                return answer.deliver(make_refusal(action_kind::send_invoice, refusal::not_found));
              self_
                  ->request(invoices_, caf::infinite,
                            issue_invoice{.subject = *found.subject,
                                          .actor = wanted.actor,
                                          .by = wanted.by,
                                          .kind = wanted.kind})
                  .then([answer](const action_outcome& outcome) { answer.deliver(outcome); }, fails(answer));
            },
            fails(answer));
  });
}

}  // namespace sellavie::actors
