#include "monitoring/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>

namespace sellavie::monitoring {
namespace {

constexpr std::array<std::string_view, 3> channels{"messenger", "instagram", "whatsapp"};
constexpr std::array<std::string_view, 5> status_classes{"1xx", "2xx", "3xx", "4xx", "5xx"};
constexpr const char* other = "other";

const prometheus::Histogram::BucketBoundaries turn_seconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                           0.5,   1,      2.5,   5,    10,    20,   30};
const prometheus::Histogram::BucketBoundaries commit_seconds{0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01,
                                                             0.02,   0.05,   0.1,   0.25,  1};
const prometheus::Histogram::BucketBoundaries group_sizes{1, 2, 4, 8, 16, 32, 64, 128, 256};

}  // namespace

/// Makes series; the families live as long as the registry.
struct metrics::registry {
  prometheus::Registry series;

  auto& counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(series);
  }
  auto& gauges(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(series);
  }
  auto& histograms(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(series);
  }
  counter one_counter(const char* name, const char* help) { return counter{counters(name, help).Add({})}; }
  gauge one_gauge(const char* name, const char* help) { return gauge{gauges(name, help).Add({})}; }

  template <std::size_t N>
  void label(std::array<counter, N>& into, const std::array<std::string_view, N>& values, const char* key,
             const char* name, const char* help) {
    auto& family = counters(name, help);
    for (std::size_t i = 0; i < N; ++i) into[i] = counter{family.Add({{key, std::string{values[i]}}})};
  }
  template <std::size_t N>
  void label(std::array<gauge, N>& into, const std::array<std::string_view, N>& values, const char* key,
             const char* name, const char* help) {
    auto& family = gauges(name, help);
    for (std::size_t i = 0; i < N; ++i) into[i] = gauge{family.Add({{key, std::string{values[i]}}})};
  }
};

metrics::metrics(const std::vector<std::string>& providers, std::string_view version)
    : registry_{std::make_unique<registry>()} {
  registry_->gauges("sellavie_build_info", "Always 1; the label tells the version that runs.")
      .Add({{"version", std::string{version}}})
      .Set(1);
  make_inbound_series();
  make_conversation_series();
  make_provider_series(providers);
  make_outbound_series();
  make_job_series();
  make_storage_series();
  dropped_log_lines_ = registry_->one_counter("sellavie_log_lines_dropped_total",
                                              "Log lines lost because the log's queue was full.");
}

metrics::~metrics() = default;

void metrics::make_inbound_series() {
  registry_->label(accepted_, channels, "channel", "sellavie_inbound_events_accepted_total",
                   "Inbound events committed for the first time.");
  duplicates_ = registry_->one_counter("sellavie_inbound_events_duplicate_total",
                                       "Inbound events that had been committed before.");
  registry_->label(quarantined_, quarantine_reasons, "reason", "sellavie_inbound_events_quarantined_total",
                   "Inbound items stored aside, sealed, for seven days: no business was found for them.");
  registry_->label(rejected_, webhook_rejections, "reason", "sellavie_webhooks_rejected_total",
                   "Webhook requests that were not accepted.");
  registry_->label(odd_, webhook_oddities, "kind", "sellavie_webhook_oddities_total",
                   "What was odd about webhooks that were answered 200 all the same.");
  auto& payment_events = registry_->counters("sellavie_payment_events_total",
                                             "Events of payment providers, by what became of them.");
  for (std::size_t provider = 0; provider < payment_providers.size(); ++provider)
    for (std::size_t i = 0; i < payment_event_results.size(); ++i)
      payment_events_[provider][i] =
          counter{payment_events.Add({{"provider", std::string{payment_providers[provider]}},
                                      {"result", std::string{payment_event_results[i]}}})};
  registry_->label(http_requests_, status_classes, "status", "sellavie_http_requests_total",
                   "HTTP requests to the public listener that were answered, by class of the status.");
  registry_->label(refused_http_, http_refusals, "reason", "sellavie_http_refusals_total",
                   "Connections and requests that the HTTP server refused without asking a handler.");
  http_evictions_ = registry_->one_counter("sellavie_http_connections_evicted_total",
                                           "Idle connections closed to make room for new ones.");
  http_connections_ =
      registry_->one_gauge("sellavie_http_connections", "Connections to the public listener.");
  http_buffered_bytes_ = registry_->one_gauge(
      "sellavie_http_buffered_bytes", "Bytes of large requests in memory; bounded by limits.buffered_bytes.");
  http_outgoing_bytes_ = registry_->one_gauge("sellavie_http_outgoing_bytes",
                                              "Bytes of large answers that are not read yet; bounded.");
  http_streams_ = registry_->one_gauge("sellavie_http_streams", "Open streams of live events.");
  http_streams_overrun_ = registry_->one_counter("sellavie_http_streams_overrun_total",
                                                 "Streams cut off because their client did not read.");
  feed_events_ =
      registry_->one_counter("sellavie_feed_events_total", "Live events of businesses that are watched.");
  password_hashes_ = registry_->one_counter("sellavie_password_hashes_total",
                                            "Passwords that were hashed, to keep them or to compare them.");
}

void metrics::make_conversation_series() {
  registry_->label(turns_, turn_outcomes, "outcome", "sellavie_turns_total",
                   "Turns of conversations, by how they ended.");
  auto& times =
      registry_->histograms("sellavie_phase_duration_seconds",
                            "Time that turns spend in each phase; total is acceptance to the turn's commit.");
  for (std::size_t i = 0; i < phases.size(); ++i)
    phase_times_[i] = histogram{times.Add({{"phase", std::string{phases[i]}}}, turn_seconds)};
  registry_->label(queue_depths_, queues, "queue", "sellavie_queue_depth",
                   "Items that wait, by queue; for the outbox see sellavie_outbox_rows.");
  parked_ = registry_->one_counter("sellavie_deliveries_parked_total",
                                   "Deliveries given up after repeated failures; a person was told.");
  respawns_ =
      registry_->one_counter("sellavie_actor_respawns_total", "Actors started again after a failure.");
}

void metrics::make_provider_series(const std::vector<std::string>& providers) {
  auto& attempts =
      registry_->counters("sellavie_llm_attempts_total", "Attempts at model providers, by result.");
  auto& times = registry_->histograms("sellavie_llm_attempt_duration_seconds",
                                      "Duration of attempts at model providers.");
  auto& breakers =
      registry_->gauges("sellavie_llm_breaker_state", "1 for the state that a provider's breaker is in.");
  auto names = providers;
  names.emplace_back(other);
  for (const auto& name : names) {
    auto& made = providers_[name];
    for (std::size_t i = 0; i < attempt_results.size(); ++i)
      made.attempts_[i] =
          counter{attempts.Add({{"provider", name}, {"result", std::string{attempt_results[i]}}})};
    made.attempt_time_ = histogram{times.Add({{"provider", name}}, turn_seconds)};
    for (std::size_t i = 0; i < breaker_states.size(); ++i)
      made.breaker_[i] = gauge{breakers.Add({{"provider", name}, {"state", std::string{breaker_states[i]}}})};
    made.show_breaker(breaker_state::closed);
  }
}

void metrics::make_outbound_series() {
  registry_->label(outbox_rows_, outbox_states, "state", "sellavie_outbox_rows",
                   "Rows in the outbox, by state.");
  outbox_oldest_ =
      registry_->one_gauge("sellavie_outbox_oldest_age_seconds", "Age of the oldest row that is not sent.");
  auto& sends = registry_->counters("sellavie_sends_total", "Sends to channels, by result.");
  for (std::size_t channel = 0; channel < channels.size(); ++channel)
    for (std::size_t i = 0; i < send_results.size(); ++i)
      sends_[channel][i] = counter{
          sends.Add({{"channel", std::string{channels[channel]}}, {"result", std::string{send_results[i]}}})};
  registry_->label(mails_, mail_results, "result", "sellavie_mails_total",
                   "Attempts to hand mails to the SMTP server; a dead one is given up.");
  registry_->label(webhooks_out_, webhook_results, "result", "sellavie_webhooks_out_total",
                   "Attempts to deliver outgoing webhooks; a dead one is given up.");
  auto& told = registry_->counters("sellavie_notifications_total",
                                   "Events that people were told of, once a person and way, by kind.");
  for (const auto kind : all_notification_kinds)
    for (std::size_t way = 0; way < notice_ways.size(); ++way)
      notifications_[at(kind)][way] =
          counter{told.Add({{"kind", std::string{to_string(kind)}}, {"way", std::string{notice_ways[way]}}})};
  resent_ = registry_->one_counter("sellavie_sends_repeated_without_evidence_total",
                                   "Lost sends repeated once although nobody knows whether they arrived.");
  overtaken_ = registry_->one_counter("sellavie_outbox_overtaken_total",
                                      "Replies dropped because a person took the conversation over.");
  unrecalled_ = registry_->one_counter("sellavie_outbox_unrecalled_total",
                                       "Replies that were on the wire when a conversation changed hands.");
}

void metrics::make_job_series() {
  name_job_kinds({other});
  jobs_open_ =
      registry_->one_gauge("sellavie_jobs_open", "Background jobs that are not done; counted up to 10,000.");
  jobs_dead_ = registry_->one_gauge(
      "sellavie_jobs_dead",
      "Background jobs that failed for good and wait for a person; counted up to 10,000.");
  jobs_oldest_ = registry_->one_gauge("sellavie_jobs_oldest_due_age_seconds",
                                      "How long the background job that is overdue longest has been due.");
}

void metrics::name_job_kinds(const std::vector<std::string>& kinds) {
  auto& family = registry_->counters("sellavie_jobs_total",
                                     "Background jobs that were claimed, by what became of them.");
  for (const auto& kind : kinds)
    for (std::size_t i = 0; i < job_results.size(); ++i)
      jobs_[kind][i] = counter{family.Add({{"kind", kind}, {"outcome", std::string{job_results[i]}}})};
}

const counter& metrics::jobs(std::string_view kind, job_result result) const {
  const auto found = jobs_.find(kind);
  return (found == jobs_.end() ? jobs_.find(std::string_view{other}) : found)->second[at(result)];
}

void metrics::make_storage_series() {
  registry_->label(commits_, commit_outcomes, "outcome", "sellavie_commits_total",
                   "Commits of the journal, by outcome.");
  commit_time_ =
      histogram{registry_->histograms("sellavie_commit_duration_seconds", "Duration of journal commits.")
                    .Add({}, commit_seconds)};
  commit_group_size_ =
      histogram{registry_->histograms("sellavie_commit_group_size", "Items that shared one journal commit.")
                    .Add({}, group_sizes)};
  registry_->label(pool_sizes_, pools, "pool", "sellavie_database_pool_size",
                   "Workers that each have database connections of their own, by pool.");
  registry_->label(pools_in_use_, pools, "pool", "sellavie_database_pool_in_use",
                   "Workers that are at work right now, by pool.");
}

const counter& metrics::http_requests(int status) const {
  const auto status_class = static_cast<std::size_t>(std::clamp(status / 100, 1, 5));
  return http_requests_[status_class - 1];
}

const provider_metrics& metrics::provider(std::string_view name) const {
  const auto found = providers_.find(name);
  return found != providers_.end() ? found->second : providers_.find(other)->second;
}

void provider_metrics::show_breaker(breaker_state now) const {
  for (std::size_t i = 0; i < breaker_.size(); ++i)
    breaker_[i].set(i == static_cast<std::size_t>(now) ? 1 : 0);
}

void metrics::show_dropped_log_lines(std::uint64_t total) {
  auto shown = shown_dropped_lines_.load();
  while (shown < total && !shown_dropped_lines_.compare_exchange_weak(shown, total)) continue;
  if (shown < total) dropped_log_lines_.increment(static_cast<double>(total - shown));
}

std::string metrics::render() const {
  return prometheus::TextSerializer{}.Serialize(registry_->series.Collect());
}

}  // namespace sellavie::monitoring
