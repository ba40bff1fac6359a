#include "actors/composed.hpp"

#include <nlohmann/json.hpp>
#include <variant>

#include "protocol/channel/send.hpp"
#include "protocol/channel/stored_wire.hpp"

namespace sellavie::actors {
namespace {

std::string attachments_of(const channel::wire_message& part) {
  const bool is_image = part.kind == channel::wire_kind::image;
  if (!is_image && part.kind != channel::wire_kind::file) return {};
  return nlohmann::json::array({{{"type", is_image ? "image" : "file"},
                                 {"url", part.url},
                                 {"media_id", ""},
                                 {"title", part.title}}})
      .dump();
}

}  // namespace

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
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto id = chat.node->ids->next_as<message_id>();
    changes->messages.push_back({.conversation = chat.conversation,
                                 .id = id,
                                 .business = chat.business->id,
                                 .outgoing = true,
                                 .origin = storage::message_origin::person,
                                 .state = storage::send_state::ready,
                                 .body = parts[i].text,
                                 .attachments = attachments_of(parts[i]),
                                 .provider_time = now,
                                 .created_at = now});
    changes->outbox.push_back({.id = id,
                               .business = chat.business->id,
                               .connection = chat.connection,
                               .conversation = chat.conversation,
                               .recipient = chat.customer,
                               .origin = storage::message_origin::person,
                               .epoch = standing.epoch,
                               .state = storage::send_state::ready,
                               .due_at = now,
                               .created_at = now,
                               .body = channel::store_wire(parts[i])});
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
