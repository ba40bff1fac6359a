#pragma once
// The three places where customers write.

#include <cstdint>
#include <optional>
#include <string_view>

namespace sellavie {

enum class channel_kind : std::uint8_t { messenger, instagram, whatsapp };

[[nodiscard]] constexpr std::string_view to_string(channel_kind channel) noexcept {
  switch (channel) {
    case channel_kind::messenger: return "messenger";
    case channel_kind::instagram: return "instagram";
    case channel_kind::whatsapp: return "whatsapp";
  }
  return "unknown";
}

[[nodiscard]] constexpr std::optional<channel_kind> parse_channel(std::string_view name) noexcept {
  if (name == "messenger") return channel_kind::messenger;
  if (name == "instagram") return channel_kind::instagram;
  if (name == "whatsapp") return channel_kind::whatsapp;
  return std::nullopt;
}

}  // namespace sellavie
