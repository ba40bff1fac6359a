#include "protocol/outgoing/delivery.hpp"

#include <algorithm>

#include "protocol/domain/backoff.hpp"

namespace sellavie::outgoing {
namespace {

constexpr milliseconds longest_pause = std::chrono::hours{4};
constexpr backoff_settings pauses{.first = milliseconds{10'000}, .longest = longest_pause};
constexpr int gone = 410;

bool is_success(int status) noexcept { return status >= 200 && status < 300; }

milliseconds pause_after(const attempt& made, int attempts, std::uint32_t jitter) noexcept {
  const auto usual = backoff(pauses, static_cast<std::uint32_t>(std::max(1, attempts)), jitter);
  const bool may_ask = made.status == 429 || made.status == 503;
  if (!may_ask || !made.retry_after) return usual;
  return std::max(usual, std::min<milliseconds>(*made.retry_after, longest_pause));
}

endpoint_verdict verdict_of(const attempt& made, const delivery_age& age) noexcept {
  if (is_success(made.status)) return endpoint_verdict::works;
  if (made.status == gone) return endpoint_verdict::turned_off;
  const bool is_too_long =
      age.attempts > 1 && age.failing_since && age.now - *age.failing_since >= longest_failing;
  return is_too_long ? endpoint_verdict::turned_off : endpoint_verdict::fails;
}

}  // namespace

delivery_outcome after_attempt(const attempt& made, const delivery_age& age, std::uint32_t jitter) noexcept {
  delivery_outcome outcome;
  outcome.endpoint = verdict_of(made, age);
  if (outcome.endpoint == endpoint_verdict::works) return outcome;
  outcome.due_at = age.now + pause_after(made, age.attempts, jitter);
  const bool is_over = outcome.due_at - age.began_at >= longest_trying;
  const bool is_off = outcome.endpoint == endpoint_verdict::turned_off;
  outcome.end = is_over || is_off ? delivery_end::dead : delivery_end::again;
  return outcome;
}

}  // namespace sellavie::outgoing
