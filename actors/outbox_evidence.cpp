// outbox_sender: what the channel tells about our messages.
#include <algorithm>

#include "actors/outbox_sender.hpp"

namespace sellavie::actors {
namespace {

using channel::delivery_state;
using channel::event_kind;
using storage::send_state;

// Also the states of a message that nobody is sure of.
bool may_become_delivered(send_state state) noexcept {
  return state == send_state::unconfirmed || state == send_state::overtaken;
}

}  // namespace

void outbox_sender_state::judge(const delivery& one) {
  const channel::channel_event& event = *one.event;
  switch (event.kind) {
    case event_kind::echo: return judge_echo(one);
    case event_kind::status: return judge_status(one);
    case event_kind::read:
      mark_read(event, event.watermark != instant{} ? event.watermark : event.provider_time);
      break;
    default: break;
  }
  complete(one);
}

// A row is free again: what came while it was busy.
void outbox_sender_state::judge_again(queued_row& one) {
  for (const auto& kept : std::exchange(one.evidence, {})) judge(kept.one);
}

// --- echoes ----------------------------------------------------------------------------------------

void outbox_sender_state::judge_echo(const delivery& one) {
  const channel::channel_event& event = *one.event;
  // WhatsApp marks every echo as not to be answered; elsewhere it is the account talking to itself.
  const bool to_itself = event.no_reply && event.channel != channel_kind::whatsapp;
  if (to_itself || event.customer_id.empty()) return complete(one);
  const auto metadata = our_metadata(event.metadata);
  if (metadata)
    if (const auto at = lanes_.find(*metadata)) return prove(*at, one, false);
  if (const auto id = known_message(event.external_id, metadata)) {
    correct(*id, *sent_.find(*id), event.external_id);
    return complete(one);
  }
  const bool ours = is_our_app(node_->settings->meta, event.app_id);
  if (const auto at = said_to(event, ours)) return prove(*at, one, true);
  if (metadata || ours) return complete(one);
  held_.erase(one.id);
  self_->send(parent_, person_spoke{one});
}

// The first row to this customer that may have arrived and says the same.
std::optional<outbox_sender_state::place> outbox_sender_state::said_to(const channel::channel_event& echo,
                                                                       bool ours) {
  for (const std::string& customer : {echo.customer_id, echo.customer_alias}) {
    outbox_lane* lane = customer.empty() ? nullptr : lanes_.lane_of_customer(customer);
    if (lane == nullptr) continue;
    for (queued_row& one : lane->rows) {
      const bool has_its_echo = std::any_of(one.evidence.begin(), one.evidence.end(),
                                            [](const auto& kept) { return kept.by_words; });
      if (one.handed && !has_its_echo && says_the_same(one.row, echo, ours)) return place{*lane, one};
    }
  }
  return std::nullopt;
}

// --- statuses --------------------------------------------------------------------------------------

void outbox_sender_state::judge_status(const delivery& one) {
  const channel::channel_event& event = *one.event;
  if (event.state == delivery_state::none) return complete(one);
  if (event.state == delivery_state::read || event.state == delivery_state::played)
    mark_read(event, event.provider_time);
  const bool has_failed = event.state == delivery_state::failed;
  const auto metadata = our_metadata(event.metadata);
  if (metadata)
    if (const auto at = lanes_.find(*metadata))
      return has_failed ? fail_later(*at, one) : prove(*at, one, false);
  if (const auto id = known_message(event.subject_id, metadata)) {
    if (has_failed) return fail_settled(*id, *sent_.find(*id), one);
    correct(*id, *sent_.find(*id), event.subject_id);
  }
  complete(one);
}

void outbox_sender_state::mark_read(const channel::channel_event& event, instant up_to) {
  if (event.customer_id.empty()) return;
  instant& mark = completed_.reads[event.customer_id];
  mark = std::max(mark, up_to);
}

void outbox_sender_state::fail_later(place at, const delivery& one) {
  if (at.row.phase == row_phase::committing || at.row.phase == row_phase::checking)
    return at.row.evidence.push_back({one, false});
  channel::send_failure failure{.kind = channel::failure_class::bad_request, .code = one.event->error_code};
  if (const auto meaning = channel::classify(failure.code, -1)) {
    failure.kind = meaning->kind;
    failure.scope = meaning->scope;
  }
  // "May have been sent" is no news.
  if (failure.kind == channel::failure_class::unknown) return complete(one);
  at.row.exchange = 0;
  apply_failure(at, failure, {one.id});
}

void outbox_sender_state::fail_settled(const message_id& id, sent_message& message, const delivery& one) {
  complete(one);
  if (std::exchange(message.state, send_state::dead) == send_state::dead) return;
  const auto meaning = channel::classify(one.event->error_code, -1);
  const auto kind = channel::to_string(meaning ? meaning->kind : channel::failure_class::bad_request);
  completed_.messages.push_back({message.conversation, id, send_state::dead, {}});
  completed_.tasks.push_back({business_->id, message.conversation, node_->ids->next(), "send_failed",
                              std::string{kind} + ' ' + std::to_string(one.event->error_code), node_->now()});
  node_->metrics->sends(channel_, monitoring::send_result::rejected).increment();
  node_->log->warning(
      "sent_message_failed", {{}, business_->id, message.conversation},
      {{"message_id", id}, {"class", monitoring::code{kind}}, {"code", one.event->error_code}});
}

// --- settling --------------------------------------------------------------------------------------

void outbox_sender_state::prove(place at, const delivery& one, bool by_words) {
  const bool is_busy = at.row.phase == row_phase::committing || at.row.phase == row_phase::checking;
  if (is_busy || (by_words && at.row.phase == row_phase::calling))
    return at.row.evidence.push_back({one, by_words});
  const channel::channel_event& event = *one.event;
  node_->metrics->sends(channel_, monitoring::send_result::accepted).increment();
  finish(at.lane, {at.row.row.id},
         {.state = send_state::delivered,
          .external_id = event.kind == event_kind::echo ? event.external_id : event.subject_id,
          .inbox = {one.id}});
}

// It arrived after all.
void outbox_sender_state::correct(const message_id& id, sent_message& message,
                                  const std::string& external_id) {
  if (!external_id.empty()) external_ids_.put(external_id, id);
  if (!may_become_delivered(message.state)) return;
  message.state = send_state::delivered;
  completed_.messages.push_back({message.conversation, id, send_state::delivered, external_id});
}

std::optional<message_id> outbox_sender_state::known_message(const std::string& external_id,
                                                             std::optional<message_id> metadata) {
  if (metadata && sent_.find(*metadata) != nullptr) return metadata;
  const message_id* id = external_id.empty() ? nullptr : external_ids_.find(external_id);
  if (id == nullptr || sent_.find(*id) == nullptr) return std::nullopt;
  return *id;
}

void outbox_sender_state::remember(const message_id& id, const sent_message& message,
                                   const std::string& external_id) {
  sent_.put(id, message);
  if (!external_id.empty()) external_ids_.put(external_id, id);
}

}  // namespace sellavie::actors
