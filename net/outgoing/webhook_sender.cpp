#include "net/outgoing/webhook_sender.hpp"

#include <array>

#include "protocol/outgoing/signature.hpp"

namespace sellavie::net {
namespace {

using namespace std::chrono_literals;
using outgoing::delivery_end;
using outgoing::endpoint_verdict;

constexpr std::chrono::milliseconds call_limit{10'000};
/// The answer says taken or not; its words are nobody's.
constexpr std::size_t largest_answer = 1'024;
/// While we are busy ourselves.
constexpr auto pause_when_full = 5s;
/// While a business has its share: from the first one to both together.
constexpr std::chrono::milliseconds least_pause_of_a_business{20'000};
constexpr std::chrono::milliseconds spread_of_a_business{40'000};

}  // namespace

struct webhook_sender::delivery {
  business_id business;
  storage::webhook_delivery_key key;
  answer done;
  storage::due_webhook due{};
};

webhook_sender::webhook_sender(webhook_sender_dependencies dependencies)
    : with_{std::move(dependencies)},
      store_{with_.database, "sellavie/webhooks"},
      desk_{1, with_.most_on_the_way, monitoring::gauge{}} {}

webhook_sender::~webhook_sender() { stop(); }

void webhook_sender::stop() { desk_.stop(); }

void webhook_sender::deliver(const business_id& business, std::string_view payload, answer done) {
  const auto key = storage::read_webhook_job(payload);
  if (!key) {
    with_.log->error("webhook_job_unreadable", {{}, business, {}}, {});
    return done(std::nullopt);
  }
  if (const auto again_at = take_place(business)) return done(again_at);
  const auto one = std::make_shared<delivery>(delivery{business, *key, std::move(done)});
  if (!desk_.submit([this, one](std::size_t) { look_up(one); })) put_off(one);
}

std::optional<instant> webhook_sender::take_place(const business_id& business) {
  const std::lock_guard hold{mutex_};
  if (on_the_way_ >= with_.most_on_the_way) return with_.time->now() + pause_when_full;
  auto& own = of_business_[business];
  if (own >= with_.most_of_a_business)
    return with_.time->now() + least_pause_of_a_business +
           std::chrono::floor<milliseconds>(with_.jitter() * spread_of_a_business);
  ++own;
  ++on_the_way_;
  return std::nullopt;
}

void webhook_sender::end(const delivery_ptr& one, std::optional<instant> again_at) {
  {
    const std::lock_guard hold{mutex_};
    --on_the_way_;
    const auto own = of_business_.find(one->business);
    if (--own->second == 0) of_business_.erase(own);
  }
  one->done(again_at);
}

void webhook_sender::put_off(const delivery_ptr& one) { end(one, with_.time->now() + pause_when_full); }

void webhook_sender::look_up(const delivery_ptr& one) {
  auto due = storage::find_due_webhook(store_, one->business, one->key, with_.time->now());
  if (!due) {
    with_.log->warning("webhook_not_found", {{}, one->business, {}}, {{"why", due.error()}});
    return put_off(one);
  }
  if (!due.value()) return end(one, std::nullopt);
  one->due = *std::move(due.value());
  send(one);
}

// When its turn has come: receivers take a timestamp of the last five minutes, and calls may wait for as long.
bool webhook_sender::sign(const delivery& one, egress_request& request) const {
  const auto refused = [&](const error& why) {
    with_.log->error("webhook_not_signed", {{}, one.business, {}}, {{"why", why}});
    return false;
  };
  std::vector<std::string> secrets;
  for (const auto& sealed : {one.due.sealed_secret, one.due.sealed_previous}) {
    if (sealed.empty()) continue;
    auto opened = with_.secrets->decrypt(sealed);
    if (!opened) return refused(opened.error());
    secrets.push_back(std::move(opened.value().plaintext));
  }
  const auto id = to_string(one.key.event);
  const auto now = with_.time->now();
  auto signature = outgoing::sign(secrets, {id, now, request.body});
  if (!signature) return refused(signature.error());
  request.headers.emplace_back("webhook-id", id);
  request.headers.emplace_back("webhook-timestamp", outgoing::timestamp_of(now));
  request.headers.emplace_back("webhook-signature", std::move(signature.value()));
  return true;
}

void webhook_sender::send(const delivery_ptr& one) {
  egress_request request{.url = one->due.url,
                         .headers = {{"Content-Type", "application/json"}},
                         .body = one->due.body,
                         .timeout = call_limit,
                         .largest_answer = largest_answer,
                         .lane = to_string(one->business),
                         .when_begun = [this, one](egress_request& begun) { return sign(*one, begun); }};
  with_.outside->send(std::move(request), [this, one](const egress_answer& got) {
    const bool was_sent = got.outcome != egress_outcome::overloaded && got.outcome != egress_outcome::stopped;
    if (!was_sent || !desk_.submit([this, one, got](std::size_t) { record(one, got); })) put_off(one);
  });
}

void webhook_sender::record(const delivery_ptr& one, const egress_answer& got) {
  const auto now = with_.time->now();
  const bool is_answered = got.outcome == egress_outcome::answered;
  const auto chance = static_cast<std::uint32_t>(with_.jitter() * 4'294'967'295.0);
  storage::webhook_attempt made{.key = one->key,
                                .status = is_answered ? got.status : 0,
                                .problem = is_answered ? "" : std::string{to_string(got.outcome)},
                                .at = now,
                                .task = with_.ids->next()};
  made.outcome = outgoing::after_attempt(
      {made.status, got.retry_after}, {one->due.attempts + 1, one->due.began_at, one->due.failing_since, now},
      chance);
  const auto recorded = storage::record_webhook_attempt(store_, one->business, made);
  if (!recorded) {
    with_.log->warning("webhook_not_recorded", {{}, one->business, {}}, {{"why", recorded.error()}});
    return put_off(one);
  }
  tell(*one, made);
  end(one, made.outcome.end == delivery_end::again ? std::optional{made.outcome.due_at} : std::nullopt);
}

void webhook_sender::tell(const delivery& one, const storage::webhook_attempt& made) const {
  using monitoring::webhook_result;
  switch (made.outcome.end) {
    case delivery_end::delivered: with_.metrics->webhooks_out(webhook_result::delivered).increment(); break;
    case delivery_end::again: with_.metrics->webhooks_out(webhook_result::retried).increment(); break;
    case delivery_end::dead: with_.metrics->webhooks_out(webhook_result::dead).increment(); break;
  }
  if (made.outcome.endpoint != endpoint_verdict::turned_off) return;
  with_.log->warning("webhook_endpoint_turned_off", {{}, one.business, {}},
                     {{"endpoint", one.key.endpoint}, {"status", made.status}});
}

}  // namespace sellavie::net
