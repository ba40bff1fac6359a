#pragma once
// Exponential backoff with jitter; the jitter is an argument.

#include <cstdint>

#include "protocol/domain/time.hpp"

namespace sellavie {

struct backoff_settings {
  milliseconds first{500};
  milliseconds longest{8'000};
  /// Share of the pause that jitter may take away, in percent.
  int jitter_percent = 25;
};

/// The pause after failure number `failures` (1 = the first). `jitter` is uniform over all 32 bits.
[[nodiscard]] milliseconds backoff(const backoff_settings& settings, std::uint32_t failures,
                                   std::uint32_t jitter) noexcept;

}  // namespace sellavie
