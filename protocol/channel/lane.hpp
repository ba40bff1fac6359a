#pragma once
// The lane of an event: events of one lane are handled in the order in which they were accepted.
// What a customer says, edits and unsends is one lane of a connection; what is about our own sends to that
// customer (statuses, reads, echoes) is another, so that a flood of messages does not hold them up.

#include <bit>
#include <cstdint>
#include <string_view>

#include "protocol/channel/event.hpp"
#include "protocol/domain/ids.hpp"

namespace sellavie::channel {

/// Stored with the row, so never to be changed. Two customers of one connection that share a value
/// share a lane, which is harmless; a connection's id is random, so that nobody aims at another's.
[[nodiscard]] inline std::int64_t lane_of(const connection_id& connection,
                                          const channel_event& event) noexcept {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  const auto mix = [&hash](std::uint8_t byte) { hash = (hash ^ byte) * 1099511628211ULL; };
  for (const std::uint8_t byte : connection.value.bytes) mix(byte);
  mix(wakes_conversation(event) || corrects_conversation(event) ? 1 : 0);
  for (const char letter : event.customer_id) mix(static_cast<std::uint8_t>(letter));
  return std::bit_cast<std::int64_t>(hash);
}

}  // namespace sellavie::channel
