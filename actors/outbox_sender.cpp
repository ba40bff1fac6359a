#include "actors/outbox_sender.hpp"

#include <algorithm>

#include "actors/failure.hpp"

namespace sellavie::actors {
namespace {

constexpr milliseconds shortest_tick{50};
constexpr milliseconds longest_tick{1000};
constexpr std::array shown_states{
    std::pair{storage::send_state::ready, monitoring::outbox_state::ready},
    std::pair{storage::send_state::sending, monitoring::outbox_state::sending},
    std::pair{storage::send_state::backoff, monitoring::outbox_state::backoff},
    std::pair{storage::send_state::unknown, monitoring::outbox_state::unknown},
};

std::vector<const storage::stored_outbox_row*> in_order(const loaded_outbox& found) {
  std::vector<const storage::stored_outbox_row*> rows;
  for (const auto& one : found.rows) rows.push_back(&one);
  std::sort(rows.begin(), rows.end(), [](const auto* left, const auto* right) {
    return std::tie(left->row.created_at, left->row.id) < std::tie(right->row.created_at, right->row.id);
  });
  return rows;
}

}  // namespace

// --- life ------------------------------------------------------------------------------------------

outbox_sender_state::~outbox_sender_state() {
  if (!node_) return;
  for (std::size_t i = 0; i < shown_.size(); ++i)
    node_->metrics->outbox_rows(shown_states[i].second).decrement(static_cast<double>(shown_[i]));
  if (shows_oldest_) node_->metrics->outbox_oldest_age_seconds().set(0);
}

void outbox_sender_state::start(services_ptr node, tenant_ptr business, connection_id connection,
                                outbox_sender_parent parent) {
  node_ = std::move(node);
  business_ = std::move(business);
  connection_ = connection;
  parent_ = std::move(parent);
  adopt_account();
  pace_ = pace_of(channel_, node_->settings->channels);
  pacing_ = channel::send_pacing{pace_};
  load();
}

void outbox_sender_state::adopt_account() {
  const channel_account* account = business_->account(connection_);
  token_ = account != nullptr && account->usable ? account->access_token : std::string{};
  if (account == nullptr) return;
  channel_ = account->channel;
  account_ = send_account_of(*account, node_->settings->meta);
  notices_ = account->notices;
}

void outbox_sender_state::load() {
  self_->request(node_->reader_of(connection_.value), caf::infinite, load_outbox{connection_})
      .then([this](const shared<loaded_outbox>& found) { on_loaded(*found); },
            [this](const caf::error&) { fail(errc::unavailable); });
}

std::optional<outbox_sender_state::place> outbox_sender_state::add_stored(
    const storage::stored_outbox_row& stored) {
  const auto added = lanes_.add(stored.row);
  if (!added) return added;
  added->lane.epoch = std::max(added->lane.epoch, stored.conversation_epoch);
  added->lane.last_customer_at = std::max(added->lane.last_customer_at, stored.last_customer_at);
  return added;
}

void outbox_sender_state::on_loaded(const loaded_outbox& found) {
  for (const auto* stored : in_order(found)) {
    const auto added = add_stored(*stored);
    if (!added) continue;
    if (stored->row.state != storage::send_state::sending &&
        stored->row.state != storage::send_state::unknown)
      continue;
    added->row.phase = row_phase::awaiting_evidence;
    added->row.handed = true;
    added->row.until = evidence_deadline();
  }
  loading_ = false;
  for (const auto& again : std::exchange(before_load_, {})) again();
  for (const auto& conversation : lanes_.conversations()) run(conversation);
  settle_up();
}

bool outbox_sender_state::is_loading(std::function<void()> again) {
  if (loading_) before_load_.push_back(std::move(again));
  return loading_;
}

void outbox_sender_state::fail(errc why) {
  if (is_stopping_) return;
  is_stopping_ = true;
  self_->quit(make_error(why));
}

// --- doors -----------------------------------------------------------------------------------------

void outbox_sender_state::take(const outbox_committed& announced) {
  if (is_loading([this, announced] { take(announced); })) return;
  for (const storage::outbox_row& row : announced.rows) {
    if (sent_.find(row.id) != nullptr) continue;
    const auto added = lanes_.add(row);
    const bool is_new = added.has_value();
    const place at = is_new ? *added : *lanes_.find(row.id);
    at.lane.last_customer_at = std::max(at.lane.last_customer_at, announced.last_customer_at);
    at.lane.epoch = std::max(at.lane.epoch, row.epoch);
    // Known from the table, announced only now: until now nobody could have handed it over (R1).
    const bool is_untouched = at.row.phase == row_phase::awaiting_evidence && at.row.called_at == instant{} &&
                              at.row.row.attempts == 0 && !at.row.row.resent;
    if (row.state == storage::send_state::sending && (is_new || is_untouched)) {
      at.row.phase = row_phase::waiting;
      at.row.fresh = true;
      at.row.handed = false;
    }
  }
  for (const storage::outbox_row& row : announced.rows) run(row.conversation);
  settle_up();
}

void outbox_sender_state::raise_epoch(const epoch_raised& raised) {
  if (is_loading([this, raised] { raise_epoch(raised); })) return;
  outbox_lane* lane = lanes_.lane(raised.conversation);
  if (lane == nullptr) return;
  lane->epoch = std::max(lane->epoch, raised.epoch);
  // The takeover deleted what was ready or in backoff; what moved meanwhile is still there.
  std::vector<message_id> doubtful;
  for (const queued_row& one : lane->rows)
    if (one.phase == row_phase::waiting && lane->is_overtaken(one) &&
        one.row.state != storage::send_state::sending && one.row.state != storage::send_state::unknown)
      doubtful.push_back(one.row.id);
  check(doubtful);
  run(raised.conversation);
  settle_up();
}

void outbox_sender_state::look_for(const unannounced_rows& missed) {
  if (is_loading([this, missed] { look_for(missed); })) return;
  self_->request(node_->reader_of(connection_.value), caf::infinite, load_outbox{connection_})
      .then([this](const shared<loaded_outbox>& found) { take_unannounced(*found); },
            [this, missed](const caf::error&) { self_->delayed_send(self_, stall_pause, missed); });
}

// What is known here is newer than what was read, but for the epochs. A row that is not known was handed
// over by nobody; it is committed as sending first, so that one which has left the table since stays gone.
void outbox_sender_state::take_unannounced(const loaded_outbox& found) {
  if (is_stopping_) return;
  for (const auto* stored : in_order(found)) {
    if (sent_.find(stored->row.id) == nullptr) add_stored(*stored);
    const outbox_lane* lane = lanes_.lane(stored->row.conversation);
    if (lane != nullptr && lane->epoch < stored->conversation_epoch)
      raise_epoch({connection_, stored->row.conversation, stored->conversation_epoch});
    else run(stored->row.conversation);
  }
  settle_up();
}

// Best effort: whatever stands in the way drops it.
void outbox_sender_state::type(const show_typing& typing) {
  const instant now = node_->now();
  if (loading_ || is_suspect_ || !may_start(now) || lanes_.queued() > 0 || exchanges_.size() > most_calls / 2)
    return;
  act(channel::sender_action::typing_on, typing);
  if (channel_ != channel_kind::whatsapp && may_start(now)) act(channel::sender_action::mark_seen, typing);
}

void outbox_sender_state::act(channel::sender_action what, const show_typing& typing) {
  auto action = channel::encode_action(what, account_, typing.customer, typing.message_external_id);
  if (action.body.empty()) return;
  pacing_.take(node_->now());
  outbound_request request{.url = std::move(action.url), .body = std::move(action.body)};
  request.headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer " + token_}};
  exchanges_.begin(*node_->outside, std::move(request), outbox_sender_with_calls{self_},
                   [](outbound_response&) {});
}

void outbox_sender_state::deliver(const delivery& one) {
  if (is_loading([this, one] { deliver(one); })) return;
  if (held_.insert(one.id).second) judge(one);
  settle_up();
}

void outbox_sender_state::change_business(const tenant_ptr& business) {
  const std::string before = token_;
  business_ = business;
  adopt_account();
  if (loading_ || token_ == before || token_.empty()) return;
  ++token_number_;
  blocked_until_ = {};
  is_suspect_ = false;
  connection_told_ = false;
  restriction_told_until_ = {};
  for (const auto& conversation : lanes_.conversations()) {
    for (queued_row& one : lanes_.lane(conversation)->rows)
      if (one.phase == row_phase::waiting && one.row.state == storage::send_state::backoff)
        one.row.due_at = node_->now();
    run(conversation);
  }
  settle_up();
}

void outbox_sender_state::finish_exchange(transport_answer& answer) {
  exchanges_.finish(answer);
  settle_up();
}

void outbox_sender_state::tick() {
  if (!ticks_.empty()) ticks_.erase(ticks_.begin());
  const instant now = node_->now();
  if (!stalled_.empty() && stalled_until_ <= now)
    for (pending_ptr& one : std::exchange(stalled_, {})) commit(std::move(one));
  for (const auto& conversation : lanes_.take_due(now)) run(conversation);
  settle_up();
}

// --- what is due -----------------------------------------------------------------------------------

void outbox_sender_state::settle_up() {
  if (is_stopping_ || loading_) return;
  ask_store();
  // Somebody else was told to rest: what was to go at once is put back.
  if (const instant now = node_->now(), rest = node_->pauses->ready_at(token_, now);
      rest > now && rest != heeded_) {
    heeded_ = rest;
    for (const auto& conversation : lanes_.queued_lanes()) run(conversation);
  }
  drain();
  flush_completed();
  arm();
  show_rows();
}

// One coarse timer for everything; none when nothing waits for time.
void outbox_sender_state::arm() {
  const instant now = node_->now();
  std::optional<instant> next = lanes_.next_timer();
  const auto sooner = [&next](instant at) { next = next ? std::min(*next, at) : at; };
  if (!stalled_.empty() || (!to_ask_.empty() && questions_ < most_questions)) sooner(stalled_until_);
  // Without a slot an answer wakes us; without a token a new snapshot does.
  if (lanes_.queued() > 0 && is_usable() && slots_ < (is_suspect_ ? 1 : most_calls))
    sooner(account_ready_at(now));
  if (!next) return;
  const auto pause = std::clamp<milliseconds>(*next - now, shortest_tick, longest_tick);
  if (!ticks_.empty() && *ticks_.begin() <= now + pause) return;
  ticks_.insert(now + pause);
  self_->delayed_send(self_, pause, tick_atom::value);
}

void outbox_sender_state::show_rows() {
  for (std::size_t i = 0; i < shown_.size(); ++i) {
    const std::size_t count = lanes_.count(shown_states[i].first);
    if (count == shown_[i]) continue;
    node_->metrics->outbox_rows(shown_states[i].second)
        .increment(static_cast<double>(count) - static_cast<double>(shown_[i]));
    shown_[i] = count;
  }
  // One series for all senders: the one with the oldest row keeps it.
  const auto& oldest_age = node_->metrics->outbox_oldest_age_seconds();
  const auto oldest = lanes_.oldest();
  const double age = oldest ? std::chrono::duration<double>(node_->now() - *oldest).count() : 0;
  if (!shows_oldest_ && age <= oldest_age.value()) return;
  oldest_age.set(age);
  shows_oldest_ = oldest.has_value();
}

outbox_sender_with_calls::behavior_type outbox_sender(outbox_sender_state::pointer self, services_ptr node,
                                                      tenant_ptr business, connection_id connection,
                                                      outbox_sender_parent parent) {
  auto& state = self->state;
  state.start(std::move(node), std::move(business), connection, std::move(parent));
  return {
      [&state](const outbox_committed& announced) { state.take(announced); },
      [&state](const epoch_raised& raised) { state.raise_epoch(raised); },
      [&state](const unannounced_rows& missed) { state.look_for(missed); },
      [&state](const show_typing& typing) { state.type(typing); },
      [&state](const delivery& one) { state.deliver(one); },
      [&state](const tenant_ptr& business_now) { state.change_business(business_now); },
      [&state](tick_atom) { state.tick(); },
      [&state](transport_answer& answer) { state.finish_exchange(answer); },
  };
}

}  // namespace sellavie::actors
