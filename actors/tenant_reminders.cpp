// Reminds customers of payment links (tenant_supervisor.hpp, "Reminders"): order -> chat -> provider -> desk, which tells
// the customer in its commit.

#include "actors/tenant_supervisor.hpp"
#include "protocol/channel/window.hpp"
#include "protocol/payment/port.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::actors {
namespace {

constexpr std::chrono::seconds patience_with_reminder{10};
/// The provider was silent, or the order changed while we looked.
constexpr std::chrono::minutes look_again{2};
/// Of the send window: the row still has to be sent.
constexpr std::chrono::minutes margin{1};

/// R5.
bool may_be_told(const storage::reminder_record& about, const channel_account* account, instant now) {
  const bool is_unreachable = about.unreachable_since > about.last_customer_at;
  if (account == nullptr || !account->usable || !about.has_ai || is_unreachable) return false;
  const auto window = channel::decide_window(channel::sender_kind::system, about.last_customer_at,
                                             now + margin, account->channel);
  return std::holds_alternative<channel::send_permit>(window);
}

bool is_live(const order& subject) {
  return subject.status == order_status::awaiting_payment && !subject.payment_url.empty();
}

/// Nobody can pay by it any more. Where links are not ended, somebody who tried in vain may try again.
bool is_over(const payment_truth& truth) {
  const bool is_failed = truth.fact->status == payment_status::failed;
  return truth.fact->status == payment_status::refunded ||
         (is_failed && payment::port_of(truth.asked->provider).expires_links);
}

/// R6.
bool has_money(payment_status status) {
  return status == payment_status::success || status == payment_status::pending;
}

}  // namespace

caf::result<reminder_ran> tenant_supervisor_state::remind(const remind_customer& wanted) {
  const auto answer = owe_answer<reminder_ran>(self_);
  when_ready(
      [this, order = wanted.order, answer] {
        spawn_desks();
        self_->request(orders_, caf::infinite, order_query{conversation_id{}, order})
            .then(
                [this, answer](const order_found& found) {
                  if (!found.subject || !is_live(*found.subject)) return answer.deliver(reminder_ran{});
                  look_at_chat(*found.subject, answer);
                },
                fails(answer));
      },
      [answer](errc why) { answer.deliver(make_error(why)); });
  return answer.to_return();
}

void tenant_supervisor_state::look_at_chat(const order& subject, const reminder_answer& answer) {
  self_
      ->request(dependencies_.node->reader_of(business_->id.value), caf::infinite,
                load_reminder{business_->id, subject.id})
      .then(
          [this, subject, answer](const found_reminder& found) {
            if (!found.about) return answer.deliver(reminder_ran{});
            const auto& about = *found.about;
            const auto now = dependencies_.node->now();
            const auto step =
                next_reminder(business_->reminders, {about.link_made_at, subject.reserved_until},
                              {about.told, about.last_told_at}, now);
            if (!step.is_due || !payments_ ||
                !may_be_told(about, business_->account(about.whom.connection), now))
              return answer.deliver(reminder_ran{step.again_at});
            ask_before_reminding({subject, about, step.again_at}, answer);
          },
          fails(answer));
}

void tenant_supervisor_state::ask_before_reminding(const due_reminder& due, const reminder_answer& answer) {
  const auto& reference = due.subject.payment_reference;
  const auto deadline = dependencies_.node->now() + patience_with_reminder;
  self_->request(payments_, caf::infinite, fetch_payment{.reference = reference, .deadline = deadline})
      .then(
          [this, due, answer](const payment_truth& truth) {
            if (!truth.fact) return answer.deliver(reminder_ran{dependencies_.node->now() + look_again});
            if (is_over(truth)) return answer.deliver(reminder_ran{});
            if (!has_money(truth.fact->status)) return tell_reminder(due, answer);
            // Whoever looks at payments settles it, and tells its customer.
            self_
                ->request(tenant_supervisor_actor{self_}, caf::infinite,
                          payment_check{.reference = truth.fact->reference})
                .then([due, answer](const payment_checked&) { answer.deliver(reminder_ran{due.next_at}); },
                      fails(answer));
          },
          fails(answer));
}

// The desk decides on the order as it is then, and keeps the reminder under its key.
void tenant_supervisor_state::tell_reminder(const due_reminder& due, const reminder_answer& answer) {
  const auto& whom = due.about.whom;
  const auto key = reminder_key(due.subject.id, due.about.told + 1);
  desk_request request{desk::remind_of_checkout{key, {{}, due.subject.id, due.subject.version}}, key, true,
                       "system"};
  request.tell = customer_notice{.conversation = whom.conversation,
                                 .connection = whom.connection,
                                 .customer = whom.customer,
                                 .as = "reminded",
                                 .by_other_ways = false};
  spawn_desks();
  self_->request(orders_, caf::infinite, std::move(request))
      .then(
          [this, due, answer](const action_outcome& decided) {
            if (!decided.accepted)
              return answer.deliver(reminder_ran{dependencies_.node->now() + look_again});
            storage::fault_point("reminder.told");
            look_for_unannounced({due.about.whom.connection, due.about.whom.customer});
            answer.deliver(reminder_ran{due.next_at});
          },
          fails(answer));
}

}  // namespace sellavie::actors
