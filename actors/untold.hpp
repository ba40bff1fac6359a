#pragma once
// A notice of the server's that the chat did not take: the way of protocol/domain/system_message_route.hpp from its third
// step on, as background work of its own. Queued by the commit that ends the message. Without actors, for those who only
// carry it.

#include <optional>
#include <string>
#include <string_view>

#include "protocol/domain/ids.hpp"
#include "storage/job_rows.hpp"

namespace sellavie::actors {

struct untold_notice {
  message_id message;
  conversation_id conversation;
  /// May be nil.
  order_id order{};
  /// The server's own sentence without a word of a person.
  std::string text;
  /// "window_closed:only_a_template": for the task; no customer text.
  std::string reason;
};

inline constexpr std::string_view untold_job = "customer.untold";
[[nodiscard]] storage::job_row untold_of(const untold_notice& notice, const business_id& business,
                                         storage::job_id id, instant at);
/// Nothing: the payload is not readable.
[[nodiscard]] std::optional<untold_notice> read_untold(std::string_view payload);

}  // namespace sellavie::actors
