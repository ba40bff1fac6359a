#include "protocol/channel/event.hpp"

namespace sellavie::channel {

std::string_view to_string(event_kind kind) noexcept {
  switch (kind) {
    case event_kind::message: return "message";
    case event_kind::postback: return "postback";
    case event_kind::echo: return "echo";
    case event_kind::reaction: return "reaction";
    case event_kind::read: return "read";
    case event_kind::delivery: return "delivery";
    case event_kind::edit: return "edit";
    case event_kind::unsend: return "unsend";
    case event_kind::status: return "status";
    case event_kind::referral: return "referral";
    case event_kind::optin: return "optin";
    case event_kind::thread_control: return "thread_control";
    case event_kind::comment: return "comment";
    case event_kind::system: return "system";
    case event_kind::unsupported: return "unsupported";
    case event_kind::account: return "account";
    case event_kind::history: return "history";
    case event_kind::unknown: return "unknown";
  }
  return "unknown";
}

}  // namespace sellavie::channel
