#include "actors/job_runner.hpp"

#include <algorithm>
#include <exception>
#include <typeinfo>

namespace sellavie::actors {
namespace {

using monitoring::job_result;
using storage::commit_outcome;

constexpr std::chrono::seconds rescue_interval{10};
constexpr std::chrono::seconds state_interval{15};
constexpr std::chrono::minutes lease_margin{1};
constexpr std::chrono::seconds write_again{1};

void add(storage::change_set& changes, const job_verdict& verdict) {
  if (const auto* done = std::get_if<storage::job_done>(&verdict.row)) changes.jobs_done.push_back(*done);
  if (const auto* later = std::get_if<storage::job_put_off>(&verdict.row))
    changes.jobs_put_off.push_back(*later);
  if (const auto* death = std::get_if<storage::job_death>(&verdict.row)) changes.jobs_dead.push_back(*death);
}

}  // namespace

void job_runner_state::start(job_runner_dependencies dependencies) {
  node_ = std::move(dependencies.node);
  claims_ = std::move(dependencies.claims);
  kinds_ = std::move(dependencies.kinds);
  limits_ = dependencies.limits;
  std::vector<std::string> names;
  lease_ = job_policy{}.limit;
  for (const auto& [word, kind] : *kinds_) {
    names.push_back(word);
    lease_ = std::max(lease_, kind.policy.limit);
  }
  lease_ += lease_margin;
  node_->metrics->name_job_kinds(names);
  self_->link_to(claims_);
  node_->jobs->hang([runner = caf::actor_cast<caf::weak_actor_ptr>(self_)] {
    if (const auto alive = runner.lock())
      caf::anon_send(caf::actor_cast<job_runner_actor>(alive), jobs_queued_atom::value);
  });
}

// --- claiming ------------------------------------------------------------------------------------

void job_runner_state::make_round() {
  self_->delayed_send(self_, limits_.pause, job_round_atom::value);
  time_out();
  if (is_draining_) return;
  if (node_->now() >= state_at_) look_at_state();
  promotes_next_ = true;
  claim();
}

std::size_t job_runner_state::room() const {
  return limits_.at_once - std::min(limits_.at_once, jobs_.size());
}

void job_runner_state::hear_of_jobs() {
  asked_meanwhile_ = asked_meanwhile_ || is_claiming_;
  claim();
}

// A claim is worth some room; those who wait get it together.
void job_runner_state::claim() {
  const auto free = room();
  if (is_draining_ || is_claiming_ || free == 0 || (free < limits_.at_once / 4 && !promotes_next_)) return;
  is_claiming_ = true;
  const auto wanted = next_claim();
  self_->request(claims_, caf::infinite, wanted)
      .then([this, wanted](const shared<storage::claimed_jobs>& found) { take(*found, wanted); },
            // What was claimed all the same comes back when its claim ends.
            [this](const caf::error&) {
              is_claiming_ = false;
              may_be_more_ = false;
              rescue_at_ = {};
            });
}

storage::job_claim job_runner_state::next_claim() {
  storage::job_claim wanted;
  wanted.now = node_->now();
  wanted.until = wanted.now + lease_;
  wanted.most = static_cast<int>(room());
  wanted.per_business = static_cast<int>(limits_.per_business);
  wanted.after = turn_;
  wanted.on_the_way.assign(businesses_.begin(), businesses_.end());
  wanted.promote = std::exchange(promotes_next_, false);
  wanted.rescue = wanted.now >= rescue_at_;
  if (wanted.rescue) rescue_at_ = wanted.now + rescue_interval;
  return wanted;
}

void job_runner_state::take(const storage::claimed_jobs& found, const storage::job_claim& asked) {
  is_claiming_ = false;
  const bool is_full = found.jobs.size() >= static_cast<std::size_t>(asked.most);
  turn_ = {};
  if (is_full)
    for (const auto& job : found.jobs) turn_ = std::max(turn_, job.hold.business);
  // Behind the last one's turn there may be none, and before it many.
  may_be_more_ = std::exchange(asked_meanwhile_, false) || !found.jobs.empty() || found.more_due ||
                 !asked.after.is_nil();
  promotes_next_ = promotes_next_ || found.more_due;
  for (const auto& job : found.jobs) begin(job);
  if (may_be_more_) claim();
}

void job_runner_state::begin(const storage::claimed_job& job) {
  // Its former claim ended; the answer to that one counts for nothing.
  if (const auto former = jobs_.find(job.hold.id); former != jobs_.end()) finish(former->second.job.hold);
  const auto kind = kinds_->find(job.kind);
  auto& one = jobs_[job.hold.id];
  one.job = job;
  ++businesses_[job.hold.business];
  node_->metrics->queue_depth(monitoring::queue::jobs).set(static_cast<double>(jobs_.size()));
  if (is_draining_) return settle(one, give_job_back(job, moment()));
  if (kind == kinds_->end()) {
    if (unknown_.size() < 100 && unknown_.insert(job.kind).second)
      node_->log->warning("job_kind_unknown",
                          {{"kind", monitoring::code{job.kind}}, {"job_id", job.hold.id}});
    return settle(one, leave_job(job, moment()));
  }
  one.policy = &kind->second.policy;
  one.limit = node_->now() + one.policy->limit;
  if (auto refused = refuse_job(job, *one.policy, moment())) return settle(one, std::move(*refused));
  const job_runner_actor runner{self_};
  const auto answer = [runner, hold = job.hold](job_end end) {
    caf::anon_send(runner, job_answered{hold, std::move(end)});
  };
  try {
    kind->second.run(job, answer);
  } catch (const std::exception& failure) {
    node_->log->error("job_handler_threw", {.business_id = job.hold.business},
                      {{"kind", monitoring::code{job.kind}},
                       {"job_id", job.hold.id},
                       {"type", monitoring::code{typeid(failure).name()}}});
    answer(job_ends::failed{"handler_threw"});
  }
}

// --- ending --------------------------------------------------------------------------------------

void job_runner_state::end(const job_answered& answer) {
  const auto found = jobs_.find(answer.job.id);
  if (found == jobs_.end() || found->second.job.hold != answer.job || found->second.is_ended) return;
  auto& one = found->second;
  settle(one, end_job(one.job, *one.policy, answer.end, moment()));
  if (may_be_more_) claim();
}

void job_runner_state::time_out() {
  const auto now = node_->now();
  for (auto& [id, one] : jobs_) {
    if (one.is_ended || now < one.limit) continue;
    node_->log->warning("job_timed_out", {.business_id = one.job.hold.business},
                        {{"kind", monitoring::code{one.job.kind}}, {"job_id", id}});
    settle(one, time_out_job(one.job, *one.policy, moment()));
  }
}

void job_runner_state::settle(on_the_way& one, job_verdict verdict) {
  one.is_ended = true;
  const auto hold = one.job.hold;
  node_->metrics->jobs(one.job.kind, verdict.result).increment();
  if (const auto* death = std::get_if<storage::job_death>(&verdict.row))
    node_->log->warning("job_died", {.business_id = hold.business},
                        {{"kind", monitoring::code{one.job.kind}},
                         {"job_id", hold.id},
                         {"attempts", one.job.attempts},
                         {"why", monitoring::code{death->error_code}}});
  outbound_[&node_->journal_of(hold.business)].waiting.emplace_back(hold, std::move(verdict));
  if (!std::exchange(is_writing_soon_, true)) self_->send(self_, job_write_atom::value);
}

// What ends in one moment is one commit a journal.
void job_runner_state::write() {
  is_writing_soon_ = false;
  for (auto& [journal, out] : outbound_)
    if (!out.is_writing && !out.waiting.empty()) write_to(*journal, out);
}

void job_runner_state::write_to(const journal_actor& journal, outbound& out) {
  auto batch =
      std::make_shared<std::vector<std::pair<storage::job_hold, job_verdict>>>(std::move(out.waiting));
  out.waiting.clear();
  out.is_writing = true;
  auto changes = std::make_shared<storage::change_set>();
  for (const auto& [hold, verdict] : *batch) add(*changes, verdict);
  const auto written = [this, batch, &out](commit_outcome outcome) {
    out.is_writing = false;
    // Refused, none of it can be written; each ends with its claim. Fenced, nothing is ours any more.
    if (outcome == commit_outcome::unavailable || outcome == commit_outcome::in_doubt) {
      out.waiting.insert(out.waiting.begin(), batch->begin(), batch->end());
      self_->delayed_send(self_, write_again, job_write_atom::value);
      return;
    }
    if (outcome == commit_outcome::refused) node_->log->error("job_ends_refused", {{"jobs", batch->size()}});
    for (const auto& [hold, verdict] : *batch) finish(hold);
    if (!out.waiting.empty()) write();
    if (may_be_more_) claim();
  };
  self_->request(journal, caf::infinite, commit_request{changes})
      .then([written](const commit_reply& reply) { written(reply.outcome); },
            [written](const caf::error&) { written(commit_outcome::unavailable); });
}

void job_runner_state::finish(storage::job_hold job) {
  const auto found = jobs_.find(job.id);
  if (found == jobs_.end() || found->second.job.hold != job) return;
  jobs_.erase(found);
  const auto of = businesses_.find(job.business);
  // It had no room: what it has more of was passed over.
  if (of->second-- == static_cast<int>(limits_.per_business)) may_be_more_ = true;
  if (of->second == 0) businesses_.erase(of);
  node_->metrics->queue_depth(monitoring::queue::jobs).set(static_cast<double>(jobs_.size()));
}

// --- what operators see --------------------------------------------------------------------------

void job_runner_state::look_at_state() {
  const auto now = node_->now();
  state_at_ = now + state_interval;
  self_->request(claims_, caf::infinite, load_job_state{now})
      .then(
          [this, now](const storage::job_state& state) {
            const auto& numbers = *node_->metrics;
            numbers.jobs_open().set(static_cast<double>(state.open));
            numbers.jobs_dead().set(static_cast<double>(state.dead));
            const auto age = now - state.oldest_due.value_or(now);
            numbers.jobs_oldest_due_age_seconds().set(std::chrono::duration<double>(age).count());
          },
          [](const caf::error&) {});
}

job_moment job_runner_state::moment() const {
  return {node_->now(),
          static_cast<std::uint32_t>(std::clamp(node_->jitter(), 0.0, 0.999999) * 4294967295.0)};
}

job_runner_actor::behavior_type job_runner(job_runner_state::pointer self,
                                           job_runner_dependencies dependencies) {
  self->state.start(std::move(dependencies));
  self->send(self, job_round_atom::value);
  return {
      [self](job_round_atom) { self->state.make_round(); },
      [self](jobs_queued_atom) { self->state.hear_of_jobs(); },
      [self](const job_answered& answer) { self->state.end(answer); },
      [self](job_write_atom) { self->state.write(); },
      [self](drain_atom) { self->state.drain(); },
  };
}

}  // namespace sellavie::actors
