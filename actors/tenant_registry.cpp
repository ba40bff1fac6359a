#include "actors/tenant_registry.hpp"

namespace sellavie::actors {
namespace {

constexpr std::chrono::milliseconds rest_after_crash{1000};

chat_key key_of(const uuid& trial) { return {connection_id{}, to_string(trial)}; }

}  // namespace

void tenant_registry_state::start(tenant_registry_dependencies dependencies) {
  dependencies_ = std::move(dependencies);
}

tenant_registry_state::~tenant_registry_state() {
  for (const auto& [business, supervisor] : supervisors_)
    caf::anon_send_exit(supervisor, caf::exit_reason::kill);
}

void tenant_registry_state::meet(const meet_pump& introduced) {
  pump_ = introduced.pump;
  self_->send(pump_, poll_atom::value);
}

tenant_supervisor_actor* tenant_registry_state::find_or_spawn(const business_id& business) {
  if (resting_.contains(business)) return nullptr;
  auto [at, is_new] = supervisors_.try_emplace(business);
  if (is_new) {
    at->second = self_->spawn<caf::monitored>(
        tenant_supervisor, tenant_supervisor_dependencies{dependencies_.node, business, pump_,
                                                          dependencies_.model, dependencies_.children});
    businesses_.emplace(at->second.address(), business);
  }
  return &at->second;
}

void tenant_registry_state::deliver(delivery& one) {
  if (auto* supervisor = find_or_spawn(one.business)) self_->send(*supervisor, std::move(one));
  else self_->send(pump_, deliveries_dropped{one.business});
}

void tenant_registry_state::on_down(const caf::down_msg& down) {
  const auto known = businesses_.find(down.source);
  if (known == businesses_.end()) return;
  const business_id business = known->second;
  businesses_.erase(known);
  supervisors_.erase(business);
  if (down.reason == caf::exit_reason::user_shutdown) return;
  dependencies_.node->metrics->respawns().increment();
  dependencies_.node->log->error("tenant_supervisor_died", {{}, business, {}});
  resting_.insert(business);
  self_->delayed_send(self_, rest_after_crash, restart_atom::value, business);
  self_->send(pump_, deliveries_dropped{business});
}

void tenant_registry_state::wake(const wake_account& account) {
  if (auto* supervisor = find_or_spawn(account.business))
    self_->send(*supervisor, wake_sender{account.connection});
}

void tenant_registry_state::spread_change(const directory_changed& changed) {
  if (changed.businesses.empty())
    for (auto& [business, supervisor] : supervisors_) self_->send(supervisor, tenant_changed{});
  for (const business_id& business : changed.businesses)
    if (const auto found = supervisors_.find(business); found != supervisors_.end())
      self_->send(found->second, tenant_changed{});
}

void tenant_registry_state::expire(const reservations_ended& ended) {
  for (const business_id& business : ended.businesses)
    if (auto* supervisor = find_or_spawn(business)) self_->send(*supervisor, expire_atom::value);
}

caf::result<chat_commanded> tenant_registry_state::command(const command_business& wanted) {
  auto* supervisor = find_or_spawn(wanted.business);
  if (supervisor == nullptr) return make_error(errc::unavailable);
  return self_->delegate(*supervisor, wanted.command);
}

caf::result<action_outcome> tenant_registry_state::command(const command_desk& wanted) {
  auto* supervisor = find_or_spawn(wanted.business);
  if (supervisor == nullptr) return make_error(errc::unavailable);
  return self_->delegate(*supervisor, wanted.request);
}

caf::result<action_outcome> tenant_registry_state::command(const command_order& wanted) {
  auto* supervisor = find_or_spawn(wanted.business);
  if (supervisor == nullptr) return make_error(errc::unavailable);
  return self_->delegate(*supervisor, wanted.command);
}

caf::result<action_outcome> tenant_registry_state::command(const invoice_order& wanted) {
  auto* supervisor = find_or_spawn(wanted.business);
  if (supervisor == nullptr) return make_error(errc::unavailable);
  return self_->delegate(*supervisor, wanted.wanted);
}

caf::result<payment_checked> tenant_registry_state::check(const check_business_payment& wanted) {
  auto* supervisor = find_or_spawn(wanted.business);
  if (supervisor == nullptr) return make_error(errc::unavailable);
  return self_->delegate(*supervisor, wanted.wanted);
}

caf::result<refund_ran> tenant_registry_state::run(const run_business_refund& wanted) {
  auto* supervisor = find_or_spawn(wanted.business);
  if (supervisor == nullptr) return make_error(errc::unavailable);
  return self_->delegate(*supervisor, wanted.wanted);
}

caf::result<link_end> tenant_registry_state::expire(const expire_business_link& wanted) {
  auto* supervisor = find_or_spawn(wanted.business);
  if (supervisor == nullptr) return make_error(errc::unavailable);
  return self_->delegate(*supervisor, wanted.wanted);
}

caf::result<reminder_ran> tenant_registry_state::remind(const remind_business_customer& wanted) {
  auto* supervisor = find_or_spawn(wanted.business);
  if (supervisor == nullptr) return make_error(errc::unavailable);
  return self_->delegate(*supervisor, wanted.wanted);
}

// A desk that does not run reads the table when it starts.
caf::result<products_refreshed> tenant_registry_state::refresh(const products_edited& edited) {
  const auto supervisor = supervisors_.find(edited.business);
  if (supervisor == supervisors_.end()) return products_refreshed{};
  return self_->delegate(supervisor->second, refresh_products{});
}

// A supervisor that does not run loads what was published when it starts.
caf::result<training_taken> tenant_registry_state::retrain(const training_published& published) {
  const auto supervisor = supervisors_.find(published.business);
  if (supervisor == supervisors_.end()) return training_taken{};
  return self_->delegate(supervisor->second, take_training{});
}

caf::result<reply_reserved> tenant_registry_state::reserve(const reserve_trial& wanted) {
  auto* supervisor = find_or_spawn(wanted.business);
  if (supervisor == nullptr) return make_error(errc::unavailable);
  return self_->delegate(*supervisor, reserve_reply{key_of(wanted.trial), purchase::none});
}

void tenant_registry_state::end(const trial_ended& trial) {
  if (const auto found = supervisors_.find(trial.business); found != supervisors_.end())
    self_->send(found->second, reply_settled{key_of(trial.trial), trial.is_used});
}

tenant_registry_actor::behavior_type tenant_registry(tenant_registry_state::pointer self,
                                                     tenant_registry_dependencies dependencies) {
  auto& state = self->state;
  state.start(std::move(dependencies));
  self->set_down_handler([&state](const caf::down_msg& down) { state.on_down(down); });
  return {
      [&state](const meet_pump& introduced) { state.meet(introduced); },
      [&state](delivery& one) { state.deliver(one); },
      [&state](const command_business& wanted) { return state.command(wanted); },
      [&state](const command_desk& wanted) { return state.command(wanted); },
      [&state](const command_order& wanted) { return state.command(wanted); },
      [&state](const invoice_order& wanted) { return state.command(wanted); },
      [&state](const check_business_payment& wanted) { return state.check(wanted); },
      [&state](const run_business_refund& wanted) { return state.run(wanted); },
      [&state](const expire_business_link& wanted) { return state.expire(wanted); },
      [&state](const remind_business_customer& wanted) { return state.remind(wanted); },
      [&state](const products_edited& edited) { return state.refresh(edited); },
      [&state](const training_published& published) { return state.retrain(published); },
      [&state](const reserve_trial& wanted) { return state.reserve(wanted); },
      [&state](const trial_ended& trial) { state.end(trial); },
      [&state](const wake_account& account) { state.wake(account); },
      [&state](const directory_changed& changed) { state.spread_change(changed); },
      [&state](const reservations_ended& ended) { state.expire(ended); },
      [&state](restart_atom, const business_id& business) { state.unblock(business); },
  };
}

}  // namespace sellavie::actors
