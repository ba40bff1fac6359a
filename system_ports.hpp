#pragma once
// The real clock, ids and randomness: what a simulation replaces.

#include <cstdint>
#include <memory>
#include <span>

#include "actors/clock.hpp"
#include "protocol/domain/ids.hpp"

namespace sellavie {

[[nodiscard]] std::shared_ptr<actors::clock> make_system_clock();

/// UUIDv7 in rising order within the process (48 bits of milliseconds, a 12-bit counter), the rest from
/// the system's random source. Thread-safe.
[[nodiscard]] std::shared_ptr<id_source> make_system_ids();

/// From the system's random source, for keys, tokens and IVs. Thread-safe.
void system_random(std::span<std::uint8_t> bytes);

/// Uniform in [0, 1), for jitter. Thread-safe.
[[nodiscard]] double system_jitter();

}  // namespace sellavie
