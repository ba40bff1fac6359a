#include "actors/llm_provider.hpp"

namespace sellavie::actors {
namespace {

using monitoring::attempt_result;

// An answer that cannot be awaited any longer is not worth a call.
constexpr std::chrono::milliseconds least_time{50};

attempt_result label(const llm::chat_result& outcome) {
  const auto* failure = std::get_if<llm::provider_failure>(&outcome);
  if (failure == nullptr) return attempt_result::answered;
  if (failure->status == 0)
    return failure->code == "timeout" ? attempt_result::timed_out : attempt_result::unreachable;
  if (failure->status == 429)
    return failure->kind == failure_class::failover_now ? attempt_result::quota
                                                        : attempt_result::rate_limited;
  if (failure->kind == failure_class::garbage) return attempt_result::unreadable;
  if (failure->kind == failure_class::failover_now) return attempt_result::quota;
  return failure->status >= 500 ? attempt_result::server_error : attempt_result::refused;
}

std::string_view reason_of(const outbound_response& response) {
  return response.reason.find("deadline") != std::string::npos ? "timeout" : "connect";
}

}  // namespace

void llm_provider_state::start(llm_provider_dependencies dependencies) {
  with_ = std::move(dependencies);
  settings_ = &with_.node->settings->llm.providers.find(with_.name)->second;
  breaker_ = breaker{with_.breaker};
}

caf::result<attempt_answer> llm_provider_state::attempt(model_attempt wanted) {
  waiting one{std::move(wanted), owe_answer<attempt_answer>(self_)};
  auto answer = one.answer.to_return();
  if (exchanges_.size() < static_cast<std::size_t>(settings_->concurrency)) call(std::move(one));
  else if (queue_.size() < static_cast<std::size_t>(settings_->queue)) queue_.push_back(std::move(one));
  else decline(one, false);
  return answer;
}

void llm_provider_state::decline(waiting& one, bool has_room) {
  one.answer.deliver(attempt_answer{attempt_declined{breaker_.ready_at(with_.node->now()), has_room}});
}

void llm_provider_state::call(waiting one) {
  const instant now = with_.node->now();
  const auto permit = breaker_.try_acquire(now);
  if (!permit) return decline(one, true);
  const auto rest = one.attempt.deadline - now;
  if (rest < least_time) {
    // It waited here too long: that is load, no failure of the provider.
    breaker_.on_abandoned(*permit, now);
    return decline(one, false);
  }
  outbound_request request{.method = "POST",
                           .url = settings_->base_url + std::string{llm::request_path(with_.profile)},
                           .headers = llm::request_headers(with_.profile, settings_->api_key.reveal()),
                           .body = llm::encode_request(with_.profile, *one.attempt.request),
                           .timeout = rest};
  exchanges_.begin(
      *with_.node->outside, std::move(request), llm_provider_actor{self_},
      [this, held = std::make_shared<waiting>(std::move(one)), permit = *permit,
       begun = now](outbound_response& response) {
        with_.node->metrics->provider(with_.name).attempt_time().observe(with_.node->now() - begun);
        on_response(*held, permit, response);
      });
}

void llm_provider_state::on_response(waiting& one, breaker_permit permit, const outbound_response& response) {
  llm::chat_result outcome = response.outcome == transport_outcome::answered
                                 ? llm::decode_response(with_.profile, response.status, response.headers,
                                                        response.body, with_.node->now())
                                 : llm::chat_result{llm::no_answer(reason_of(response))};
  settle(permit, outcome);
  attempt_answer answer;
  if (auto* completion = std::get_if<llm::chat_completion>(&outcome)) answer.what = std::move(*completion);
  else answer.what = std::move(std::get<llm::provider_failure>(outcome));
  one.answer.deliver(std::move(answer));
  next();
}

void llm_provider_state::settle(breaker_permit permit, const llm::chat_result& outcome) {
  const instant now = with_.node->now();
  const auto& metrics = with_.node->metrics->provider(with_.name);
  metrics.attempts(label(outcome)).increment();
  const auto* failure = std::get_if<llm::provider_failure>(&outcome);
  if (failure == nullptr) {
    breaker_.on_success(permit, now);
  } else {
    switch (failure->kind) {
      case failure_class::retry_same_then_failover:
      case failure_class::garbage: breaker_.on_failure(permit, now, failure->retry_after); break;
      case failure_class::failover_now:
        breaker_.on_fatal(permit, now, failure->retry_after);
        with_.node->log->error("provider_unusable", {{"provider", monitoring::code{with_.name}},
                                                     {"code", monitoring::code{failure->code}},
                                                     {"status", failure->status}});
        break;
      case failure_class::caller_bug:
      case failure_class::context_overflow:
      case failure_class::refusal: breaker_.on_abandoned(permit, now); break;
    }
  }
  metrics.show_breaker(static_cast<monitoring::breaker_state>(breaker_.state(now)));
}

void llm_provider_state::next() {
  while (!queue_.empty() && exchanges_.size() < static_cast<std::size_t>(settings_->concurrency)) {
    waiting one = std::move(queue_.front());
    queue_.pop_front();
    call(std::move(one));
  }
}

llm_provider_actor::behavior_type llm_provider(llm_provider_state::pointer self,
                                               llm_provider_dependencies dependencies) {
  auto& state = self->state;
  state.start(std::move(dependencies));
  return {
      [&state](model_attempt& wanted) { return state.attempt(std::move(wanted)); },
      [&state](transport_answer& answer) { state.finish(answer); },
  };
}

}  // namespace sellavie::actors
