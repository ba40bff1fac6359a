// Looks at payments: event, poll or return -> the provider's word -> the order desk (tenant_supervisor.hpp, "Payments").

#include "actors/checkout.hpp"
#include "actors/money_records.hpp"
#include "actors/tenant_supervisor.hpp"

namespace sellavie::actors {
namespace {

constexpr std::chrono::seconds patience{10};

std::string actor_of(const asked_account& asked) {
  return "provider:" + std::string{to_string(asked.provider)};
}

/// What the desk made of the provider's word.
check_outcome outcome_of(const action_outcome& decided) {
  const bool is_open =
      decided.effect == action_effect::payment_pending || decided.effect == action_effect::payment_failed;
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
                      fetch_payment{wanted.reference, wanted.transaction, wanted.connection,
                                    dependencies_.node->now() + patience})
            .then([this, wanted, answer](const payment_truth& truth) { weigh(wanted, truth, answer); },
                  [answer](const caf::error& failure) { answer.deliver(told_as_ours(failure)); });
      },
      [answer](errc why) { answer.deliver(make_error(why)); });
  return answer.to_return();
}

void tenant_supervisor_state::weigh(const payment_check& wanted, const payment_truth& truth,
                                    const check_answer& answer) {
  const bool may_become_known = !wanted.reference.empty() && !truth.is_known && !wanted.is_last;
  if (may_become_known) return answer.deliver(payment_checked{check_outcome::unknown});
  if (!truth.asked) return answer.deliver(payment_checked{check_outcome::strange});
  if (!truth.fact) return answer.deliver(payment_checked{check_outcome::silent});
  const auto ours = parse_payment_reference(truth.fact->reference);
  if (!ours) return answer.deliver(payment_checked{check_outcome::strange});
  if (truth.fact->status != payment_status::success) return settle_fact(wanted, truth, std::nullopt, answer);
  self_
      ->request(dependencies_.node->reader_of(business_->id.value), caf::infinite,
                load_recipient{business_->id, ours->order})
      .then(
          [this, wanted, truth, answer](const found_recipient& found) {
            std::optional<customer_notice> tell;
            if (const auto& whom = found.whom)
              tell = customer_notice{whom->conversation, whom->connection, whom->customer, {}, true};
            settle_fact(wanted, truth, std::move(tell), answer);
          },
          [answer](const caf::error& failure) { answer.deliver(told_as_ours(failure)); });
}

void tenant_supervisor_state::settle_fact(const payment_check& wanted, const payment_truth& truth,
                                          std::optional<customer_notice> tell, const check_answer& answer) {
  spawn_desks();
  auto fact = *truth.fact;
  fact.is_disputed = fact.is_disputed || wanted.kind == check_kind::dispute;
  desk_request request{confirmed(fact, *truth.asked), {}, false, actor_of(*truth.asked)};
  request.finishes = wanted.finishes;
  request.tell = tell;
  self_->request(orders_, caf::infinite, std::move(request))
      .then(
          [this, tell, wanted, fact, answer](const action_outcome& decided) {
            if (tell && decided.accepted) look_for_unannounced({tell->connection, tell->customer});
            if (wanted.kind == check_kind::refund) return look_at_refunds(wanted, fact, answer);
            answer.deliver(payment_checked{outcome_of(decided), wanted.finishes.has_value(),
                                           decided.effect == action_effect::payment_confirmed});
          },
          [answer](const caf::error& failure) { answer.deliver(told_as_ours(failure)); });
}

// Of money that nobody has written down there is nothing to follow.
void tenant_supervisor_state::look_at_refunds(const payment_check& wanted, const payment_fact& fact,
                                              const check_answer& answer) {
  const auto otherwise = [answer](const caf::error& failure) { answer.deliver(told_as_ours(failure)); };
  self_
      ->request(dependencies_.node->reader_of(business_->id.value), caf::infinite,
                storage::money_question{
                    .business = business_->id, .reference = fact.reference, .transaction = fact.transaction})
      .then(
          [this, wanted, answer, otherwise](const shared<storage::stored_money_rows>& rows) {
            const auto money = to_money(*rows);
            const auto done = [answer] { answer.deliver(payment_checked{check_outcome::settled}); };
            if (money && money->payment) hear_refunds(*money->payment, done, otherwise);
            else done();
          },
          otherwise);
}

}  // namespace sellavie::actors
