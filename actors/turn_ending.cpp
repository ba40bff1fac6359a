#include "actors/turn_ending.hpp"

#include <algorithm>

#include "actors/outgoing.hpp"
#include "protocol/channel/window.hpp"

namespace sellavie::actors {
namespace {

bool window_is_open(const chat_context& chat, const turn& of, instant now) {
  instant last = chat.last_customer_at;
  for (const delivery& one : of.deliveries)
    if (channel::opens_window(*one.event)) last = std::max(last, one.event->provider_time);
  const channel_account* account = chat.business->account(chat.connection);
  if (account == nullptr) return false;
  const auto decided = channel::decide_window(channel::sender_kind::ai, last, now, account->channel);
  return std::holds_alternative<channel::send_permit>(decided);
}

bool is_late(const chat_context& chat, const turn& of, instant now) {
  return std::any_of(of.deliveries.begin(), of.deliveries.end(), [&](const delivery& one) {
    return now - one.accepted_at > chat.node->settings->conversation.late_after_s;
  });
}

storage::message_row incoming_message(const chat_context& chat, const turn& of, const delivery& one) {
  const bool is_echo = one.event->kind == channel::event_kind::echo;
  return {.conversation = chat.conversation,
          .id = chat.node->ids->next_as<message_id>(),
          .business = chat.business->id,
          .turn = of.id,
          .outgoing = is_echo,
          .origin = is_echo ? storage::message_origin::person : storage::message_origin::customer,
          .state = is_echo ? storage::send_state::delivered : storage::send_state::received,
          .external_id = one.event->external_id,
          .body = text_of(*one.event),
          .attachments = attachments_json(*one.event),
          .provider_time = one.event->provider_time,
          .created_at = one.accepted_at};
}

void add_reply(const chat_context& chat, const turn& of, const turn_end& end, instant now,
               storage::change_set& to) {
  const channel_account* account = chat.business->account(chat.connection);
  if (end.reply.empty() || account == nullptr) return;
  const outgoing reply{.business = chat.business->id,
                       .connection = chat.connection,
                       .conversation = chat.conversation,
                       .recipient = chat.customer,
                       .origin = end.origin,
                       .turn = of.id,
                       .epoch = end.epoch,
                       .at = now};
  // The first part may go at once; its siblings wait for it.
  auto state = storage::send_state::sending;
  for (const auto& part : channel::split_message({.text = end.reply}, account->channel)) {
    add_outgoing(reply, part, chat.node->ids->next_as<message_id>(), state, to);
    state = storage::send_state::ready;
  }
}

}  // namespace

void add_contact(const chat_context& chat, const turn& of, storage::change_set& to) {
  if (const auto& given = of.contact)
    to.contacts.push_back(
        {chat.contact, chat.business->id, given->name, given->email, given->phone, given->address});
}

turn_end made_timely(turn_end end, const chat_context& chat, const turn& of) {
  if (end.reply.empty()) return end;
  const instant now = chat.node->now();
  if (is_late(chat, of, now)) {
    const auto apology = phrase(fixed_phrase::late_apology, parse_language(chat.business->locale));
    end.reply = std::string{apology} + ' ' + end.reply;
  }
  if (window_is_open(chat, of, now)) return end;
  end.reply.clear();
  if (end.owner != storage::chat_owner::ai) return end;
  end.outcome = storage::turn_outcome::handed_over;
  end.owner = storage::chat_owner::person;
  end.epoch = end.expected_epoch + 1;
  end.handover_reason = "the answer came too late to be sent";
  return end;
}

std::shared_ptr<storage::change_set> complete_turn(const chat_context& chat, const turn& of,
                                                   const turn_end& end) {
  const instant now = chat.node->now();
  auto changes = std::make_shared<storage::change_set>();
  storage::turn_row row{.conversation = chat.conversation,
                        .id = of.id,
                        .business = chat.business->id,
                        .completed = true,
                        .outcome = end.outcome,
                        .round = static_cast<std::int16_t>(of.current.round),
                        .started_at = of.started_at,
                        .ended_at = now,
                        .training_version = of.training_version};
  instant last_customer = chat.last_customer_at;
  for (const delivery& one : of.deliveries) {
    changes->inbox_done.push_back(one.id);
    row.inbox_ids.push_back(one.id);
    changes->messages.push_back(incoming_message(chat, of, one));
    if (channel::opens_window(*one.event)) last_customer = std::max(last_customer, one.event->provider_time);
  }
  add_reply(chat, of, end, now, *changes);
  add_contact(chat, of, *changes);
  changes->turns.push_back(std::move(row));
  changes->conversations.push_back({.conversation = chat.conversation,
                                    .business = chat.business->id,
                                    .expected_epoch = end.expected_epoch,
                                    .epoch = end.epoch,
                                    .owner = end.owner,
                                    .handover_reason = end.handover_reason,
                                    .last_customer_at = last_customer,
                                    .last_message_at = now});
  const bool owner_changes = end.epoch != end.expected_epoch;
  if (owner_changes) changes->outbox_overtaken.push_back(chat.conversation);
  const bool handed_over = owner_changes && end.owner == storage::chat_owner::person &&
                           end.outcome != storage::turn_outcome::overtaken;
  if (handed_over || !end.look_at.empty())
    changes->tasks.push_back({chat.business->id, chat.conversation, chat.node->ids->next(), "handover",
                              handed_over ? end.handover_reason : end.look_at, now});
  changes->activities = end.activities;
  return changes;
}

monitoring::turn_outcome label_of(storage::turn_outcome outcome, bool acted) noexcept {
  using storage::turn_outcome;
  switch (outcome) {
    case turn_outcome::replied:
      return acted ? monitoring::turn_outcome::acted : monitoring::turn_outcome::replied;
    case turn_outcome::handed_over: return monitoring::turn_outcome::handed_over;
    case turn_outcome::overtaken: return monitoring::turn_outcome::overtaken;
    case turn_outcome::safe_reply: return monitoring::turn_outcome::failed;
    case turn_outcome::planned:
    case turn_outcome::left_to_person:
    case turn_outcome::stored: break;
  }
  return monitoring::turn_outcome::silent;
}

}  // namespace sellavie::actors
