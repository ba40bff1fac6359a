// outbox_sender: from the lane to the socket and back.
#include <algorithm>

#include "actors/outbox_sender.hpp"
#include "protocol/channel/stored_wire.hpp"
#include "storage/fault_point.hpp"

namespace sellavie::actors {
namespace {

constexpr milliseconds patience{100};
// An account that stays restricted is spoken of once a day.
constexpr auto restriction_silence = std::chrono::hours{24};

using storage::send_state;

}  // namespace

instant outbox_sender_state::evidence_deadline() const {
  return node_->now() + node_->settings->outbox.evidence_s;
}

// --- what the account and the customer allow -------------------------------------------------------

bool outbox_sender_state::is_usable() const { return !token_.empty(); }

bool outbox_sender_state::may_start(instant now) const {
  return !is_stopping_ && is_usable() && slots_ < (is_suspect_ ? 1 : most_calls) &&
         account_ready_at(now) <= now;
}

instant outbox_sender_state::account_ready_at(instant now) const {
  return std::max({blocked_until_, pacing_.ready_at(now), node_->pauses->ready_at(token_, now)});
}

channel::token_bucket* outbox_sender_state::pair_of(const outbox_lane& lane) {
  if (channel_ != channel_kind::whatsapp) return nullptr;
  if (auto* known = pairs_.find(lane.recipient)) return known;
  return &pairs_.put(lane.recipient, {});
}

bool outbox_sender_state::is_media(queued_row& one) const {
  if (!one.is_media) one.is_media = is_paced_as_media(one.row, channel_);
  return *one.is_media;
}

instant outbox_sender_state::row_ready_at(outbox_lane& lane, queued_row& one, instant now) {
  instant at = std::max(now, lane.paused_until);
  if (one.row.state == send_state::backoff) at = std::max(at, one.row.due_at);
  if (const auto* pair = pair_of(lane)) at = std::max(at, pair->ready_at(channel::whatsapp_pair_pace, now));
  if (is_media(one)) at = std::max(at, media_.ready_at(channel::media_pace, now));
  return at;
}

// --- lanes -----------------------------------------------------------------------------------------

// Brings a lane as far as it can go now. Called whenever something about it has changed.
void outbox_sender_state::run(const conversation_id& conversation) {
  outbox_lane* lane = lanes_.lane(conversation);
  if (lane == nullptr || is_stopping_) return;
  end_where_they_stand(*lane);
  if (lane->rows.empty()) return lanes_.prune(conversation);
  for (auto at = std::next(lane->rows.begin()); at != lane->rows.end(); ++at)
    if (at->fresh && at->phase == row_phase::waiting) put_back(*lane, *at);
  queued_row& first = lane->rows.front();
  const instant now = node_->now();
  if (first.phase == row_phase::awaiting_evidence) {
    if (first.until > now) return lanes_.wake_at(*lane, first.until);
    if (is_in_question(*lane, first)) return;
    evidence_missing(*lane, first);
  }
  if (first.phase != row_phase::waiting || is_in_question(*lane, first)) return;
  const instant ready = row_ready_at(*lane, first, now);
  if (ready > now) lanes_.wake_at(*lane, ready);
  else lanes_.enqueue(*lane);
  const bool must_queue = lane->is_queued && !may_start(now);
  const auto others = static_cast<std::int64_t>(lanes_.queued());
  const instant expected =
      must_queue ? account_ready_at(now) + std::chrono::floor<milliseconds>(pace_.interval * others) : ready;
  const bool has_no_way = must_queue && (!is_usable() || slots_ >= most_calls || is_suspect_);
  if (first.fresh && (has_no_way || expected > now + patience)) put_back(*lane, first);
}

// Rows that will not be sent: their reply is broken, or the chat has changed hands.
void outbox_sender_state::end_where_they_stand(outbox_lane& lane) {
  std::vector<message_id> doomed;
  std::vector<message_id> overtaken;
  for (const queued_row& one : lane.rows) {
    if (one.phase != row_phase::waiting && one.phase != row_phase::awaiting_evidence) continue;
    if (lane.is_overtaken(one)) overtaken.push_back(one.row.id);
    else if (one.doomed && !one.handed) doomed.push_back(one.row.id);
  }
  if (!overtaken.empty()) finish(lane, overtaken, {.state = send_state::overtaken});
  if (!doomed.empty()) finish(lane, doomed, {.state = send_state::dead});
}

void outbox_sender_state::put_back(outbox_lane& lane, queued_row& one) {
  move({lane, one}, {.to = send_state::ready,
                     .attempts = one.row.attempts,
                     .resent = one.row.resent,
                     .due_at = one.row.due_at,
                     .then = [](place at) { at.row.fresh = false; }});
}

void outbox_sender_state::evidence_missing(outbox_lane& lane, queued_row& one) {
  if (one.row.resent) {
    finish(
        lane, {one.row.id},
        {.state = send_state::unconfirmed, .task = "unconfirmed", .reason = "sent twice without an answer"});
    return;
  }
  one.resend = true;
  one.phase = row_phase::waiting;
}

// First come, first served, as long as the account allows.
void outbox_sender_state::drain() {
  while (outbox_lane* lane = lanes_.next_queued()) {
    if (!may_start(node_->now())) break;
    lanes_.pop_queued();
    start_first(*lane);
  }
}

void outbox_sender_state::start_first(outbox_lane& lane) {
  if (lane.rows.empty() || lane.rows.front().phase != row_phase::waiting) return;
  queued_row& one = lane.rows.front();
  const instant now = node_->now();
  const bool must_end = lane.is_overtaken(one) || (one.doomed && !one.handed);
  if (must_end || is_in_question(lane, one) || row_ready_at(lane, one, now) > now)
    return run(lane.conversation);
  pacing_.take(now, pair_of(lane));
  if (is_media(one)) media_.take(channel::media_pace, now);
  ++slots_;
  one.holds_slot = true;
  if (one.fresh) return hand_over({lane, one});
  const auto attempts = static_cast<std::int16_t>(one.row.attempts + (one.resend ? 1 : 0));
  move({lane, one}, {.to = send_state::sending,
                     .attempts = attempts,
                     .resent = one.row.resent || one.resend,
                     .due_at = now,
                     .then = [this](place at) {
                       if (!at.row.handed) at.row.fresh = true;
                       hand_over(at);
                     }});
}

// --- the call --------------------------------------------------------------------------------------

// The row is `sending` in the table. The last look before its bytes leave.
void outbox_sender_state::hand_over(place at) {
  const instant now = node_->now();
  const bool must_end = at.lane.is_overtaken(at.row) || (at.row.doomed && !at.row.handed);
  if (must_end || !is_usable() || is_stopping_ || is_in_question(at.lane, at.row)) {
    release_slot(at.row);
    return run(at.lane.conversation);
  }
  // Evidence of the first call came while the second was being prepared.
  if (at.row.handed && !at.row.evidence.empty()) {
    release_slot(at.row);
    return judge_again(at.row);
  }
  std::optional<instant> last_customer;
  if (at.lane.last_customer_at != instant{}) last_customer = at.lane.last_customer_at;
  const auto decision = channel::decide_window(sender_of(at.row.row.origin), last_customer, now, channel_);
  const auto wire = channel::load_wire(at.row.row.body);
  const auto* closed = std::get_if<channel::window_closed>(&decision);
  if (closed == nullptr && wire) return call(at, wire.value(), std::get<channel::send_permit>(decision));
  if (closed != nullptr && goes_in_template(at))
    return call(at, channel::in_template(wire->plain_text, notices_), {});
  release_slot(at.row);
  node_->metrics->sends(channel_, monitoring::send_result::rejected).increment();
  give_up(at, closed != nullptr ? "window_closed:" + std::string{channel::to_string(*closed)} : "unreadable",
          {});
}

// Outside the window. Its text may be of several parts, of which a template says one.
bool outbox_sender_state::goes_in_template(const place& at) const {
  const bool has_template = channel_ == channel_kind::whatsapp && !notices_.empty();
  const auto parts = std::count_if(at.lane.rows.begin(), at.lane.rows.end(),
                                   [&](const queued_row& one) { return are_siblings(at.row.row, one.row); });
  return has_template && parts == 1 && notice_in(at.row.row).has_value();
}

void outbox_sender_state::call(place at, const channel::wire_message& wire,
                               const channel::send_permit& permit) {
  auto encoded = channel::encode_send(wire, account_,
                                      {.customer_id = at.row.row.recipient,
                                       .metadata = to_string(at.row.row.id),
                                       .reply_to = {},
                                       .permit = permit});
  outbound_request request{.url = std::move(encoded.url), .body = std::move(encoded.body)};
  request.headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + token_}};
  if (at.row.resend) {
    node_->metrics->resent_without_evidence().increment();
    node_->log->warning("sent_again", {{}, business_->id, at.lane.conversation},
                        {{"message_id", at.row.row.id}});
  }
  at.row.phase = row_phase::calling;
  at.row.fresh = false;
  at.row.resend = false;
  at.row.handed = true;
  at.row.called_at = node_->now();
  at.row.exchange = ++last_call_;
  at.row.token = token_number_;
  at.row.holds_slot = false;  // the answer gives it back
  storage::fault_point("outbox.before_call");
  exchanges_.begin(*node_->outside, std::move(request), outbox_sender_with_calls{self_},
                   [this, id = at.row.row.id, number = at.row.exchange](outbound_response& response) {
                     on_answer(id, number, response);
                   });
}

void outbox_sender_state::on_answer(const message_id& id, std::uint64_t number, outbound_response& response) {
  storage::fault_point("outbox.answered");
  --slots_;
  auto outcome = read_answer(response);
  auto* accepted = std::get_if<channel::sent>(&outcome);
  const auto at = lanes_.find(id);
  if (!at || at->row.exchange != number) {
    // Evidence was faster. The id is still worth knowing.
    if (accepted != nullptr && !accepted->external_id.empty()) external_ids_.put(accepted->external_id, id);
    return;
  }
  at->row.exchange = 0;
  at->row.phase = row_phase::awaiting_evidence;
  if (accepted == nullptr) return apply_failure(*at, std::get<channel::send_failure>(outcome), {});
  node_->metrics->sends(channel_, monitoring::send_result::accepted).increment();
  node_->metrics->phase_time(monitoring::phase::sending).observe(node_->now() - at->row.called_at);
  account_limits_ = 0;
  at->lane.limits = 0;
  is_suspect_ = false;
  connection_told_ = false;
  // Known before the commit is: an echo may come in between.
  if (!accepted->external_id.empty()) external_ids_.put(accepted->external_id, id);
  finish(at->lane, {id}, {.state = send_state::delivered, .external_id = std::move(accepted->external_id)});
}

// --- what went wrong -------------------------------------------------------------------------------

void outbox_sender_state::lost(place at) {
  node_->metrics->sends(channel_, monitoring::send_result::unknown).increment();
  at.row.phase = row_phase::awaiting_evidence;
  at.row.until = evidence_deadline();
  // An echo in our words came while the call was under way.
  const auto echo = std::find_if(at.row.evidence.begin(), at.row.evidence.end(),
                                 [](const auto& kept) { return kept.by_words; });
  if (echo != at.row.evidence.end()) {
    const delivery kept = std::move(echo->one);
    at.row.evidence.erase(echo);
    return prove(at, kept, true);
  }
  if (at.row.row.state == send_state::unknown || at.lane.is_overtaken(at.row))
    return run(at.lane.conversation);
  move(at, {.to = send_state::unknown,
            .attempts = at.row.row.attempts,
            .resent = at.row.row.resent,
            .due_at = at.row.until,
            .then = [](place settled) { settled.row.phase = row_phase::awaiting_evidence; }});
}

void outbox_sender_state::apply_failure(place at, const channel::send_failure& failure,
                                        std::vector<inbox_id> inbox) {
  auto verdict = decide_failure(failure, {.attempts = at.row.row.attempts,
                                          .customer_limits = at.lane.limits,
                                          .account_limits = account_limits_,
                                          .now = node_->now(),
                                          .jitter = node_->jitter()});
  // The token has been replaced since.
  if (verdict.then == after_failure::block_account && at.row.token != 0 && at.row.token != token_number_) {
    verdict.then = after_failure::back_off;
    verdict.due = node_->now();
  }
  node_->log->warning("send_failed", {{}, business_->id, at.lane.conversation},
                      {{"message_id", at.row.row.id},
                       {"class", monitoring::code{channel::to_string(failure.kind)}},
                       {"code", failure.code},
                       {"attempts", at.row.row.attempts}});
  if (verdict.then == after_failure::wait_for_evidence) return lost(at);
  if (verdict.then == after_failure::give_up) {
    const bool tired = failure.kind == channel::failure_class::transient;
    node_->metrics->sends(channel_, tired ? monitoring::send_result::dead : monitoring::send_result::rejected)
        .increment();
    return give_up(at, verdict.reason, std::move(inbox),
                   failure.kind == channel::failure_class::recipient_gone);
  }
  node_->metrics->sends(channel_, monitoring::send_result::retried).increment();
  // The first of two calls may still have arrived.
  at.row.handed = at.row.row.resent;
  if (verdict.then == after_failure::pause_customer) {
    at.lane.paused_until = std::max(at.lane.paused_until, verdict.due);
    ++at.lane.limits;
  }
  const bool counts = verdict.then == after_failure::back_off;
  move(at, {.to = send_state::backoff,
            .attempts = static_cast<std::int16_t>(at.row.row.attempts + (counts ? 1 : 0)),
            .resent = at.row.row.resent,
            .due_at = verdict.due,
            .inbox = std::move(inbox),
            .then = {}});
  if (verdict.then == after_failure::pause_app) node_->pauses->rest_app(verdict.due);
  if (verdict.then == after_failure::pause_token)
    node_->pauses->rest_token(token_, verdict.due, node_->now());
  const bool rests = verdict.then == after_failure::pause_app || verdict.then == after_failure::pause_token ||
                     verdict.then == after_failure::pause_account;
  if (rests) rest_account(verdict.due);
  if (verdict.then == after_failure::block_account) block_account(verdict.due, failure);
}

// Later parts of the same reply make no sense without this one.
void outbox_sender_state::give_up(place at, const std::string& reason, std::vector<inbox_id> inbox,
                                  bool recipient_gone) {
  std::vector<message_id> ids{at.row.row.id};
  bool is_later = false;
  for (queued_row& one : at.lane.rows) {
    if (is_later && are_siblings(at.row.row, one.row)) {
      if (one.phase == row_phase::waiting && !one.handed) ids.push_back(one.row.id);
      else one.doomed = true;
    }
    is_later = is_later || &one == &at.row;
  }
  auto untold = notice_in(at.row.row);
  if (untold) untold->reason = reason;
  finish(at.lane, ids,
         {.state = send_state::dead,
          .task = "send_failed",
          .reason = reason,
          .inbox = std::move(inbox),
          .recipient_gone = recipient_gone,
          .untold = std::move(untold)});
}

void outbox_sender_state::release_slot(queued_row& one) {
  if (std::exchange(one.holds_slot, false)) --slots_;
}

void outbox_sender_state::rest_account(instant until) {
  pacing_.pause_until(until);
  ++account_limits_;
  heeded_ = node_->pauses->ready_at(token_, node_->now());
  for (const auto& conversation : lanes_.queued_lanes()) run(conversation);
}

void outbox_sender_state::block_account(instant until, const channel::send_failure& why) {
  blocked_until_ = std::max(blocked_until_, until);
  is_suspect_ = true;
  if (why.kind == channel::failure_class::auth) {
    if (!std::exchange(connection_told_, true)) {
      tell_connection("the channel refused our access token");
      completed_.faults.push_back({business_->id, connection_, "Meta refuses the token.", node_->now()});
    }
  } else if (restriction_told_until_ <= node_->now()) {
    restriction_told_until_ = node_->now() + restriction_silence;
    tell_connection("the channel restricts this account (" + std::to_string(why.code) +
                    "): see its business settings");
  }
  for (const auto& conversation : lanes_.queued_lanes()) run(conversation);
}

void outbox_sender_state::tell_connection(const std::string& reason) {
  completed_.tasks.push_back(
      {business_->id, std::nullopt, node_->ids->next(), "connection", reason, node_->now()});
  node_->log->error("connection_refused", {{}, business_->id, {}}, {{"connection_id", connection_}});
}

}  // namespace sellavie::actors
