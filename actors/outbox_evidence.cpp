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

// What is heard about a customer is judged in order: behind a question that is under way.
void outbox_sender_state::judge(const delivery& one) {
  const std::string& customer = one.event->customer_id;
  const bool is_evidence = one.event->kind == event_kind::echo || one.event->kind == event_kind::status;
  const auto line = is_evidence ? lines_.find(customer) : lines_.end();
  if (line != lines_.end()) return line->second.push_back(one);
  if (try_judge(one, false)) return;
  lines_[customer].push_back(one);
  to_ask_.push_back(customer);
}

// False: the store must be asked first.
bool outbox_sender_state::try_judge(const delivery& one, bool asked) {
  const channel::channel_event& event = *one.event;
  switch (event.kind) {
    case event_kind::echo: return judge_echo(one, asked);
    case event_kind::status: return judge_status(one, asked);
    case event_kind::read:
      mark_read(event, event.watermark != instant{} ? event.watermark : event.provider_time);
      return complete(one), true;
    // Our own sends say as much, and there is one for every message.
    case event_kind::delivery: return complete(one), true;
    default: return record(one), true;
  }
}

void outbox_sender_state::record(const delivery& one) {
  completed_.recorded.push_back({one.id, std::string{channel::to_string(one.event->kind)}, node_->now()});
}

// A row is free again: what came while it was busy. The store was asked about what matched by words.
void outbox_sender_state::judge_kept(const queued_row::deferred& kept) {
  if (kept.by_words) (void)try_judge(kept.one, true);
  else judge(kept.one);
}

void outbox_sender_state::judge_again(queued_row& one) {
  for (const auto& kept : std::exchange(one.evidence, {})) judge_kept(kept);
}

// --- echoes ----------------------------------------------------------------------------------------

bool outbox_sender_state::judge_echo(const delivery& one, bool asked) {
  const channel::channel_event& event = *one.event;
  // WhatsApp marks every echo as not to be answered; elsewhere it is the account talking to itself.
  const bool to_itself = event.no_reply && event.channel != channel_kind::whatsapp;
  if (to_itself || event.customer_id.empty()) return record(one), true;
  const auto metadata = our_metadata(event.metadata);
  if (const auto at = open_row(event.external_id, metadata)) return prove(*at, one, false), true;
  if (const auto id = known_message(event.external_id, metadata)) {
    correct(*id, *sent_.find(*id), event.external_id);
    return complete(one), true;
  }
  const bool ours = metadata || is_our_app(node_->settings->meta, event.app_id);
  const auto at = metadata ? std::nullopt : said_to(event, ours);
  const bool is_clear = !metadata && !at && ours;
  const bool has_name = metadata || !event.external_id.empty();
  if (!asked && !is_clear && has_name) return false;
  if (at) return prove(*at, one, true), true;
  if (ours) return complete(one), true;
  held_.erase(one.id);
  self_->send(parent_, person_spoke{one});
  return true;
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

/// WhatsApp tells whole seconds: what was sent within that one was read, too.
constexpr std::chrono::milliseconds rest_of_a_second{999};

bool outbox_sender_state::judge_status(const delivery& one, bool asked) {
  const channel::channel_event& event = *one.event;
  if (event.state == delivery_state::none) return record(one), true;
  if (event.state == delivery_state::read || event.state == delivery_state::played)
    mark_read(event, event.provider_time + rest_of_a_second);
  const bool has_failed = event.state == delivery_state::failed;
  const auto metadata = our_metadata(event.metadata);
  if (const auto at = open_row(event.subject_id, metadata)) {
    has_failed ? fail_later(*at, one) : prove(*at, one, false);
    return true;
  }
  if (const auto id = known_message(event.subject_id, metadata)) {
    if (has_failed) return fail_settled(*id, *sent_.find(*id), one), true;
    correct(*id, *sent_.find(*id), event.subject_id);
    return complete(one), true;
  }
  // A message with an external id was delivered: only a failure is news.
  const bool may_matter = metadata || (has_failed && !event.subject_id.empty());
  if (!asked && may_matter && !event.customer_id.empty()) return false;
  return complete(one), true;
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
  const auto what = meaning ? meaning->kind : channel::failure_class::bad_request;
  const auto kind = channel::to_string(what);
  completed_.messages.push_back({message.conversation, id, send_state::dead, {}});
  if (what == channel::failure_class::recipient_gone)
    completed_.reaches.push_back({message.conversation, business_->id, node_->now()});
  const channel::send_failure failure{.kind = what,
                                      .scope = meaning ? meaning->scope : channel::limit_scope::none,
                                      .code = one.event->error_code};
  const auto verdict = decide_failure(failure, {.now = node_->now()});
  if (verdict.then == after_failure::block_account && what == channel::failure_class::spam)
    block_account(verdict.due, failure);
  const auto reason = std::string{kind} + ' ' + std::to_string(one.event->error_code);
  if (auto untold = std::exchange(message.notice, std::nullopt)) {
    untold->reason = reason;
    completed_.jobs.push_back(
        untold_of(*untold, business_->id, node_->ids->next_as<storage::job_id>(), node_->now()));
  } else {
    completed_.tasks.push_back(
        {business_->id, message.conversation, node_->ids->next(), "send_failed", reason, node_->now()});
  }
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

std::optional<outbox_sender_state::place> outbox_sender_state::open_row(const std::string& external_id,
                                                                        std::optional<message_id> metadata) {
  if (metadata)
    if (const auto at = lanes_.find(*metadata)) return at;
  // Its answer came, and the commit is under way.
  const message_id* id = external_id.empty() ? nullptr : external_ids_.find(external_id);
  return id == nullptr ? std::nullopt : lanes_.find(*id);
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
