#include "actors/payment_checker.hpp"

#include "actors/failure.hpp"

namespace sellavie::actors {

job_end end_after(const payment_checked& looked, const payment_check& wanted, const storage::claimed_job& job,
                  instant now) {
  if (looked.finished) return job_ends::completed_elsewhere{};
  const auto later = [&]() -> job_end { return job_ends::again_at{next_look(job.created_at, now)}; };
  switch (looked.outcome) {
    case check_outcome::open:
      if (wanted.is_poll) return later();
      break;
    case check_outcome::silent:
      if (wanted.is_poll) return later();
      return job_ends::failed{"provider_silent", {}};
    case check_outcome::unknown:
      if (wanted.is_poll) break;
      return job_ends::failed{"payment_unknown", {}};
    case check_outcome::settled:
    case check_outcome::strange: break;
  }
  return job_ends::done{};
}

void payment_checker_state::start(services_ptr node, tenant_registry_actor registry) {
  node_ = std::move(node);
  registry_ = std::move(registry);
}

void payment_checker_state::check(const check_for_job& asked) {
  auto wanted = read_check(asked.job.payload);
  if (!wanted) return asked.answer(job_ends::hopeless{"payload_unreadable"});
  if (!wanted->is_poll) wanted->finishes = asked.job.hold;
  wanted->is_last = asked.job.attempts > looks_for_the_unknown;
  self_->request(registry_, caf::infinite, check_business_payment{asked.job.hold.business, *wanted})
      .then(
          [this, asked, wanted = *wanted](const payment_checked& looked) {
            asked.answer(end_after(looked, wanted, asked.job, node_->now()));
          },
          [asked](const caf::error& failure) {
            asked.answer(job_ends::failed{std::string{to_string(code_of(failure))}, {}});
          });
}

// What is invented finds nothing in the table, and goes no further.
void payment_checker_state::welcome(const customer_returned& who) {
  if (visits_ >= most_visits) return who.tell(customer_news::waiting);
  ++visits_;
  self_
      ->request(node_->reader_of(who.business.value), caf::infinite, load_payment{who.business, who.reference})
      .then(
          [this, who](const found_payment& found) {
            if (found.row) look_for(who);
            else tell(who, customer_news::nothing_known);
          },
          [this, who](const caf::error&) { tell(who, customer_news::waiting); });
}

void payment_checker_state::look_for(const customer_returned& who) {
  self_
      ->request(registry_, caf::infinite,
                check_business_payment{who.business, {.reference = who.reference}})
      .then(
          [this, who](const payment_checked& looked) {
            tell(who, looked.is_paid ? customer_news::paid : customer_news::waiting);
          },
          [this, who](const caf::error&) { tell(who, customer_news::waiting); });
}

void payment_checker_state::tell(const customer_returned& who, customer_news news) {
  --visits_;
  who.tell(news);
}

payment_checker_actor::behavior_type payment_checker(payment_checker_state::pointer self, services_ptr node,
                                                     tenant_registry_actor registry) {
  auto& state = self->state;
  state.start(std::move(node), std::move(registry));
  return {
      [&state](const check_for_job& asked) { state.check(asked); },
      [&state](const customer_returned& who) { state.welcome(who); },
  };
}

job_kind payment_check_kind(const payment_checker_actor& checker) {
  return {.run = [checker](const storage::claimed_job& job,
                           job_answer answer) { caf::anon_send(checker, check_for_job{job, std::move(answer)}); },
          .policy = {.max_attempts = 20}};
}

}  // namespace sellavie::actors
