#include "actors/composed.hpp"

#include <variant>

#include "actors/outgoing.hpp"

namespace sellavie::actors {

std::optional<send_refusal> refusal_of_window(instant last_customer_action, instant now,
                                              channel_kind channel) noexcept {
  const auto last = last_customer_action == instant{} ? std::optional<instant>{} : last_customer_action;
  const auto decided = channel::decide_window(channel::sender_kind::person, last, now, channel);
  const auto* closed = std::get_if<channel::window_closed>(&decided);
  if (closed == nullptr) return std::nullopt;
  switch (*closed) {
    case channel::window_closed::never_opened: return send_refusal::never_opened;
    case channel::window_closed::only_a_template: return send_refusal::only_a_template;
    case channel::window_closed::only_a_person:  // is a person
    case channel::window_closed::expired: return send_refusal::expired;
  }
  return send_refusal::expired;
}

std::shared_ptr<storage::change_set> compose(const chat_context& chat, const composed_message& wanted,
                                             const composed_chat& standing) {
  const instant now = chat.node->now();
  const auto parts =
      channel::split_message({.text = wanted.text, .image_url = wanted.image_url, .media = wanted.media},
                             chat.business->account(chat.connection)->channel);
  auto changes = std::make_shared<storage::change_set>();
  for (const auto& one : wanted.attachments)
    changes->attachments_used.push_back({chat.business->id, one, now});
  const outgoing message{.business = chat.business->id,
                         .connection = chat.connection,
                         .conversation = chat.conversation,
                         .recipient = chat.customer,
                         .origin = storage::message_origin::person,
                         .epoch = standing.epoch,
                         .at = now};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto id = chat.node->ids->next_as<message_id>();
    add_outgoing(message, parts[i], id, storage::send_state::ready, *changes);
    changes->composed.push_back({.conversation = chat.conversation,
                                 .message = id,
                                 .business = chat.business->id,
                                 .account = wanted.account,
                                 .key = wanted.key,
                                 .part = static_cast<std::int16_t>(i),
                                 .fingerprint = wanted.fingerprint});
  }
  changes->conversations.push_back({.conversation = chat.conversation,
                                    .business = chat.business->id,
                                    .expected_epoch = standing.expected_epoch,
                                    .epoch = standing.epoch,
                                    .owner = storage::chat_owner::person,
                                    .handover_reason = standing.handover_reason,
                                    .last_message_at = now});
  if (standing.epoch != standing.expected_epoch) changes->outbox_overtaken.push_back(chat.conversation);
  return changes;
}

}  // namespace sellavie::actors
