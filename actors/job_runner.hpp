#pragma once
// job_runner
//
// Role       claims background jobs that are due, hands each to the handler of its kind and writes what became of it.
// Grain      one per node; several nodes share the table (storage/job_rows has its rules, actors/job_rules what becomes
//            of a job).
// Invariant  a job that is claimed here is begun once under that claim, and its first answer counts. What became of it
//            is written until the store says so: it may be written twice, never lost; a claim that ended meanwhile, or a
//            handler's own commit that has it already (change_set::jobs_done), makes it nothing.
// Bounds     `at_once` jobs of all businesses and `per_business` of one are on the way; one claim is under way at a time, and
//            one commit a journal. A handler that never answers has failed after its kind's limit; a claim that nobody
//            ends ends a minute after the longest limit.
// Stopping   after `drain` nothing is claimed or begun, what was claimed is given back; those begun may still end.
// Supervised by the node.

#include <caf/all.hpp>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/job_rules.hpp"
#include "actors/services.hpp"

namespace sellavie::actors {

/// From any thread, once; further answers are ignored.
using job_answer = std::function<void(job_end)>;
/// Called in the runner: begins the work and returns. It may be called for a job that was run before (at least once).
using job_handler = std::function<void(const storage::claimed_job&, job_answer)>;

struct job_kind {
  job_handler run;
  job_policy policy{};
};
using job_kinds = std::map<std::string, job_kind, std::less<>>;

struct job_limits {
  std::size_t at_once = 256;
  std::size_t per_business = 32;
  milliseconds pause{250};
};

struct job_answered {
  storage::job_hold job;
  job_end end;
};

/// Somebody queued a job that is due: no need to wait for the next round. From anybody.
using jobs_queued_atom = caf::atom_constant<caf::atom("jobsqueued")>;
/// Begin; afterwards to itself.
using job_round_atom = caf::atom_constant<caf::atom("jobround")>;
/// To itself: write what has been decided.
using job_write_atom = caf::atom_constant<caf::atom("jobwrite")>;
/// Take nothing new: the node is stopping.
using drain_atom = caf::atom_constant<caf::atom("drain")>;

using job_runner_actor = caf::typed_actor<caf::reacts_to<job_round_atom>, caf::reacts_to<jobs_queued_atom>,
                                          // From handlers.
                                          caf::reacts_to<job_answered>, caf::reacts_to<job_write_atom>,
                                          caf::reacts_to<drain_atom>>;

struct job_runner_dependencies {
  services_ptr node;
  /// Its own: claims must not wait behind loads, nor loads behind claims.
  reader_actor claims;
  std::shared_ptr<const job_kinds> kinds;
  job_limits limits{};
};

class job_runner_state {
 public:
  using pointer = job_runner_actor::stateful_pointer<job_runner_state>;
  explicit job_runner_state(pointer self) : self_{self} {}
  void start(job_runner_dependencies dependencies);

  void make_round();
  void hear_of_jobs();
  void end(const job_answered& answer);
  void write();
  void drain() { is_draining_ = true; }

  static constexpr const char* name = "job_runner";

 private:
  struct on_the_way {
    storage::claimed_job job;
    const job_policy* policy = nullptr;
    instant limit{};
    /// Decided, and not written yet.
    bool is_ended = false;
  };
  struct outbound {
    std::vector<std::pair<storage::job_hold, job_verdict>> waiting;
    bool is_writing = false;
  };

  void claim();
  [[nodiscard]] std::size_t room() const;
  [[nodiscard]] storage::job_claim next_claim();
  void take(const storage::claimed_jobs& found, const storage::job_claim& asked);
  void begin(const storage::claimed_job& job);
  void time_out();
  void settle(on_the_way& one, job_verdict verdict);
  void write_to(const journal_actor& journal, outbound& out);
  void finish(storage::job_hold job);
  void look_at_state();
  [[nodiscard]] job_moment moment() const;

  pointer self_;
  services_ptr node_;
  reader_actor claims_;
  std::shared_ptr<const job_kinds> kinds_;
  job_limits limits_;
  /// Of claims.
  milliseconds lease_{};
  std::unordered_map<storage::job_id, on_the_way> jobs_;
  std::unordered_map<business_id, int> businesses_;
  std::map<const journal_actor*, outbound> outbound_;
  std::set<std::string, std::less<>> unknown_;
  /// Claimed last; who comes behind it is next.
  business_id turn_;
  bool is_claiming_ = false;
  /// While a claim was under way, which may not have seen it.
  bool asked_meanwhile_ = false;
  bool is_writing_soon_ = false;
  bool is_draining_ = false;
  /// The last look found some, or did not look everywhere.
  bool may_be_more_ = false;
  bool promotes_next_ = true;
  instant rescue_at_{};
  instant state_at_{};
};
static_assert(!std::is_aggregate_v<job_runner_state>);

job_runner_actor::behavior_type job_runner(job_runner_state::pointer self,
                                           job_runner_dependencies dependencies);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::job_answered)
