#include "protocol/channel/window.hpp"

namespace sellavie::channel {

std::string_view to_string(window_closed why) noexcept {
  switch (why) {
    case window_closed::never_opened: return "never_opened";
    case window_closed::only_a_person: return "only_a_person";
    case window_closed::only_a_template: return "only_a_template";
    case window_closed::expired: return "expired";
  }
  return "unknown";
}

std::variant<send_permit, window_closed> decide_window(sender_kind sender,
                                                       std::optional<instant> last_customer_action,
                                                       instant now, channel_kind channel) noexcept {
  if (!last_customer_action) return window_closed::never_opened;
  const auto age = now - *last_customer_action;
  if (age <= standard_window) {
    return send_permit{sender == sender_kind::system ? messaging_type::update : messaging_type::response,
                       message_tag::none};
  }
  if (channel == channel_kind::whatsapp) return window_closed::only_a_template;
  if (age > human_agent_window) return window_closed::expired;
  if (sender != sender_kind::person) return window_closed::only_a_person;
  return send_permit{messaging_type::message_tag, message_tag::human_agent};
}

bool opens_window(const channel_event& event) noexcept {
  if (event.no_reply || event.customer_id.empty()) return false;
  switch (event.kind) {
    case event_kind::message:
    case event_kind::postback:
    case event_kind::unsupported: return true;
    case event_kind::referral: return event.channel != channel_kind::whatsapp;
    case event_kind::reaction: return event.channel != channel_kind::whatsapp && event.payload == "react";
    default: return false;
  }
}

}  // namespace sellavie::channel
