#include "actors/journal.hpp"

#include <algorithm>

#include "actors/failure.hpp"
#include "actors/feed.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::actors {

using std::chrono::steady_clock;
using storage::commit_outcome;

namespace {

// Below this many requests in a linger nobody would come; above it the queue fills by itself.
constexpr double idle_company = 0.7;
constexpr std::size_t saturated_company = 16;
constexpr std::chrono::milliseconds settle_pause{250};

monitoring::commit_outcome label(commit_outcome outcome) noexcept {
  switch (outcome) {
    case commit_outcome::committed: return monitoring::commit_outcome::committed;
    case commit_outcome::fenced: return monitoring::commit_outcome::fenced;
    case commit_outcome::in_doubt: return monitoring::commit_outcome::in_doubt;
    case commit_outcome::refused: return monitoring::commit_outcome::refused;
    case commit_outcome::unavailable: break;
  }
  return monitoring::commit_outcome::unavailable;
}

std::vector<bool> part_of(const std::vector<bool>& all, std::size_t first, std::size_t count) {
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

caf::result<commit_reply> journal_state::enqueue(commit_request request) {
  waiting one{std::move(request), self_->make_response_promise<commit_reply>()};
  auto answer = one.answer;
  waiting_.push_back(std::move(one));
  dependencies_.metrics->queue_depth(monitoring::queue::journal).increment();
  schedule_flush();
  return answer;
}

// The flush lands behind everything that is queued already, so a busy journal needs no timer.
void journal_state::schedule_flush() {
  if (flush_scheduled_) return;
  flush_scheduled_ = true;
  if (should_linger()) self_->delayed_send(self_, dependencies_.linger, flush_atom::value);
  else self_->send(self_, flush_atom::value);
}

// Idle: nobody would join. Saturated: those who join are in the mailbox already.
bool journal_state::should_linger() const {
  if (dependencies_.linger.count() == 0) return false;
  const double company = rate_ * std::chrono::duration<double, std::milli>{dependencies_.linger}.count();
  return company > idle_company && company < static_cast<double>(saturated_company);
}

void journal_state::flush() {
  flush_scheduled_ = false;
  if (waiting_.empty()) return;
  std::vector<waiting> batch;
  if (waiting_.size() <= dependencies_.max_batch) {
    batch.swap(waiting_);
  } else {
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(dependencies_.max_batch);
    batch.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
  }
  const auto now = steady_clock::now();
  const double elapsed_ms =
      std::max(0.05, std::chrono::duration<double, std::milli>(now - last_flush_).count());
  rate_ = 0.8 * rate_ + 0.2 * (static_cast<double>(batch.size()) / elapsed_ms);
  last_flush_ = now;
  commit_batch(batch);
  dependencies_.metrics->queue_depth(monitoring::queue::journal).decrement(static_cast<double>(batch.size()));
  if (!waiting_.empty()) {
    flush_scheduled_ = true;
    self_->send(self_, flush_atom::value);
  }
}

storage::commit_report journal_state::commit(const std::vector<const storage::change_set*>& sets) {
  const monitoring::at_work busy{dependencies_.metrics->pool_in_use(monitoring::pool::journal)};
  const auto begun = steady_clock::now();
  storage::fault_point("journal.before_commit");
  auto report = dependencies_.store->commit(sets);
  storage::fault_point("journal.after_commit");
  dependencies_.metrics->commit_time().observe(steady_clock::now() - begun);
  dependencies_.metrics->commits(label(report.outcome)).increment();
  // One for later, such as the first poll of a link, is found by the clock.
  const auto queues_jobs = [](const storage::change_set* set) {
    return !set->payment_events.empty() ||
           std::any_of(set->jobs.begin(), set->jobs.end(),
                       [](const storage::job_row& job) { return job.due_at <= job.created_at; });
  };
  if (dependencies_.jobs && report.outcome == commit_outcome::committed &&
      std::any_of(sets.begin(), sets.end(), queues_jobs))
    dependencies_.jobs->ring();
  if (report.outcome == commit_outcome::in_doubt) settle_doubt();
  if (report.outcome == commit_outcome::fenced)
    if (const auto tell = std::exchange(dependencies_.on_fenced, nullptr)) tell();
  return report;
}

// Until then nothing can be loaded, so no further commit may come by that would settle it.
void journal_state::settle_doubt() {
  if (!dependencies_.store->settle()) self_->delayed_send(self_, settle_pause, settle_atom::value);
}

// Only a batch that certainly rolled back is committed again, one by one.
void journal_state::commit_batch(std::vector<waiting>& batch) {
  std::vector<const storage::change_set*> sets;
  sets.reserve(batch.size());
  for (const waiting& one : batch) sets.push_back(one.request.changes.get());
  dependencies_.metrics->commit_group_size().observe(static_cast<double>(batch.size()));
  const auto report = commit(sets);
  if (report.outcome != commit_outcome::refused || batch.size() == 1) {
    place first;
    for (waiting& one : batch) {
      settle(one, report, first);
      first.inbound += one.request.changes->inbound.size();
      first.events += one.request.changes->payment_events.size();
    }
    return;
  }
  for (waiting& one : batch) settle(one, commit({one.request.changes.get()}), {});
}

void journal_state::settle(waiting& one, const storage::commit_report& report, place first) {
  commit_reply reply{report.outcome, {}, report.failure};
  if (report.outcome == commit_outcome::committed) {
    const auto& changes = *one.request.changes;
    reply.fresh = part_of(report.fresh, first.inbound, changes.inbound.size());
    reply.fresh_events = part_of(report.fresh_events, first.events, changes.payment_events.size());
  }
  one.answer.deliver(std::move(reply));
  tell_watchers(one.request, report.outcome);
}

// Nobody watches most businesses: that costs one look.
void journal_state::tell_watchers(const commit_request& request, commit_outcome outcome) const {
  const auto& watchers = dependencies_.watchers;
  if (!watchers || request.business.is_nil() || !watchers->is_followed(request.business)) return;
  std::vector<live_fact> facts;
  if (outcome == commit_outcome::committed) facts = facts_of(*request.changes);
  if (outcome == commit_outcome::in_doubt) facts.emplace_back(facts_lost{});
  if (!facts.empty()) watchers->tell(request.business, std::move(facts));
}

caf::result<inbox_still_open> journal_state::check(const inbox_check& wanted) {
  while (!waiting_.empty()) flush();
  const monitoring::at_work busy{dependencies_.metrics->pool_in_use(monitoring::pool::journal)};
  auto open = dependencies_.reads->open_inbox(wanted.ids);
  if (!open) return make_error(open.error().code);
  return inbox_still_open{std::move(open.value())};
}

journal_actor::behavior_type journal(journal_actor::stateful_pointer<journal_state> self,
                                     journal_dependencies dependencies) {
  self->state.start(std::move(dependencies));
  return {
      [self](commit_request& request) { return self->state.enqueue(std::move(request)); },
      [self](const inbox_check& wanted) { return self->state.check(wanted); },
      [self](flush_atom) { self->state.flush(); },
      [self](settle_atom) { self->state.settle_doubt(); },
  };
}

}  // namespace sellavie::actors
