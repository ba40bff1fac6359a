#pragma once
// How a customer is told something that no person and no model says: a receipt, a link, an invoice.
//
//  S1 In the chat, while it takes it.
//  S2 Else by a template that the channel has approved (both outbox_sender R15).
//  S3 Else by mail, where the customer left an address.
//  S4 Else a person of the business is asked to.
//
// S3 and S4 are background work of their own, queued by the commit that ends the message. Without actors, for those who
// only carry it.

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
