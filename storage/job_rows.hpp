#pragma once
// Durable background work: what a change_set writes of it, and what its runner claims (tables jobs and dead_jobs).
//
//  R1 A job that is committed is run: at least once, so what it does must bear repetition. A handler may commit
//     `job_done` together with what it did; it may also come twice.
//  R2 At most one open job a (business, kind, unique key). Another wish adds none; it makes the open one due no later
//     and no less urgent, unless that one waits after a failure. While it is being run, it is run once more
//     afterwards: whoever runs it may have read already.
//  R3 A claim is (incarnation, number): the number rises with each claim of a job and never returns.
//  R4 A claim ends with its holder's word, with its time, or with its holder's incarnation.
//  R5 Businesses take turns; one with 50,000 jobs gets its share of each round. Within a business the more urgent
//     come first, then those due earlier.
//  R6 `attempts` counts claims since the job last went well. After too many it is dead, with what went wrong and when,
//     and a person can retry it. A wish that came while its last attempt ran is dead with it.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/domain/ids.hpp"
#include "protocol/domain/time.hpp"

namespace sellavie::storage {

using job_id = basic_id<struct job_tag>;

enum class job_priority : std::uint8_t { urgent, normal, bulk };

inline constexpr std::size_t longest_job_kind = 40;
inline constexpr std::size_t longest_job_key = 200;
inline constexpr std::size_t largest_job_payload = 65'536;

struct job_row {
  job_id id;
  business_id business;
  /// Who runs it: "payment.check".
  std::string kind;
  std::optional<std::string> unique_key;
  job_priority priority = job_priority::normal;
  /// Not after `created_at`: at once.
  instant due_at{};
  /// JSON without secrets.
  std::string payload = "{}";
  instant created_at{};
};

/// The claim under which a job is held.
struct job_hold {
  job_id id;
  business_id business;
  std::int32_t claim = 0;

  friend bool operator==(const job_hold&, const job_hold&) = default;
};

/// It goes, or is ready once more (R2); left alone when it is not held any more.
struct job_done {
  job_hold job;
};

/// It waits again; left alone when it is not held any more.
struct job_put_off {
  job_hold job;
  instant due_at{};
  /// From now on; 0 also forgets the errors.
  std::int32_t attempts = 0;
  /// Empty: nothing went wrong.
  std::string error_code;
  instant at{};
};

/// It is dead; left alone when it is not held any more.
struct job_death {
  job_hold job;
  std::string error_code;
  instant at{};
};

/// At most `most` jobs, at most `per_business` of one that are on the way at once.
struct job_claim {
  instant now{};
  instant until{};
  int most = 0;
  int per_business = 0;
  /// Businesses behind this one.
  business_id after;
  /// Of businesses that have some on the way already.
  std::vector<std::pair<business_id, int>> on_the_way;
  /// Also take back what is held too long, or by the dead.
  bool rescue = false;
  /// Also look for jobs that became due.
  bool promote = false;
};

struct claimed_job {
  job_hold hold;
  std::string kind;
  std::string payload;
  job_priority priority = job_priority::normal;
  instant due_at{};
  instant created_at{};
  /// With this one.
  std::int32_t attempts = 0;
};

struct claimed_jobs {
  /// By business.
  std::vector<claimed_job> jobs;
  std::int64_t rescued = 0;
  /// More became due than one look takes.
  bool more_due = false;
};

/// Counts end at `counted_jobs`.
struct job_state {
  std::int64_t open = 0;
  std::int64_t dead = 0;
  /// Of those that are ready or overdue; nullopt: none is.
  std::optional<instant> oldest_due;
};
inline constexpr std::int64_t counted_jobs = 10'000;

}  // namespace sellavie::storage
