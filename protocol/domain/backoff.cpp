#include "protocol/domain/backoff.hpp"

#include <algorithm>

namespace sellavie {

milliseconds backoff(const backoff_settings& settings, std::uint32_t failures,
                     std::uint32_t jitter) noexcept {
  const auto longest = std::max<std::int64_t>(settings.longest.count(), 0);
  auto pause = std::clamp<std::int64_t>(settings.first.count(), 0, longest);
  for (std::uint32_t step = 1; step < failures && pause > 0 && pause < longest; ++step)
    pause = pause > longest / 2 ? longest : pause * 2;
  const auto share = static_cast<std::int64_t>(std::clamp(settings.jitter_percent, 0, 100));
  // Split so that neither product leaves 64 bits, however long the pause is.
  const auto most = pause / 100 * share + pause % 100 * share / 100;
  const auto taken = (most >> 32U) * jitter + (((most & 0xFFFFFFFF) * std::int64_t{jitter >> 1U}) >> 31U);
  return milliseconds{pause - std::min(taken, pause)};
}

}  // namespace sellavie
