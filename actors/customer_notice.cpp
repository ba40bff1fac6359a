#include "actors/customer_notice.hpp"

#include "actors/outgoing.hpp"
#include "protocol/action/outcome_codec.hpp"
#include "protocol/domain/reply_text.hpp"

namespace sellavie::actors {

bool is_worth_telling(const action_outcome& outcome) noexcept {
  if (!outcome.accepted) return false;
  switch (outcome.effect) {
    case action_effect::order_placed:
    case action_effect::order_changed:
    case action_effect::order_cancelled:
    case action_effect::checkout_ready:
    case action_effect::checkout_reminded:
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
  const outgoing notice{.business = business.id,
                        .connection = whom.connection,
                        .conversation = whom.conversation,
                        .recipient = whom.customer,
                        .at = now};
  const auto language = parse_language(business.locale);
  auto parts = channel::split_message({.text = reply_for(outcome, language)}, account->channel);
  if (whom.by_other_ways && !parts.empty()) {
    parts.front().plain_text = plain_reply_for(outcome, language);
    if (!outcome.order.is_nil()) parts.front().about = to_string(outcome.order);
  }
  for (const auto& part : parts)
    add_outgoing(notice, part, node.ids->next_as<message_id>(), storage::send_state::ready, changes);
  changes.touched.push_back({whom.conversation, business.id, now});
  changes.timeline.push_back({business.id, outcome.order, std::string{whom.as}, "system", now});
  if (!whom.key.empty())
    changes.action_results.push_back({business.id, whom.key, encode_outcome(outcome), now});
}

}  // namespace sellavie::actors
