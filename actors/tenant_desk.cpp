// A person's commands on their way to the order desk (tenant_supervisor.hpp, "Desk").

#include "actors/tenant_supervisor.hpp"

namespace sellavie::actors {

caf::result<action_outcome> tenant_supervisor_state::forward_to_desk(desk_request& request) {
  waiting_request one{std::move(request), owe_answer<action_outcome>(self_)};
  auto answer = one.answer.to_return();
  if (business_) ask_desk(std::move(one));
  else if (!loading_) one.answer.deliver(make_error(errc::unavailable));
  else if (desk_requests_before_load_.size() >= waiting_per_business)
    one.answer.deliver(make_error(errc::overloaded));
  else desk_requests_before_load_.push_back(std::move(one));
  return answer;
}

void tenant_supervisor_state::ask_desk(waiting_request request) {
  spawn_desks();
  self_->request(orders_, caf::infinite, std::move(request.wanted))
      .then([answer = request.answer](const action_outcome& outcome) { answer.deliver(outcome); },
            [answer = request.answer](const caf::error& failure) {
              const bool is_ours = failure.category() == caf::atom("sellavie");
              answer.deliver(is_ours ? failure : make_error(errc::unavailable));
            });
}

void tenant_supervisor_state::ask_desk_after_load() {
  for (waiting_request& one : std::exchange(desk_requests_before_load_, {})) ask_desk(std::move(one));
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
