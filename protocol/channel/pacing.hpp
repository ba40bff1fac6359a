#pragma once
// How fast an account may send. Pure: time is an argument.
// GCRA: a token bucket kept as one instant, the "theoretical arrival time".

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "protocol/domain/time.hpp"

namespace sellavie::channel {

using pace_clock = std::chrono::sys_time<std::chrono::microseconds>;

struct pace {
  /// Time that one message costs.
  std::chrono::microseconds interval{};
  /// Messages that may go at once after a pause; at least 1.
  std::int64_t burst = 1;

  [[nodiscard]] static constexpr pace per_second(std::int64_t messages, std::int64_t burst) noexcept {
    return {std::chrono::microseconds{1'000'000 / std::max<std::int64_t>(messages, 1)},
            std::max<std::int64_t>(burst, 1)};
  }
};

/// WhatsApp, per customer: one message in 6 seconds, 45 on credit (else error 131056).
inline constexpr pace whatsapp_pair_pace{std::chrono::seconds{6}, 45};

/// Messenger and Instagram, per account: pictures and files, within the account's own pace.
inline constexpr pace media_pace = pace::per_second(10, 1);

class token_bucket {
 public:
  /// The first instant at or after `now` at which a message may go.
  [[nodiscard]] instant ready_at(const pace& limit, instant now) const noexcept {
    const auto tolerance = limit.interval * (limit.burst - 1);
    const auto earliest = std::chrono::ceil<milliseconds>(arrival_ - tolerance);
    return std::max(now, earliest);
  }
  /// Books one message at `now`. Call it when ready_at() <= now.
  void take(const pace& limit, instant now) noexcept {
    arrival_ = std::max(arrival_, pace_clock{now}) + limit.interval;
  }

 private:
  pace_clock arrival_{};
};

/// What an outbox_sender keeps for its account. A bucket per customer (WhatsApp) lives with the
/// conversation and is passed in; other channels pass none.
class send_pacing {
 public:
  explicit send_pacing(pace account_pace) noexcept : pace_{account_pace} {}

  /// When the next message may go: after a pause, within the account's pace and the pair's.
  [[nodiscard]] instant ready_at(instant now, const token_bucket* pair = nullptr) const noexcept {
    instant at = std::max(account_.ready_at(pace_, now), paused_until_);
    if (pair != nullptr) at = std::max(at, pair->ready_at(whatsapp_pair_pace, now));
    return at;
  }
  void take(instant now, token_bucket* pair = nullptr) noexcept {
    account_.take(pace_, now);
    if (pair != nullptr) pair->take(whatsapp_pair_pace, now);
  }
  /// After a rate-limit answer: calls during throttling prolong it. Never shortens a pause.
  void pause_until(instant until) noexcept { paused_until_ = std::max(paused_until_, until); }

 private:
  pace pace_;
  token_bucket account_;
  instant paused_until_{};
};

}  // namespace sellavie::channel
