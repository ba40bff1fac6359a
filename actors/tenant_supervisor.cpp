#include "actors/tenant_supervisor.hpp"

#include "actors/tenant_snapshot.hpp"

namespace sellavie::actors {
// --- the snapshot ----------------------------------------------------------------------------------

void tenant_supervisor_state::start(tenant_supervisor_dependencies dependencies) {
  dependencies_ = std::move(dependencies);
  load();
}

tenant_supervisor_state::~tenant_supervisor_state() {
  const auto end = [](const auto& one) {
    if (one) caf::anon_send_exit(one, caf::exit_reason::kill);
  };
  for (const auto& [key, entry] : children_) end(entry.door);
  end(orders_);
  end(invoices_);
  end(payments_);
  end(quota_);
}

void tenant_supervisor_state::load() {
  is_stale_ = loading_;
  if (loading_) return;
  loading_ = true;
  const auto& node = *dependencies_.node;
  self_
      ->request(node.reader_of(dependencies_.business.value), caf::infinite,
                load_tenant{dependencies_.business, node.now()})
      .then([this](const shared<storage::tenant_record>& record) { on_loaded(record); },
            [this](const caf::error&) { on_load_failed(); });
}

void tenant_supervisor_state::on_load_failed() {
  loading_ = false;
  is_stale_ = true;
  self_->delayed_send(self_, pause_after(++load_failures_), restart_atom::value);
  refuse_waiting(commands_before_load_, errc::unavailable);
  desk_work_before_load_.clear();
  answer_trained();
  if (!before_load_.empty()) hand_back(before_load_.back().round);
}

void tenant_supervisor_state::hand_back(std::uint32_t round) {
  before_load_.clear();
  refused_round_ = round;
  self_->send(dependencies_.pump, deliveries_dropped{dependencies_.business});
}

void tenant_supervisor_state::on_loaded(const shared<storage::tenant_record>& record) {
  loading_ = false;
  load_failures_ = 0;
  if (is_stale_) load();
  const bool first = business_ == nullptr;
  business_ = open_tenant(*record, dependencies_.node->settings->plans, *dependencies_.node->secrets,
                          *dependencies_.node->log);
  if (first) {
    spawn_desks();
    for (delivery& one : std::exchange(before_load_, {})) offer(std::move(one));
    for (const connection_id& connection : std::exchange(wake_after_load_, {})) wake(connection);
    for (waiting_command& one : std::exchange(commands_before_load_, {})) {
      --commands_waiting_;
      begin_command(std::move(one));
    }
    for (const auto& work : std::exchange(desk_work_before_load_, {})) work();
  } else {
    tell_children();
  }
  if (!loading_) answer_trained();
}

void tenant_supervisor_state::tell_children() {
  if (orders_) self_->send(orders_, business_);
  if (payments_) self_->send(payments_, business_);
  if (quota_) self_->send(quota_, business_);
  for (auto& [key, entry] : children_) {
    if (entry.phase != child_phase::running) continue;
    if (entry.conversation) self_->send(entry.conversation, business_);
    if (entry.sender) self_->send(entry.sender, business_);
  }
}

void tenant_supervisor_state::reload() {
  if (business_) load();
}

caf::result<training_taken> tenant_supervisor_state::retrain() {
  want_training_.push_back(owe_answer<training_taken>(self_));
  auto answer = want_training_.back().to_return();
  load();
  return answer;
}

void tenant_supervisor_state::answer_trained() {
  for (const auto& one : std::exchange(want_training_, {})) one.deliver(training_taken{});
}

void tenant_supervisor_state::spawn_desks() {
  const auto& make = *dependencies_.children;
  const auto revive = [this](auto& handle, const auto& factory) {
    if (handle) return;
    handle = factory(*self_, dependencies_.node, business_);
    self_->monitor(handle);
  };
  revive(orders_, make.orders);
  revive(invoices_, make.invoices);
  revive(payments_, make.payments);
  revive(quota_, make.quota);
}

void tenant_supervisor_state::restart_desks() {
  if (!business_ || (is_stale_ && !loading_)) load();
  if (business_) spawn_desks();
}

// --- deliveries ------------------------------------------------------------------------------------

void tenant_supervisor_state::offer(delivery one) {
  // Round after round: those that are still on their way here were taken back with the others.
  if (refused_round_ && one.round <= *refused_round_) return;
  if (!business_) {
    before_load_.push_back(std::move(one));
    if (!loading_) hand_back(before_load_.back().round);
    return;
  }
  const bool for_conversation = channel::belongs_to_conversation(*one.event);
  const child_key key =
      for_conversation ? customer_of(one.connection, *one.event) : child_key{one.connection, {}};
  offer_to(key, std::move(one));
}

void tenant_supervisor_state::offer_to(const child_key& key, delivery one) {
  child& entry = find_or_spawn(key);
  for (const delivery& held : entry.held)
    if (held.id == one.id) return;
  entry.held.push_back(std::move(one));
  if (entry.phase == child_phase::running) offer_held(entry);
}

void tenant_supervisor_state::offer_held(child& entry) {
  const std::size_t allowed = entry.one_by_one ? 1 : entry.held.size();
  while (entry.offered < std::min(allowed, entry.held.size()))
    self_->send(entry.door, entry.held[entry.offered++]);
}

void tenant_supervisor_state::finish(const deliveries_finished& done,
                                     const caf::strong_actor_ptr& child_ptr) {
  self_->send(dependencies_.pump, done);
  const child_key* key = key_of(child_ptr);
  if (key == nullptr) return;
  child& entry = children_.at(*key);
  for (const inbox_id id : done.ids) release(entry, id);
  if (entry.held.empty()) {
    entry.one_by_one = false;
    entry.failures = 0;
  }
  offer_held(entry);
}

void tenant_supervisor_state::release(child& entry, inbox_id id) {
  const auto found =
      std::find_if(entry.held.begin(), entry.held.end(), [id](const delivery& d) { return d.id == id; });
  if (found == entry.held.end()) return;
  if (static_cast<std::size_t>(found - entry.held.begin()) < entry.offered) --entry.offered;
  entry.held.erase(found);
}

// What is not here is in the table: the pump brings it, also while a suspect runs alone.
void tenant_supervisor_state::complete(const offer_together& planned,
                                       const caf::strong_actor_ptr& child_ptr) {
  const child_key* key = key_of(child_ptr);
  if (key == nullptr) return;
  child& entry = children_.at(*key);
  const auto is_planned = [&](const delivery& one) {
    return std::find(planned.ids.begin(), planned.ids.end(), one.id) != planned.ids.end();
  };
  const auto first = entry.held.begin() + static_cast<std::ptrdiff_t>(entry.offered);
  const auto last = std::stable_partition(first, entry.held.end(), is_planned);
  for (auto more = last - first; more > 0; --more) self_->send(entry.door, entry.held[entry.offered++]);
  self_->send(dependencies_.pump, planned);
}

// The conversation completes the echo from here on.
void tenant_supervisor_state::hand_to_conversation(person_spoke& spoke) {
  const auto sender = children_.find({spoke.echo.connection, {}});
  if (sender != children_.end()) {
    release(sender->second, spoke.echo.id);
    offer_held(sender->second);
  }
  const child_key key = customer_of(spoke.echo.connection, *spoke.echo.event);
  offer_to(key, std::move(spoke.echo));
}

// --- children --------------------------------------------------------------------------------------

tenant_supervisor_state::child& tenant_supervisor_state::find_or_spawn(const child_key& key) {
  auto [at, is_new] = children_.try_emplace(key);
  if (is_new) spawn(key, at->second);
  return at->second;
}

void tenant_supervisor_state::spawn(const child_key& key, child& entry) {
  const auto& make = *dependencies_.children;
  spawn_desks();
  if (key.customer.empty()) {
    entry.sender = make.sender(*self_, dependencies_.node, business_, key.connection, self_);
    entry.door = entry.sender;
  } else {
    entry.conversation = make.conversation(
        *self_, {dependencies_.node, business_, key.connection, key.customer, self_, orders_, invoices_,
                 payments_, quota_, dependencies_.model, entry.is_settled});
    entry.door = entry.conversation;
  }
  self_->monitor(entry.door);
  entry.address = entry.door.address();
  keys_.insert_or_assign(entry.address, key);
  entry.phase = child_phase::running;
  entry.offered = 0;
  run_waiting(key, entry);
  offer_held(entry);
}

const child_key* tenant_supervisor_state::key_of(const caf::strong_actor_ptr& child_ptr) const {
  const auto found = keys_.find(caf::actor_cast<caf::actor_addr>(child_ptr));
  return found == keys_.end() ? nullptr : &found->second;
}

void tenant_supervisor_state::let_stop(const caf::strong_actor_ptr& child_ptr) {
  const child_key* key = key_of(child_ptr);
  if (key == nullptr) return;
  child& entry = children_.at(*key);
  if (entry.phase != child_phase::running || !entry.is_unused()) return;
  entry.phase = child_phase::stopping;
  self_->send_exit(entry.door, caf::exit_reason::user_shutdown);
}

// --- doors to the children -------------------------------------------------------------------------

void tenant_supervisor_state::forward_outbox(outbox_committed& rows) {
  child& entry = find_or_spawn({rows.connection, {}});
  // A sender that starts now reads these rows from the table.
  if (entry.phase == child_phase::running) self_->send(entry.sender, std::move(rows));
}

void tenant_supervisor_state::forward_epoch(const epoch_raised& raised) {
  const auto found = children_.find({raised.connection, {}});
  if (found != children_.end() && found->second.sender) self_->send(found->second.sender, raised);
}

void tenant_supervisor_state::forward_typing(const show_typing& typing) {
  child& entry = find_or_spawn({typing.connection, {}});
  if (entry.phase == child_phase::running) self_->send(entry.sender, typing);
}

void tenant_supervisor_state::wake(const connection_id& connection) {
  if (business_) find_or_spawn({connection, {}});
  else wake_after_load_.push_back(connection);
}

tenant_supervisor_actor::behavior_type tenant_supervisor(tenant_supervisor_state::pointer self,
                                                         tenant_supervisor_dependencies dependencies) {
  auto& state = self->state;
  state.start(std::move(dependencies));
  self->set_down_handler([&state](const caf::down_msg& down) { state.on_down(down); });
  return {
      [&state](delivery& one) { state.offer(std::move(one)); },
      [&state](const tenant_changed&) { state.reload(); },
      [&state](const wake_sender& wake) { state.wake(wake.connection); },
      [&state](const command_chat& command) { return state.forward_command(command); },
      [&state](desk_request& request) { return state.forward_to_desk(request); },
      [&state](order_command& wanted) { return state.command_order(wanted); },
      [&state](const order_invoice& wanted) { return state.issue_for_order(wanted); },
      [&state](const payment_check& wanted) { return state.check_payment(wanted); },
      [&state](const run_refund& wanted) { return state.run(wanted); },
      [&state](const expire_link& wanted) { return state.expire_payment_link(wanted); },
      [&state](const remind_customer& wanted) { return state.remind(wanted); },
      [&state](const refresh_products&) { return state.refresh_desk(); },
      [&state](const take_training&) { return state.retrain(); },
      [&state](const reserve_reply& wanted) { return state.reserve(wanted); },
      [&state](const reply_settled& ended) { state.end_trial(ended); },
      [&state](expire_atom) { state.expire(); },
      [&state, self](const deliveries_finished& done) { state.finish(done, self->current_sender()); },
      [&state, self](const offer_together& planned) { state.complete(planned, self->current_sender()); },
      [&state](outbox_committed& rows) { state.forward_outbox(rows); },
      [&state, self](const lives_elsewhere& found) { state.move_home(found, self->current_sender()); },
      [&state](const epoch_raised& raised) { state.forward_epoch(raised); },
      [&state](const show_typing& typing) { state.forward_typing(typing); },
      [&state](person_spoke& spoke) { state.hand_to_conversation(spoke); },
      [&state, self](const stop_me&) { state.let_stop(self->current_sender()); },
      [&state](restart_atom, const child_key& key) { state.restart(key); },
      [&state](restart_atom) { state.restart_desks(); },
  };
}

}  // namespace sellavie::actors
