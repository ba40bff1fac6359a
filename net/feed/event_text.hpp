#pragma once
// Live events as their readers get them: server-sent events (HTML Living Standard, section 9.2) with an
// id to resume from, a name, and one JSON object of the shape `event_shape`.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/feed.hpp"
#include "protocol/api/schema.hpp"

namespace sellavie::net {

/// Where a reader is among the events of a business: "<incarnation>-<number>". Numbers have gaps only where an event was of
/// somebody else alone.
struct event_position {
  std::int64_t incarnation = 0;
  std::uint64_t number = 0;

  friend bool operator==(const event_position&, const event_position&) = default;
};
[[nodiscard]] std::string to_string(const event_position& at);
/// Of a Last-Event-ID; nullopt for what was never an id of ours.
[[nodiscard]] std::optional<event_position> parse_event_position(std::string_view id) noexcept;

/// Why the server ends a stream.
enum class stream_end : std::uint8_t { token_expired, signed_out, access_lost, restarting };

[[nodiscard]] std::string event_text(const event_position& at, const actors::live_fact& what);
/// "What you show may be old: read it again; everything later follows."
[[nodiscard]] std::string snapshot_text(const event_position& at);
/// The last one; without an id, so that a reader resumes behind what it got before.
[[nodiscard]] std::string end_text(stream_end why);
/// Milliseconds until a reader comes again.
inline constexpr std::string_view retry_text = "retry: 3000\n\n";
/// A comment.
inline constexpr std::string_view heartbeat_text = ":\n\n";

/// The data of every event.
[[nodiscard]] api::schema event_shape();

}  // namespace sellavie::net
