#pragma once
// Every number that the server publishes on /metrics. One instance per process, made by the
// composition root and handed down by reference; it outlives all that update it.

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "monitoring/instruments.hpp"
#include "monitoring/labels.hpp"
#include "protocol/domain/channel.hpp"
#include "protocol/domain/notification.hpp"

namespace sellavie::monitoring {

/// The series of one model provider; ask for it once, keep the reference.
class provider_metrics {
 public:
  [[nodiscard]] const counter& attempts(attempt_result result) const { return attempts_[index(result)]; }
  [[nodiscard]] const histogram& attempt_time() const { return attempt_time_; }
  void show_breaker(breaker_state now) const;

 private:
  friend class metrics;
  static constexpr std::size_t index(attempt_result result) { return static_cast<std::size_t>(result); }

  std::array<counter, attempt_results.size()> attempts_;
  histogram attempt_time_;
  std::array<gauge, breaker_states.size()> breaker_;
};

/// The series of one kind of background jobs.
using job_counters = std::array<counter, job_results.size()>;

class metrics {
 public:
  /// `providers`: the names in llm.order. A provider named later shares the series "other".
  explicit metrics(const std::vector<std::string>& providers = {}, std::string_view version = "");
  metrics(const metrics&) = delete;
  metrics& operator=(const metrics&) = delete;
  ~metrics();

  // ---- inbound
  [[nodiscard]] const counter& accepted(channel_kind channel) const { return accepted_[at(channel)]; }
  [[nodiscard]] const counter& duplicates() const { return duplicates_; }
  [[nodiscard]] const counter& quarantined(quarantine_reason reason) const {
    return quarantined_[at(reason)];
  }
  [[nodiscard]] const counter& rejected_webhooks(webhook_rejection reason) const {
    return rejected_[at(reason)];
  }
  [[nodiscard]] const counter& odd_webhooks(webhook_oddity what) const { return odd_[at(what)]; }
  /// `provider`: by index into payment_providers.
  [[nodiscard]] const counter& payment_events(std::size_t provider, payment_event_result result) const {
    return payment_events_[provider][at(result)];
  }
  /// By class of the status; 200 and 204 share one series.
  [[nodiscard]] const counter& http_requests(int status) const;
  /// By index into http_refusals.
  [[nodiscard]] const counter& refused_http(std::size_t reason) const { return refused_http_[reason]; }
  /// Idle connections that were closed because somebody new came to a full server.
  [[nodiscard]] const counter& http_evictions() const { return http_evictions_; }
  [[nodiscard]] const gauge& http_connections() const { return http_connections_; }
  [[nodiscard]] const gauge& http_buffered_bytes() const { return http_buffered_bytes_; }
  [[nodiscard]] const gauge& http_outgoing_bytes() const { return http_outgoing_bytes_; }
  /// Answers that go on (live events).
  [[nodiscard]] const gauge& http_streams() const { return http_streams_; }
  /// Those that were cut off because their client did not read.
  [[nodiscard]] const counter& http_streams_overrun() const { return http_streams_overrun_; }
  /// Live events that had a reader.
  [[nodiscard]] const counter& feed_events() const { return feed_events_; }
  /// Also for accounts that nobody has: each costs as much.
  [[nodiscard]] const counter& password_hashes() const { return password_hashes_; }

  // ---- conversations
  [[nodiscard]] const counter& turns(turn_outcome outcome) const { return turns_[at(outcome)]; }
  [[nodiscard]] const histogram& phase_time(phase of) const { return phase_times_[at(of)]; }
  [[nodiscard]] const gauge& queue_depth(queue of) const { return queue_depths_[at(of)]; }
  [[nodiscard]] const counter& parked() const { return parked_; }
  [[nodiscard]] const counter& respawns() const { return respawns_; }
  [[nodiscard]] const provider_metrics& provider(std::string_view name) const;

  // ---- outbound
  [[nodiscard]] const gauge& outbox_rows(outbox_state state) const { return outbox_rows_[at(state)]; }
  [[nodiscard]] const gauge& outbox_oldest_age_seconds() const { return outbox_oldest_; }
  [[nodiscard]] const counter& sends(channel_kind channel, send_result result) const {
    return sends_[at(channel)][at(result)];
  }
  [[nodiscard]] const counter& resent_without_evidence() const { return resent_; }
  [[nodiscard]] const counter& overtaken() const { return overtaken_; }
  [[nodiscard]] const counter& unrecalled() const { return unrecalled_; }

  [[nodiscard]] const counter& mails(mail_result result) const { return mails_[at(result)]; }

  [[nodiscard]] const counter& webhooks_out(webhook_result result) const { return webhooks_out_[at(result)]; }

  /// Events that a person was told of, once a person and way.
  [[nodiscard]] const counter& notifications(notification_kind kind, notice_way way) const {
    return notifications_[at(kind)][at(way)];
  }

  // ---- background jobs
  /// Before their first job; from one thread. A kind that was not named shares the series "other".
  void name_job_kinds(const std::vector<std::string>& kinds);
  [[nodiscard]] const counter& jobs(std::string_view kind, job_result result) const;
  /// Both end at 10,000.
  [[nodiscard]] const gauge& jobs_open() const { return jobs_open_; }
  [[nodiscard]] const gauge& jobs_dead() const { return jobs_dead_; }
  [[nodiscard]] const gauge& jobs_oldest_due_age_seconds() const { return jobs_oldest_; }

  // ---- storage
  [[nodiscard]] const counter& commits(commit_outcome outcome) const { return commits_[at(outcome)]; }
  [[nodiscard]] const histogram& commit_time() const { return commit_time_; }
  [[nodiscard]] const histogram& commit_group_size() const { return commit_group_size_; }
  [[nodiscard]] const gauge& pool_size(pool of) const { return pool_sizes_[at(of)]; }
  [[nodiscard]] const gauge& pool_in_use(pool of) const { return pools_in_use_[at(of)]; }

  /// Takes the log's running total of dropped lines (see logger::dropped). From any thread.
  void show_dropped_log_lines(std::uint64_t total);

  /// The text of /metrics.
  [[nodiscard]] std::string render() const;
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

 private:
  struct registry;

  template <class Label>
  static constexpr std::size_t at(Label value) {
    return static_cast<std::size_t>(value);
  }
  void make_inbound_series();
  void make_conversation_series();
  void make_provider_series(const std::vector<std::string>& providers);
  void make_outbound_series();
  void make_job_series();
  void make_storage_series();

  std::unique_ptr<registry> registry_;
  std::array<counter, 3> accepted_;
  counter duplicates_;
  std::array<counter, quarantine_reasons.size()> quarantined_;
  std::array<counter, webhook_rejections.size()> rejected_;
  std::array<counter, webhook_oddities.size()> odd_;
  std::array<std::array<counter, payment_event_results.size()>, payment_providers.size()> payment_events_;
  std::array<counter, 5> http_requests_;
  std::array<counter, http_refusals.size()> refused_http_;
  counter http_evictions_;
  gauge http_connections_;
  gauge http_buffered_bytes_;
  gauge http_outgoing_bytes_;
  gauge http_streams_;
  counter http_streams_overrun_;
  counter feed_events_;
  counter password_hashes_;
  std::array<counter, turn_outcomes.size()> turns_;
  std::array<histogram, phases.size()> phase_times_;
  std::array<gauge, queues.size()> queue_depths_;
  counter parked_;
  counter respawns_;
  std::map<std::string, provider_metrics, std::less<>> providers_;
  std::array<gauge, outbox_states.size()> outbox_rows_;
  gauge outbox_oldest_;
  std::array<std::array<counter, send_results.size()>, 3> sends_;
  counter resent_;
  std::array<counter, mail_results.size()> mails_;
  std::array<counter, webhook_results.size()> webhooks_out_;
  std::array<std::array<counter, notice_ways.size()>, all_notification_kinds.size()> notifications_;
  counter overtaken_;
  counter unrecalled_;
  std::map<std::string, job_counters, std::less<>> jobs_;
  gauge jobs_open_;
  gauge jobs_dead_;
  gauge jobs_oldest_;
  std::array<counter, commit_outcomes.size()> commits_;
  histogram commit_time_;
  histogram commit_group_size_;
  std::array<gauge, pools.size()> pool_sizes_;
  std::array<gauge, pools.size()> pools_in_use_;
  counter dropped_log_lines_;
  std::atomic<std::uint64_t> shown_dropped_lines_{0};
};

}  // namespace sellavie::monitoring
