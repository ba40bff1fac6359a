#pragma once
// How a customer is told something that no person and no model says: a receipt, a link, an invoice. Pure.
//
//  S1 In the chat while its send window is open and the customer can be reached there.
//  S2 Else by a template that the channel has approved.
//  S3 Else by mail, where the customer left an address.
//  S4 Else a person of the business is asked to.

#include <cstdint>

namespace sellavie {

enum class system_message_route : std::uint8_t { chat, approved_template, email, task };

struct system_message_ways {
  bool is_window_open = false;
  /// The channel said that nobody is there any more, or the customer is blocked.
  bool is_unreachable = false;
  bool has_template = false;
  bool has_email = false;
};

[[nodiscard]] constexpr system_message_route route_of(const system_message_ways& ways) noexcept {
  if (!ways.is_unreachable && ways.is_window_open) return system_message_route::chat;
  if (!ways.is_unreachable && ways.has_template) return system_message_route::approved_template;
  return ways.has_email ? system_message_route::email : system_message_route::task;
}

}  // namespace sellavie
