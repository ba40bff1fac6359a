// A person's commands on their way to the order desk (tenant_supervisor.hpp, "Desk").

#include "actors/tenant_supervisor.hpp"

namespace sellavie::actors {

caf::result<action_outcome> tenant_supervisor_state::when_loaded(
    std::function<void(const order_answer&)> work) {
  const auto answer = owe_answer<action_outcome>(self_);
  when_ready(
      [this, answer, work = std::move(work)] {
        spawn_desks();
        work(answer);
      },
      [answer](errc why) { answer.deliver(make_error(why)); });
  return answer.to_return();
}

caf::error tenant_supervisor_state::told_as_ours(const caf::error& failure) {
  return failure.category() == caf::atom("sellavie") ? failure : make_error(errc::unavailable);
}

void tenant_supervisor_state::ask_desk(desk_request request, std::function<void(const action_outcome&)> then,
                                       const order_answer& answer) {
  spawn_desks();
  self_->request(orders_, caf::infinite, std::move(request)).then(std::move(then), fails(answer));
}

caf::result<action_outcome> tenant_supervisor_state::forward_to_desk(desk_request& request) {
  return when_loaded([this, wanted = std::move(request)](const order_answer& answer) {
    ask_desk(
        wanted, [answer](const action_outcome& outcome) { answer.deliver(outcome); }, answer);
  });
}

// A desk that starts later reads the table then; one that dies on it is loaded anew.
caf::result<products_refreshed> tenant_supervisor_state::refresh_desk() {
  if (!orders_) return products_refreshed{};
  const auto answer = owe_answer<products_refreshed>(self_);
  self_->request(orders_, caf::infinite, refresh_products{})
      .then([answer](const products_refreshed& done) { answer.deliver(done); },
            [answer](const caf::error&) { answer.deliver(products_refreshed{}); });
  return answer.to_return();
}

}  // namespace sellavie::actors
