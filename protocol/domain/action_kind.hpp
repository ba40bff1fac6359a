#pragma once
// The vocabulary of what a model may propose. The typed action with its arguments lives in
// protocol/action; here is only the kind, which policy, results and logs need.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sellavie {

enum class action_kind : std::uint8_t {
  place_order,
  change_order,
  cancel_order,
  request_checkout,
  send_invoice,
  check_payment,
  hand_off,
  record_contact,
};

inline constexpr std::array all_action_kinds = {action_kind::place_order,  action_kind::change_order,
                                                action_kind::cancel_order, action_kind::request_checkout,
                                                action_kind::send_invoice, action_kind::check_payment,
                                                action_kind::hand_off,     action_kind::record_contact};

/// Of one reply, and so of one plan: the parser reads no more, the policy allows no more.
inline constexpr std::size_t max_actions_per_plan = 4;

/// The name on the wire (tool name, tag name) and in logs and metrics.
[[nodiscard]] constexpr std::string_view to_string(action_kind kind) noexcept {
  switch (kind) {
    case action_kind::place_order: return "place_order";
    case action_kind::change_order: return "change_order";
    case action_kind::cancel_order: return "cancel_order";
    case action_kind::request_checkout: return "request_checkout";
    case action_kind::send_invoice: return "send_invoice";
    case action_kind::check_payment: return "check_payment";
    case action_kind::hand_off: return "hand_off";
    case action_kind::record_contact: return "record_contact";
  }
  return "unknown";
}

[[nodiscard]] constexpr std::optional<action_kind> parse_action_kind(std::string_view name) noexcept {
  for (const auto kind : all_action_kinds)
    if (to_string(kind) == name) return kind;
  return std::nullopt;
}

}  // namespace sellavie
