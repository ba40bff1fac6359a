// A refund on its way: the desk writes that it is begun -> the provider is asked -> the desk hears what it said. In doubt
// the payment's refunds are listed before anything is repeated (protocol/domain/desk_money.hpp R30 to R33).

#include "actors/money_records.hpp"
#include "actors/tenant_supervisor.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::actors {
namespace {

constexpr std::chrono::seconds patience_with_refund{20};
/// A little later than a call counts as having arrived or not (desk_settings::refund_settle_time).
constexpr std::chrono::minutes doubt_rest{3};
/// Until it is looked whether a person has released it.
constexpr std::chrono::minutes dispute_rest{60};

const refund* find(const stored_money& money, const refund_id& id) {
  for (const refund& one : money.refunds)
    if (one.id == id) return &one;
  return nullptr;
}

payment_connection_id connection_of(const payment_record& payment) {
  const auto id = parse_uuid(payment.from.connection);
  return id ? payment_connection_id{*id} : payment_connection_id{};
}

}  // namespace

instant next_refund_look(const refund& subject, instant now) noexcept {
  const auto age = now - subject.requested_at;
  if (age < std::chrono::minutes{2}) return now + std::chrono::seconds{20};
  if (age < std::chrono::minutes{10}) return now + std::chrono::minutes{1};
  if (age < std::chrono::hours{1}) return now + std::chrono::minutes{10};
  if (age < std::chrono::hours{24}) return now + std::chrono::hours{1};
  return now + std::chrono::hours{6};
}

caf::result<refund_ran> tenant_supervisor_state::run(const run_refund& wanted) {
  const auto answer = owe_answer<refund_ran>(self_);
  when_ready(
      [this, wanted, answer] {
        with_refund(wanted.refund, answer, [this, answer](const stored_money& money, const refund& subject) {
          if (subject.state == refund_state::approved) return begin_refund(money, subject, answer);
          if (is_under_way(subject.state))
            return hear_refunds(
                *money.payment, payment_hint::poll,
                [this, id = subject.id, answer] { rest_after(id, answer); }, fails(answer));
          answer.deliver(refund_ran{});
        });
      },
      [answer](errc why) { answer.deliver(make_error(why)); });
  return answer.to_return();
}

// A refund that is not there, or that nothing can be read of, is no work.
void tenant_supervisor_state::with_refund(const refund_id& id, const refund_answer& answer,
                                          refund_handler then) {
  self_
      ->request(dependencies_.node->reader_of(business_->id.value), caf::infinite,
                storage::money_question{.business = business_->id, .refund = id})
      .then(
          [id, answer, then = std::move(then)](const shared<storage::stored_money_rows>& rows) {
            const auto money = to_money(*rows);
            const auto* subject = money ? find(*money, id) : nullptr;
            if (subject == nullptr || !money->payment) return answer.deliver(refund_ran{});
            then(*money, *subject);
          },
          fails(answer));
}

void tenant_supervisor_state::tell_desk(desk_command command, std::function<void(const action_outcome&)> then,
                                        failure_handler otherwise, std::optional<payment_hint> noticed_by) {
  desk_request request{std::move(command), {}, false, "system"};
  request.noticed_by = noticed_by;
  spawn_desks();
  self_->request(orders_, caf::infinite, std::move(request)).then(std::move(then), std::move(otherwise));
}

void tenant_supervisor_state::begin_refund(const stored_money& money, const refund& subject,
                                           const refund_answer& answer) {
  tell_desk(
      desk::begin_refund{subject.id},
      [this, payment = *money.payment, subject, answer](const action_outcome& begun) {
        // Somebody was faster: what became of it is read anew. A dispute holds it up until it is released.
        const bool is_held = begun.why == refusal::disputed;
        const auto rest = is_held ? dispute_rest : std::chrono::minutes{0};
        if (!begun.accepted) return answer.deliver(refund_ran{dependencies_.node->now() + rest});
        storage::fault_point("refund.begun");
        call_refund(payment, subject, begun.attempt, answer);
      },
      fails(answer));
}

void tenant_supervisor_state::call_refund(const payment_record& payment, const refund& subject,
                                          std::int32_t attempt, const refund_answer& answer) {
  const send_refund wanted{{payment.transaction, subject.amount, refund_key(subject.id)},
                           connection_of(payment),
                           dependencies_.node->now() + patience_with_refund};
  self_->request(payments_, caf::infinite, wanted)
      .then(
          [this, payment, subject, attempt, answer](const refund_sent& sent) {
            storage::fault_point("refund.answered");
            switch (sent.call) {
              case refund_call::answered:
                return tell_desk(
                    desk::confirm_refund{payment.id, *sent.fact, subject.id},
                    [this, id = subject.id, answer](const action_outcome&) { rest_after(id, answer); },
                    fails(answer));
              case refund_call::refused:
                // Of a repeated call that may say no more than that an earlier one has come through.
                if (attempt > 1) break;
                return tell_desk(
                    desk::refuse_refund{subject.id, attempt, sent.code},
                    [answer](const action_outcome&) { answer.deliver(refund_ran{}); }, fails(answer));
              case refund_call::in_doubt:
              case refund_call::not_sent: break;
            }
            answer.deliver(refund_ran{dependencies_.node->now() + doubt_rest});
          },
          fails(answer));
}

void tenant_supervisor_state::hear_refunds(const payment_record& payment, payment_hint noticed_by,
                                           const std::function<void()>& then,
                                           const failure_handler& otherwise) {
  const instant begun = dependencies_.node->now();
  self_
      ->request(payments_, caf::infinite,
                list_refunds{payment.transaction, payment.received.currency, connection_of(payment),
                             begun + patience_with_refund})
      .then(
          [this, payment = payment.id, noticed_by, begun, then, otherwise](const refunds_listed& listed) {
            tell_refunds(std::make_shared<refund_words>(refund_words{
                payment, noticed_by, listed.refunds, listed.is_complete, begun, then, otherwise}));
          },
          otherwise);
}

// One after another: that these were all is true only when the desk has taken each of them.
void tenant_supervisor_state::tell_refunds(const std::shared_ptr<refund_words>& words) {
  if (words->told == words->refunds.size()) {
    const auto listing = words->are_all ? refund_listing::complete : refund_listing::in_vain;
    return tell_desk(
        desk::settle_doubt{words->payment, listing, words->begun},
        [words](const action_outcome&) { words->then(); }, words->otherwise, words->noticed_by);
  }
  tell_desk(
      desk::confirm_refund{words->payment, words->refunds[words->told], {}},
      [this, words](const action_outcome& decided) {
        words->are_all = words->are_all && decided.accepted;
        ++words->told;
        tell_refunds(words);
      },
      words->otherwise, words->noticed_by);
}

void tenant_supervisor_state::rest_after(const refund_id& id, const refund_answer& answer) {
  with_refund(id, answer, [this, answer](const stored_money&, const refund& subject) {
    const instant now = dependencies_.node->now();
    if (subject.state == refund_state::approved) return answer.deliver(refund_ran{now});
    if (subject.state == refund_state::sending) return answer.deliver(refund_ran{now + doubt_rest});
    const bool is_followed = is_under_way(subject.state) && now - subject.requested_at < refunds_are_followed;
    if (!is_followed) return answer.deliver(refund_ran{});
    answer.deliver(refund_ran{next_refund_look(subject, now)});
  });
}

// --- links -----------------------------------------------------------------------------------------

caf::result<link_end> tenant_supervisor_state::expire_payment_link(const expire_link& wanted) {
  const auto answer = owe_answer<link_end>(self_);
  when_ready(
      [this, wanted, answer] {
        spawn_desks();
        self_
            ->request(payments_, caf::infinite,
                      expire_link{wanted.reference, dependencies_.node->now() + patience_with_refund})
            .then([answer](link_end end) { answer.deliver(end); }, fails(answer));
      },
      [answer](errc why) { answer.deliver(make_error(why)); });
  return answer.to_return();
}

}  // namespace sellavie::actors
