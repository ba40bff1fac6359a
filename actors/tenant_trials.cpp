// Trials of the training: they take places among the AI replies of the month, as chats do.

#include "actors/tenant_supervisor.hpp"

namespace sellavie::actors {

caf::result<reply_reserved> tenant_supervisor_state::reserve(const reserve_reply& wanted) {
  const auto answer = owe_answer<reply_reserved>(self_);
  when_ready(
      [this, wanted, answer] {
        if (!business_->ai_replies_per_month) return answer.deliver(reply_reserved{true});
        spawn_desks();
        self_->request(quota_, caf::infinite, wanted)
            .then([answer](const reply_reserved& reserved) { answer.deliver(reserved); }, fails(answer));
      },
      [answer](errc why) { answer.deliver(make_error(why)); });
  return answer.to_return();
}

// A desk that starts later counts what was committed.
void tenant_supervisor_state::end_trial(const reply_settled& ended) {
  if (quota_) self_->send(quota_, ended);
}

}  // namespace sellavie::actors
