// Looks at payments: event, poll or return -> the provider's word -> the order desk (tenant_supervisor.hpp, "Payments").

#include "actors/checkout.hpp"
#include "actors/money_records.hpp"
#include "actors/tenant_supervisor.hpp"

namespace sellavie::actors {
namespace {

constexpr std::chrono::seconds patience_with_provider{10};

std::string actor_of(const asked_account& asked) {
  return "provider:" + std::string{to_string(asked.provider)};
}

/// What the desk made of the provider's word. Money on its way may come to an order that is closed by now.
check_outcome outcome_of(const payment_fact& fact, const action_outcome& decided) {
  const bool is_open = fact.status == payment_status::pending ||
                       decided.effect == action_effect::payment_pending ||
                       decided.effect == action_effect::payment_failed;
  return is_open ? check_outcome::open : check_outcome::settled;
}

}  // namespace

// Work for a business that is loaded, or will be.
void tenant_supervisor_state::when_ready(std::function<void()> work,
                                         const std::function<void(errc)>& otherwise) {
  if (business_) return work();
  if (!loading_) return otherwise(errc::unavailable);
  if (desk_work_before_load_.size() >= waiting_per_business) return otherwise(errc::overloaded);
  desk_work_before_load_.emplace_back(std::move(work));
}

caf::result<payment_checked> tenant_supervisor_state::check_payment(const payment_check& wanted) {
  const auto answer = owe_answer<payment_checked>(self_);
  when_ready(
      [this, wanted, answer] {
        spawn_desks();
        self_
            ->request(payments_, caf::infinite,
                      fetch_payment{.reference = wanted.reference,
                                    .transaction = wanted.transaction,
                                    .connection = wanted.connection,
                                    .may_become_known = !wanted.reference.empty() && !wanted.is_last,
                                    .deadline = dependencies_.node->now() + patience_with_provider})
            .then([this, wanted, answer](const payment_truth& truth) { weigh(wanted, truth, answer); },
                  fails(answer));
      },
      [answer](errc why) { answer.deliver(make_error(why)); });
  return answer.to_return();
}

void tenant_supervisor_state::weigh(const payment_check& wanted, const payment_truth& truth,
                                    const check_answer& answer) {
  if (truth.is_unread) return answer.deliver(payment_checked{check_outcome::silent});
  if (truth.is_of_another) return answer.deliver(payment_checked{check_outcome::strange});
  const bool may_become_known = !wanted.reference.empty() && !truth.is_known && !wanted.is_last;
  if (may_become_known) return answer.deliver(payment_checked{check_outcome::unknown});
  if (!truth.asked) return answer.deliver(payment_checked{check_outcome::strange});
  if (!truth.fact) return answer.deliver(payment_checked{check_outcome::silent});
  if (!parse_payment_reference(truth.fact->reference))
    return answer.deliver(payment_checked{check_outcome::strange});
  const bool is_looked_up = truth.is_known || truth.fact->reference == wanted.reference;
  if (is_looked_up) return settle(wanted, truth, answer);
  // Two shops may share an account: what is another's is booked there, by its own event or poll.
  self_
      ->request(dependencies_.node->reader_of(business_->id.value), caf::infinite,
                load_payment{business_->id, truth.fact->reference})
      .then(
          [this, wanted, truth, answer](const found_payment& found) {
            if (found.is_of_another) answer.deliver(payment_checked{check_outcome::strange});
            else settle(wanted, truth, answer);
          },
          fails(answer));
}

void tenant_supervisor_state::settle(const payment_check& wanted, const payment_truth& truth,
                                     const check_answer& answer) {
  auto fact = *truth.fact;
  fact.is_disputed = fact.is_disputed || wanted.kind == check_kind::dispute;
  desk_request request{confirmed(fact, *truth.asked), {}, false, actor_of(*truth.asked)};
  request.finishes = wanted.finishes;
  request.noticed_by = wanted.noticed_by;
  spawn_desks();
  hear_fact(
      orders_, std::move(request),
      [this, wanted, fact, answer](const action_outcome& decided) {
        if (wanted.kind == check_kind::refund) return look_at_refunds(wanted, fact, answer);
        answer.deliver(
            payment_checked{outcome_of(fact, decided), decided.effect == action_effect::payment_confirmed});
      },
      fails(answer));
}

// Only money that has come can be news to the customer.
void tenant_supervisor_state::hear_fact(const order_desk_actor& desk, desk_request request, desk_handler then,
                                        failure_handler otherwise) {
  const auto& fact = std::get<desk::confirm_payment>(request.command).fact;
  const auto ours = parse_payment_reference(fact.reference);
  const auto tell_the_desk = [this, desk, then = std::move(then), otherwise](desk_request& told) {
    const auto tell = told.tell;
    self_->request(desk, caf::infinite, std::move(told))
        .then(
            [this, tell, then](const action_outcome& decided) {
              if (tell && decided.accepted) look_for_unannounced({tell->connection, tell->customer});
              then(decided);
            },
            otherwise);
  };
  if (!ours || fact.status != payment_status::success) return tell_the_desk(request);
  self_
      ->request(dependencies_.node->reader_of(business_->id.value), caf::infinite,
                load_recipient{business_->id, ours->order})
      .then(
          [request = std::make_shared<desk_request>(std::move(request)),
           tell_the_desk](const found_recipient& found) {
            if (const auto& whom = found.whom)
              request->tell = customer_notice{whom->conversation, whom->connection, whom->customer, {}, true};
            tell_the_desk(*request);
          },
          otherwise);
}

// Of money that nobody has written down there is nothing to follow.
void tenant_supervisor_state::look_at_refunds(const payment_check& wanted, const payment_fact& fact,
                                              const check_answer& answer) {
  const auto otherwise = fails(answer);
  self_
      ->request(dependencies_.node->reader_of(business_->id.value), caf::infinite,
                storage::money_question{
                    .business = business_->id, .reference = fact.reference, .transaction = fact.transaction})
      .then(
          [this, wanted, answer, otherwise](const shared<storage::stored_money_rows>& rows) {
            const auto money = to_money(*rows);
            const auto done = [answer] { answer.deliver(payment_checked{check_outcome::settled}); };
            if (money && money->payment) hear_refunds(*money->payment, wanted.noticed_by, done, otherwise);
            else done();
          },
          otherwise);
}

}  // namespace sellavie::actors
