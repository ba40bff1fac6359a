#include "actors/job_rules.hpp"

#include <algorithm>
#include <string_view>

namespace sellavie::actors {
namespace {

using monitoring::job_result;

constexpr std::size_t longest_code = 80;
constexpr std::chrono::minutes unknown_pause{5};
/// However long the other side wishes.
constexpr std::chrono::hours longest_wish{24};

/// Of a handler; never more than a word of a machine.
std::string code_in(std::string_view text) {
  std::string code;
  for (const char c : text.substr(0, longest_code)) {
    const bool is_allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            c == '_' || c == '.' || c == ':';
    code += is_allowed ? c : '_';
  }
  return code.empty() ? std::string{"failed"} : code;
}

job_verdict die(const storage::claimed_job& job, std::string_view code, const job_moment& at) {
  return {storage::job_death{job.hold, code_in(code), at.now}, job_result::dead};
}

job_verdict retry(const storage::claimed_job& job, const job_policy& policy, const job_ends::failed& failure,
                  const job_moment& at) {
  if (job.attempts >= policy.max_attempts) return die(job, failure.code, at);
  const auto pause = backoff(policy.pauses, static_cast<std::uint32_t>(job.attempts), at.jitter);
  const auto wished = std::min(failure.not_before.value_or(at.now), at.now + longest_wish);
  const auto due = std::max(at.now + pause, wished);
  return {storage::job_put_off{job.hold, due, job.attempts, code_in(failure.code), at.now},
          job_result::retried};
}

}  // namespace

job_verdict end_job(const storage::claimed_job& job, const job_policy& policy, const job_end& end,
                    const job_moment& at) {
  if (const auto* later = std::get_if<job_ends::again_at>(&end))
    return {storage::job_put_off{job.hold, later->at, 0, {}, at.now}, job_result::again};
  if (const auto* failure = std::get_if<job_ends::failed>(&end)) return retry(job, policy, *failure, at);
  if (const auto* failure = std::get_if<job_ends::hopeless>(&end)) return die(job, failure->code, at);
  return {storage::job_done{job.hold}, job_result::done};
}

std::optional<job_verdict> refuse_job(const storage::claimed_job& job, const job_policy& policy,
                                      const job_moment& at) {
  if (job.attempts <= policy.max_attempts) return std::nullopt;
  return die(job, "given_up", at);
}

job_verdict time_out_job(const storage::claimed_job& job, const job_policy& policy, const job_moment& at) {
  auto verdict = retry(job, policy, {"timed_out"}, at);
  if (verdict.result == job_result::retried) verdict.result = job_result::timed_out;
  return verdict;
}

job_verdict leave_job(const storage::claimed_job& job, const job_moment& at) {
  return {storage::job_put_off{job.hold, at.now + unknown_pause, std::max(job.attempts - 1, 0), {}, at.now},
          job_result::unknown};
}

job_verdict give_job_back(const storage::claimed_job& job, const job_moment& at) {
  return {storage::job_put_off{job.hold, job.due_at, std::max(job.attempts - 1, 0), {}, at.now},
          job_result::given_back};
}

}  // namespace sellavie::actors
