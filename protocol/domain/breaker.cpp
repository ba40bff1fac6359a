#include "protocol/domain/breaker.hpp"

#include <algorithm>

namespace sellavie {

std::optional<breaker_permit> breaker::try_acquire(instant now) noexcept {
  settle_lost_probe(now);
  if (state_ == breaker_state::closed) return breaker_permit{generation_, false};
  if (probe_out_ || now < until_) return std::nullopt;
  state_ = breaker_state::half_open;
  probe_out_ = true;
  until_ = now + settings_.probe_timeout;
  return breaker_permit{++generation_, true};
}

instant breaker::ready_at(instant now) const noexcept {
  breaker later = *this;
  later.settle_lost_probe(now);
  if (later.state_ == breaker_state::closed) return now;
  return std::max(now, later.until_);
}

void breaker::on_success(breaker_permit permit, instant now) noexcept {
  settle_lost_probe(now);
  if (!is_current(permit)) return;
  failures_in_row_ = 0;
  openings_ = 0;
  if (state_ == breaker_state::closed) return;
  state_ = breaker_state::closed;
  probe_out_ = false;
  ++generation_;
}

void breaker::on_failure(breaker_permit permit, instant now,
                         std::optional<milliseconds> retry_after) noexcept {
  settle_lost_probe(now);
  if (!is_current(permit)) {
    if (state_ == breaker_state::open && retry_after)
      until_ = std::max(until_, now + std::clamp(*retry_after, milliseconds{0}, settings_.max_retry_after));
    return;
  }
  ++failures_in_row_;
  const bool asked_to_pause = retry_after && retry_after->count() > 0;
  if (state_ == breaker_state::half_open || asked_to_pause || failures_in_row_ >= settings_.failure_threshold)
    open(now, retry_after);
}

void breaker::on_fatal(breaker_permit permit, instant now, std::optional<milliseconds> retry_after) noexcept {
  settle_lost_probe(now);
  if (is_current(permit)) open(now, retry_after);
}

void breaker::on_abandoned(breaker_permit permit, instant now) noexcept {
  settle_lost_probe(now);
  if (!is_current(permit) || state_ != breaker_state::half_open) return;
  probe_out_ = false;
  until_ = now;
  ++generation_;
}

breaker_state breaker::state(instant now) const noexcept {
  breaker later = *this;
  later.settle_lost_probe(now);
  return later.state_;
}

void breaker::open(instant now, std::optional<milliseconds> retry_after) noexcept {
  // R3: while closed the provider's own word is enough; otherwise it only prolongs the growing pause.
  const bool told_early = state_ == breaker_state::closed && retry_after && retry_after->count() > 0 &&
                          failures_in_row_ < settings_.failure_threshold;
  auto pause = told_early ? milliseconds{0} : std::min(settings_.cool_down, settings_.max_cool_down);
  for (int i = 0; !told_early && i < openings_ && pause < settings_.max_cool_down; ++i)
    pause = std::min(pause * 2, settings_.max_cool_down);
  if (retry_after)
    pause = std::max(pause, std::clamp(*retry_after, milliseconds{0}, settings_.max_retry_after));
  state_ = breaker_state::open;
  until_ = now + pause;
  probe_out_ = false;
  openings_ = std::min(openings_ + 1, 62);
  failures_in_row_ = 0;
  ++generation_;
}

void breaker::settle_lost_probe(instant now) noexcept {
  // The cool-down starts when the probe was due, not when somebody looked.
  if (state_ == breaker_state::half_open && probe_out_ && now >= until_) open(until_, std::nullopt);
}

bool breaker::is_current(breaker_permit permit) const noexcept {
  if (permit.generation != generation_) return false;
  return state_ == breaker_state::closed ||
         (state_ == breaker_state::half_open && permit.probe && probe_out_);
}

}  // namespace sellavie
