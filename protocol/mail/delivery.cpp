#include "protocol/mail/delivery.hpp"

#include <algorithm>

#include "protocol/domain/backoff.hpp"

namespace sellavie::mail {
namespace {

constexpr backoff_settings pauses{.first = milliseconds{2'000}, .longest = milliseconds{1'800'000}};

/// 530, 534, 535, 538: a wrong or missing login of ours says nothing about the mail.
bool is_final(int status) noexcept {
  return status >= 500 && status < 600 && status != 530 && status != 534 && status != 535 && status != 538;
}

}  // namespace

outcome after_attempt(const attempt& made, const mail_age& age) noexcept {
  if (made.was_taken) return outcome::done;
  if (is_final(made.status)) return outcome::given_up;
  if (age.attempts >= most_attempts || age.expires_at <= age.now) return outcome::given_up;
  return outcome::again;
}

milliseconds pause_after(int attempts, std::uint32_t jitter) noexcept {
  return backoff(pauses, static_cast<std::uint32_t>(std::max(1, attempts)), jitter);
}

}  // namespace sellavie::mail
