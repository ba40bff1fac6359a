#include "protocol/domain/failover.hpp"

#include <algorithm>

namespace sellavie {
namespace {

constexpr std::size_t tries_per_provider = 2;

struct tally {
  std::size_t tries = 0;
  /// No further attempt at this provider in this turn.
  bool spent = false;
  bool overflowed_full = false;
  bool overflowed_trimmed = false;
  instant retry_at{};
};

struct planner {
  const failover_request& request;
  std::span<const provider_candidate> providers;
  std::span<const failed_attempt> failed;
  const failover_settings& settings;
  instant now;

  [[nodiscard]] tally tally_of(std::size_t provider) const {
    tally sum;
    for (const auto& attempt : failed) {
      if (attempt.provider != provider) continue;
      ++sum.tries;
      sum.retry_at = std::max(sum.retry_at, attempt.retry_at);
      if (attempt.kind == failure_class::failover_now) sum.spent = true;
      if (attempt.kind == failure_class::context_overflow)
        (attempt.trimmed ? sum.overflowed_trimmed : sum.overflowed_full) = true;
    }
    // An overflow says nothing against the provider: its trimmed try is one more.
    if (sum.tries >= tries_per_provider + (sum.overflowed_full ? 1U : 0U)) sum.spent = true;
    if (sum.overflowed_trimmed || (sum.overflowed_full && request.trimmed_tokens == 0)) sum.spent = true;
    return sum;
  }

  [[nodiscard]] bool fits(const provider_candidate& candidate, std::uint32_t tokens) const {
    return candidate.context_tokens == 0 || tokens <= candidate.context_tokens;
  }

  /// The window that is known to be too small for the full prompt, 0 = none.
  [[nodiscard]] std::uint32_t largest_overflowed() const {
    std::uint32_t largest = 0;
    for (const auto& attempt : failed)
      if (attempt.kind == failure_class::context_overflow && !attempt.trimmed &&
          attempt.provider < providers.size())
        largest = std::max(largest, providers[attempt.provider].context_tokens);
    return largest;
  }

  struct choice {
    std::size_t provider = 0;
    instant ready{};
    bool has_slot = true;
    bool trimmed = false;
  };

  /// A known time goes before a slot that may become free whenever.
  [[nodiscard]] static bool is_sooner(const choice& left, const choice& right) {
    if (left.has_slot != right.has_slot) return left.has_slot;
    return left.ready < right.ready;
  }

  /// In preferred order; an unfinished transient retry of the last provider keeps its place in front.
  [[nodiscard]] std::optional<choice> best(bool trimmed) const {
    std::optional<choice> now_ready;
    std::optional<choice> later;
    const auto consider = [&](std::size_t index) {
      const auto& candidate = providers[index];
      const auto past = tally_of(index);
      if (past.spent || !fits(candidate, trimmed ? request.trimmed_tokens : request.needed_tokens)) return;
      if (!trimmed && (past.overflowed_full || is_too_small(candidate))) return;
      const choice found{index, std::max({candidate.ready_at, past.retry_at, now}), candidate.has_free_slot,
                         trimmed};
      if (found.ready + settings.min_attempt > request.deadline) return;
      if (found.ready <= now && found.has_slot) {
        if (!now_ready) now_ready = found;
      } else if (!later || is_sooner(found, *later)) {
        later = found;
      }
    };
    const auto again = retry_candidate();
    if (again) consider(*again);
    const bool waits_for_again = again && later && later->provider == *again && later->has_slot &&
                                 later->ready - now <= settings.patience;
    if (waits_for_again) return later;
    for (std::size_t i = 0; i < providers.size(); ++i)
      if (i != again) consider(i);
    return now_ready ? now_ready : later;
  }

  [[nodiscard]] bool is_too_small(const provider_candidate& candidate) const {
    const auto overflowed = largest_overflowed();
    return overflowed != 0 && candidate.context_tokens != 0 && candidate.context_tokens <= overflowed;
  }

  /// R2: the provider that failed transiently once and has its second try coming.
  [[nodiscard]] std::optional<std::size_t> retry_candidate() const {
    if (failed.empty() || failed.back().provider >= providers.size()) return std::nullopt;
    const auto kind = failed.back().kind;
    if (kind != failure_class::retry_same_then_failover && kind != failure_class::garbage)
      return std::nullopt;
    return failed.back().provider;
  }

  [[nodiscard]] failover_step step_for(const choice& chosen) const {
    if (chosen.ready <= now && chosen.has_slot)
      return ask_provider{chosen.provider, std::min(request.deadline, now + settings.attempt_limit),
                          chosen.trimmed};
    // Only a slot is missing: nobody knows when one becomes free, the caller plans again then.
    if (!chosen.has_slot) return wait_until{request.deadline - settings.min_attempt};
    return wait_until{chosen.ready};
  }
};

std::optional<give_up_reason> final_verdict(std::span<const failed_attempt> failed) {
  if (failed.empty()) return std::nullopt;
  if (failed.back().kind == failure_class::caller_bug) return give_up_reason::caller_bug;
  if (failed.back().kind == failure_class::refusal) return give_up_reason::refusal;
  return std::nullopt;
}

}  // namespace

failover_step plan_attempt(const failover_request& request, std::span<const provider_candidate> providers,
                           std::span<const failed_attempt> failed, const failover_settings& settings,
                           instant now) {
  if (const auto verdict = final_verdict(failed)) return give_up{*verdict};
  if (now + settings.min_attempt > request.deadline) return give_up{give_up_reason::deadline};
  if (failed.size() >= settings.max_attempts) return give_up{give_up_reason::attempts};

  const planner plan{request, providers, failed, settings, now};
  const auto full = plan.best(false);
  const auto trimmed = request.trimmed_tokens != 0 ? plan.best(true) : std::nullopt;
  // The full prompt first; a trimmed one now beats a full one that has to be waited for.
  if (full && (!trimmed || plan.step_for(*full).index() == 0)) return plan.step_for(*full);
  const bool overflowed = std::any_of(failed.begin(), failed.end(), [](const auto& attempt) {
    return attempt.kind == failure_class::context_overflow;
  });
  if (trimmed && (overflowed || !full)) return plan.step_for(*trimmed);
  if (full) return plan.step_for(*full);
  if (overflowed) return give_up{give_up_reason::context_overflow};
  const bool too_small = !providers.empty() &&
                         std::all_of(providers.begin(), providers.end(),
                                     [&](const auto& one) { return !plan.fits(one, request.needed_tokens); });
  return give_up{too_small ? give_up_reason::context_overflow : give_up_reason::nobody_left};
}

std::string_view to_string(failure_class kind) noexcept {
  switch (kind) {
    case failure_class::retry_same_then_failover: return "retry_same_then_failover";
    case failure_class::failover_now: return "failover_now";
    case failure_class::caller_bug: return "caller_bug";
    case failure_class::context_overflow: return "context_overflow";
    case failure_class::refusal: return "refusal";
    case failure_class::garbage: return "garbage";
  }
  return "unknown";
}

std::string_view to_string(give_up_reason reason) noexcept {
  switch (reason) {
    case give_up_reason::deadline: return "deadline";
    case give_up_reason::attempts: return "attempts";
    case give_up_reason::caller_bug: return "caller_bug";
    case give_up_reason::context_overflow: return "context_overflow";
    case give_up_reason::refusal: return "refusal";
    case give_up_reason::nobody_left: return "nobody_left";
  }
  return "unknown";
}

}  // namespace sellavie
