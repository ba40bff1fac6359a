#include "actors/checkout.hpp"

namespace sellavie::actors {

link_step step_after(link_outcome answer, link_attempt attempt) noexcept {
  const bool is_first = attempt == link_attempt::first;
  switch (answer) {
    case link_outcome::made: return link_step::record;
    case link_outcome::already_paid: return link_step::settle;
    case link_outcome::reference_taken: return is_first ? link_step::replace : link_step::drop;
    case link_outcome::failed: break;
  }
  return link_step::drop;
}

desk_command result_of(const action_outcome& started, const payment_link& link) {
  if (link.outcome == link_outcome::made)
    return desk::record_payment_link{started.order, started.payment_reference, link.url, link.id};
  return desk::fail_payment_link{started.order, started.payment_reference,
                                 std::string{to_string(link.outcome)}};
}

desk_command confirmed(payment_fact fact, const asked_account& asked, std::string action_key) {
  return desk::confirm_payment{std::move(action_key),
                               std::move(fact),
                               asked.mode,
                               {std::string{to_string(asked.provider)}, to_string(asked.connection)}};
}

bool needs_another_link(link_step taken, const action_outcome& stored, link_attempt attempt) noexcept {
  if (attempt == link_attempt::again) return false;
  return taken == link_step::replace || stored.why == refusal::stale;
}

}  // namespace sellavie::actors
