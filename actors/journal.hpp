#pragma once
// journal
//
// Role       commits change_sets in groups, one transaction for all that wait; the only writer of
//            its shard of businesses.
// Grain      a shard of businesses (hash of the id); detached, because it blocks on the database.
// Invariant  one commit at a time, so for any actor a later request is ordered behind an earlier
//            one. A batch that certainly rolled back falls apart into single commits; one in doubt
//            does not, and the store is asked until the doubt is settled. `fenced` is final: the
//            process must stop.
// Supervised by the node; it holds no state that is not in the store.

#include <caf/all.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "actors/job_bell.hpp"
#include "monitoring/metrics.hpp"
#include "protocol/domain/error.hpp"
#include "storage/reads.hpp"
#include "storage/unit_of_work.hpp"

namespace sellavie::actors {

class feed;

struct commit_request {
  std::shared_ptr<const storage::change_set> changes;
  /// Whose changes they are, so that those who watch it are told; nil: of several, and nothing to tell.
  business_id business{};
};

struct commit_reply {
  storage::commit_outcome outcome = storage::commit_outcome::unavailable;
  /// One per inbound row of the request.
  std::vector<bool> fresh;
  error failure;
  /// One per payment event of the request.
  std::vector<bool> fresh_events{};
};

/// Which of these deliveries are still open? Answered behind every commit asked for earlier.
struct inbox_check {
  std::vector<inbox_id> ids;
};

struct inbox_still_open {
  std::vector<inbox_id> ids;
};

using flush_atom = caf::atom_constant<caf::atom("flush")>;
using settle_atom = caf::atom_constant<caf::atom("settle")>;

using journal_actor = caf::typed_actor<
    // Commits, or says why not. Never fails as a request while the journal lives.
    caf::replies_to<commit_request>::with<commit_reply>, caf::replies_to<inbox_check>::with<inbox_still_open>,
    // To itself: commit what waits.
    caf::reacts_to<flush_atom>,
    // To itself: is the last doubt settled?
    caf::reacts_to<settle_atom>>;

struct journal_dependencies {
  std::shared_ptr<storage::unit_of_work> store;
  std::shared_ptr<storage::store_reads> reads;
  std::shared_ptr<monitoring::metrics> metrics;
  /// Called once when the incarnation is fenced; the process then stops itself.
  std::function<void()> on_fenced;
  /// Hears what was committed; may be null.
  std::shared_ptr<feed> watchers;
  /// Rung after a commit that queued background jobs; may be null.
  std::shared_ptr<const job_bell> jobs{};
  std::size_t max_batch = 128;
  /// Longest wait for company when neither idle nor saturated.
  std::chrono::microseconds linger{4000};
};

class journal_state {
 public:
  explicit journal_state(journal_actor::stateful_pointer<journal_state> self) : self_{self} {}
  void start(journal_dependencies dependencies) { dependencies_ = std::move(dependencies); }

  caf::result<commit_reply> enqueue(commit_request request);
  caf::result<inbox_still_open> check(const inbox_check& wanted);
  void flush();
  void settle_doubt();

  static constexpr const char* name = "journal";

 private:
  struct waiting {
    commit_request request;
    caf::typed_response_promise<commit_reply> answer;
  };
  void schedule_flush();
  [[nodiscard]] bool should_linger() const;
  void commit_batch(std::vector<waiting>& batch);
  /// Where the answers to a request's rows begin in the report of its batch.
  struct place {
    std::size_t inbound = 0;
    std::size_t events = 0;
  };
  void settle(waiting& one, const storage::commit_report& report, place first);
  void tell_watchers(const commit_request& request, storage::commit_outcome outcome) const;
  storage::commit_report commit(const std::vector<const storage::change_set*>& sets);

  journal_actor::stateful_pointer<journal_state> self_;
  journal_dependencies dependencies_;
  std::vector<waiting> waiting_;
  bool flush_scheduled_ = false;
  /// Smoothed requests a millisecond; decides whether company is worth a wait.
  double rate_ = 0;
  std::chrono::steady_clock::time_point last_flush_{};
};
static_assert(!std::is_aggregate_v<journal_state>);

journal_actor::behavior_type journal(journal_actor::stateful_pointer<journal_state> self,
                                     journal_dependencies dependencies);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::commit_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::commit_reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::inbox_check)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::inbox_still_open)
