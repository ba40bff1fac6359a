#pragma once
// May we write to this customer now, and with which label? One pure function.
// A wrong tag costs a shop its App Review: HUMAN_AGENT is only for what a person wrote, and only
// after the 24 hours are over.

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "protocol/channel/event.hpp"

namespace sellavie::channel {

enum class sender_kind : std::uint8_t { ai, person, system };
enum class messaging_type : std::uint8_t { response, update, message_tag };
enum class message_tag : std::uint8_t { none, human_agent };

/// How an allowed message is labelled. WhatsApp ignores both.
struct send_permit {
  messaging_type type = messaging_type::response;
  message_tag tag = message_tag::none;

  friend bool operator==(const send_permit&, const send_permit&) = default;
};

enum class window_closed : std::uint8_t {
  /// The customer never acted: nobody may write first.
  never_opened,
  /// Older than 24 hours; a person still may, up to 7 days (Messenger, Instagram).
  only_a_person,
  /// Older than 24 hours on WhatsApp: approved templates only.
  only_a_template,
  /// Older than 7 days.
  expired,
};
[[nodiscard]] std::string_view to_string(window_closed why) noexcept;

inline constexpr std::chrono::hours standard_window{24};
inline constexpr std::chrono::hours human_agent_window{24 * 7};

/// An action "in the future" (clocks differ) counts as just now.
[[nodiscard]] std::variant<send_permit, window_closed> decide_window(
    sender_kind sender, std::optional<instant> last_customer_action, instant now,
    channel_kind channel) noexcept;

/// Whether this event is a customer's action that opens the window. Echoes, statuses, marks, edits
/// and groups do not; comments do not either, because they allow only a private reply.
[[nodiscard]] bool opens_window(const channel_event& event) noexcept;

}  // namespace sellavie::channel
