#include "actors/customer_notice.hpp"

#include "protocol/channel/send.hpp"
#include "protocol/channel/stored_wire.hpp"
#include "protocol/domain/reply_text.hpp"

namespace sellavie::actors {

bool is_worth_telling(const action_outcome& outcome) noexcept {
  if (!outcome.accepted) return false;
  switch (outcome.effect) {
    case action_effect::order_placed:
    case action_effect::order_changed:
    case action_effect::order_cancelled:
    case action_effect::checkout_ready:
    case action_effect::payment_confirmed:
    case action_effect::order_fulfilled:
    case action_effect::order_refunded: return true;
    default: return false;
  }
}

void tell_customer(const services& node, const tenant& business, const customer_notice& whom,
                   const action_outcome& outcome, storage::change_set& changes) {
  const auto* account = business.account(whom.connection);
  if (account == nullptr) return;
  const instant now = node.now();
  const auto text = reply_for(outcome, parse_language(business.locale));
  for (const auto& part : channel::split_message({.text = text}, account->channel)) {
    const auto id = node.ids->next_as<message_id>();
    changes.messages.push_back({.conversation = whom.conversation,
                                .id = id,
                                .business = business.id,
                                .outgoing = true,
                                .origin = storage::message_origin::system,
                                .state = storage::send_state::ready,
                                .body = part.text,
                                .provider_time = now,
                                .created_at = now});
    changes.outbox.push_back({.id = id,
                              .business = business.id,
                              .connection = whom.connection,
                              .conversation = whom.conversation,
                              .recipient = whom.customer,
                              .origin = storage::message_origin::system,
                              .state = storage::send_state::ready,
                              .due_at = now,
                              .created_at = now,
                              .body = channel::store_wire(part)});
  }
  changes.touched.push_back({whom.conversation, business.id, now});
  changes.timeline.push_back({business.id, outcome.order, "customer_told", "system", now});
}

}  // namespace sellavie::actors
