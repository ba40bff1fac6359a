#pragma once
// What becomes of a background job, without knowing how it is carried out. Pure: time and jitter are arguments.
//
//  R1 Done is done. Who asks to be called later begins anew: no failure is remembered.
//  R2 A failure waits longer each time, and never less than it asks for; the last one that the kind allows is its death.
//  R3 What is hopeless is dead at once.
//  R4 A job that was lost too often (its processes died, or it never answered) is dead before it is begun.
//  R5 One that nobody here runs, or that is given back, is as if it had not been claimed.

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "monitoring/labels.hpp"
#include "protocol/domain/backoff.hpp"
#include "storage/job_rows.hpp"

namespace sellavie::actors {

/// How a handler ends a job.
namespace job_ends {

struct done {};
/// Not a failure.
struct again_at {
  instant at{};
};
struct failed {
  /// Snake case, at most 80 characters, without a customer's words: people see it.
  std::string code;
  /// Not before, as the other side wished; at most a day.
  std::optional<instant> not_before{};
};
/// No further attempt can help.
struct hopeless {
  std::string code;
};

}  // namespace job_ends

using job_end = std::variant<job_ends::done, job_ends::again_at, job_ends::failed, job_ends::hopeless>;

struct job_policy {
  backoff_settings pauses{.first = std::chrono::seconds{5}, .longest = std::chrono::hours{1}};
  int max_attempts = 12;
  /// An attempt that has not answered by then has failed (`timed_out`); its late answer counts for nothing.
  milliseconds limit = std::chrono::minutes{2};
};

struct job_verdict {
  using write = std::variant<storage::job_done, storage::job_put_off, storage::job_death>;
  write row;
  monitoring::job_result result = monitoring::job_result::done;
};

struct job_moment {
  instant now{};
  /// Uniform over all 32 bits.
  std::uint32_t jitter = 0;
};

[[nodiscard]] job_verdict end_job(const storage::claimed_job& job, const job_policy& policy,
                                  const job_end& end, const job_moment& at);
/// Before it is begun: its death, if it was lost too often.
[[nodiscard]] std::optional<job_verdict> refuse_job(const storage::claimed_job& job, const job_policy& policy,
                                                    const job_moment& at);
[[nodiscard]] job_verdict time_out_job(const storage::claimed_job& job, const job_policy& policy,
                                       const job_moment& at);
/// Nobody here runs its kind: an older server beside a newer one.
[[nodiscard]] job_verdict leave_job(const storage::claimed_job& job, const job_moment& at);
[[nodiscard]] job_verdict give_job_back(const storage::claimed_job& job, const job_moment& at);

}  // namespace sellavie::actors
