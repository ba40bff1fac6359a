#include "actors/payment_worker.hpp"

#include <nlohmann/json.hpp>

#include "actors/failure.hpp"
#include "actors/money_records.hpp"

namespace sellavie::actors {
namespace {

job_end unreadable() { return job_ends::hopeless{"payload_unreadable"}; }

job_end failed(const caf::error& failure) {
  return job_ends::failed{std::string{to_string(code_of(failure))}, {}};
}

std::string text_in(const storage::claimed_job& job, const char* name) {
  const auto payload = nlohmann::json::parse(job.payload, nullptr, false);
  const auto found = payload.is_object() ? payload.find(name) : payload.end();
  return found != payload.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

job_end end_after(const payment_checked& looked, const payment_check& wanted, const storage::claimed_job& job,
                  instant now) {
  const bool is_poll = wanted.noticed_by == payment_hint::poll;
  const bool is_repeated = is_poll && now - job.created_at < polls_go_on;
  const auto later = [&]() -> job_end { return job_ends::again_at{next_look(job.created_at, now)}; };
  switch (looked.outcome) {
    case check_outcome::open:
      if (is_repeated) return later();
      break;
    case check_outcome::silent:
      if (is_repeated) return later();
      return job_ends::failed{"provider_silent", {}};
    case check_outcome::unknown:
      if (is_poll) break;
      return job_ends::failed{"payment_unknown", {}};
    case check_outcome::settled:
    case check_outcome::strange: break;
  }
  return job_ends::done{};
}

void payment_worker_state::start(services_ptr node, tenant_registry_actor registry) {
  node_ = std::move(node);
  registry_ = std::move(registry);
}

void payment_worker_state::carry_out(const payment_work& work) {
  if (work.job.kind == payment_check_job) check(work);
  else if (work.job.kind == refund_job) run_refund(work);
  else if (work.job.kind == credit_note_job) credit(work);
  else if (work.job.kind == reminder_job) remind(work);
  else end_link(work);
}

void payment_worker_state::check(const payment_work& work) {
  auto wanted = read_check(work.job.payload);
  if (!wanted) return work.answer(unreadable());
  // Refunds are many words: the job ends when all of them were heard.
  const bool is_event = wanted->noticed_by == payment_hint::event;
  if (is_event && wanted->kind != check_kind::refund) wanted->finishes = work.job.hold;
  wanted->is_last = work.job.attempts > looks_for_the_unknown;
  self_->request(registry_, caf::infinite, check_business_payment{work.job.hold.business, *wanted})
      .then(
          [this, work, wanted = *wanted](const payment_checked& looked) {
            work.answer(end_after(looked, wanted, work.job, node_->now()));
          },
          [work](const caf::error& failure) { work.answer(failed(failure)); });
}

void payment_worker_state::run_refund(const payment_work& work) {
  const auto id = parse_uuid(text_in(work.job, "refund"));
  if (!id) return work.answer(unreadable());
  self_
      ->request(registry_, caf::infinite,
                run_business_refund{work.job.hold.business, actors::run_refund{refund_id{*id}}})
      .then(
          [work](const refund_ran& ran) {
            if (ran.again_at) work.answer(job_ends::again_at{*ran.again_at});
            else work.answer(job_ends::done{});
          },
          [work](const caf::error& failure) { work.answer(failed(failure)); });
}

// Money that came by a link which was not open any more is looked for at once.
void payment_worker_state::end_link(const payment_work& work) {
  const auto reference = text_in(work.job, "reference");
  if (reference.empty()) return work.answer(unreadable());
  const auto business = work.job.hold.business;
  self_->request(registry_, caf::infinite, expire_business_link{business, {reference, {}}})
      .then(
          [this, work, business, reference](link_end end) {
            if (end == link_end::silent) return work.answer(job_ends::failed{"provider_silent", {}});
            if (end == link_end::over) return work.answer(job_ends::done{});
            self_
                ->request(registry_, caf::infinite,
                          check_business_payment{business, {.reference = reference}})
                .then([work](const payment_checked&) { work.answer(job_ends::done{}); },
                      [work](const caf::error& failure) { work.answer(failed(failure)); });
          },
          [work](const caf::error& failure) { work.answer(failed(failure)); });
}

// One after the other until none is due; without an invoice there is nothing to correct.
void payment_worker_state::credit(const payment_work& work) {
  const auto id = parse_uuid(text_in(work.job, "order"));
  if (!id) return work.answer(unreadable());
  self_
      ->request(
          registry_, caf::infinite,
          invoice_order{work.job.hold.business, {order_id{*id}, "system", {}, invoice_kind::credit_note}})
      .then(
          [this, work](const action_outcome& issued) {
            if (issued.accepted) credit(work);
            else work.answer(job_ends::done{});
          },
          [work](const caf::error& failure) { work.answer(failed(failure)); });
}

void payment_worker_state::remind(const payment_work& work) {
  const auto id = parse_uuid(text_in(work.job, "order"));
  if (!id) return work.answer(unreadable());
  self_
      ->request(registry_, caf::infinite,
                remind_business_customer{work.job.hold.business, remind_customer{order_id{*id}}})
      .then(
          [work](const reminder_ran& ran) {
            if (ran.again_at) work.answer(job_ends::again_at{*ran.again_at});
            else work.answer(job_ends::done{});
          },
          [work](const caf::error& failure) { work.answer(failed(failure)); });
}

// What is invented finds nothing in the table, and goes no further.
void payment_worker_state::welcome(const customer_returned& who) {
  if (visits_ >= most_visits) return who.tell(customer_news::waiting);
  ++visits_;
  self_
      ->request(node_->reader_of(who.business.value), caf::infinite,
                load_payment{who.business, who.reference})
      .then(
          [this, who](const found_payment& found) {
            if (found.row) look_for(who);
            else tell(who, customer_news::nothing_known);
          },
          [this, who](const caf::error&) { tell(who, customer_news::waiting); });
}

void payment_worker_state::look_for(const customer_returned& who) {
  self_
      ->request(registry_, caf::infinite,
                check_business_payment{
                    who.business, {.reference = who.reference, .noticed_by = payment_hint::customer_return}})
      .then(
          [this, who](const payment_checked& looked) {
            tell(who, looked.is_paid ? customer_news::paid : customer_news::waiting);
          },
          [this, who](const caf::error&) { tell(who, customer_news::waiting); });
}

void payment_worker_state::tell(const customer_returned& who, customer_news news) {
  --visits_;
  who.tell(news);
}

payment_worker_actor::behavior_type payment_worker(payment_worker_state::pointer self, services_ptr node,
                                                   tenant_registry_actor registry) {
  auto& state = self->state;
  state.start(std::move(node), std::move(registry));
  return {
      [&state](const payment_work& work) { state.carry_out(work); },
      [&state](const customer_returned& who) { state.welcome(who); },
  };
}

void add_payment_kinds(job_kinds& kinds, const payment_worker_actor& worker) {
  const job_handler run = [worker](const storage::claimed_job& job, job_answer answer) {
    caf::anon_send(worker, payment_work{job, std::move(answer)});
  };
  for (const auto kind : {payment_check_job, refund_job, credit_note_job, reminder_job, link_end_job})
    kinds.emplace(std::string{kind}, job_kind{.run = run, .policy = {.max_attempts = 20}});
}

}  // namespace sellavie::actors
