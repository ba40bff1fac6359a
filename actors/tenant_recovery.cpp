// What becomes of a business's children that end: restarts with a back-off, and deliveries that fail again and again.

#include "actors/tenant_supervisor.hpp"

namespace sellavie::actors {

std::chrono::milliseconds tenant_supervisor_state::pause_after(std::uint32_t failures) {
  constexpr std::chrono::milliseconds longest{5000};
  return std::min(longest, first_pause * (1U << std::min(failures, 6U)));
}

void tenant_supervisor_state::on_down(const caf::down_msg& down) {
  const auto known = keys_.find(down.source);
  if (known == keys_.end()) {
    // A desk: conversations that ask a dead one end themselves and come back with the new one.
    const bool is_order_desk = orders_ && orders_.address() == down.source;
    if (is_order_desk) orders_ = nullptr;
    if (invoices_ && invoices_.address() == down.source) invoices_ = nullptr;
    if (payments_ && payments_.address() == down.source) payments_ = nullptr;
    if (quota_ && quota_.address() == down.source) quota_ = nullptr;
    if (down.reason != caf::exit_reason::user_shutdown) {
      // Its last commit may hold rows of an order's notice that nobody told a sender of.
      if (is_order_desk)
        for (const auto& [key, entry] : children_)
          if (entry.sender && entry.phase == child_phase::running)
            self_->send(entry.sender, unannounced_rows{key.connection});
      dependencies_.node->metrics->respawns().increment();
      self_->delayed_send(self_, first_pause, restart_atom::value);
    }
    return;
  }
  const child_key key = known->second;
  keys_.erase(known);
  child& entry = children_.at(key);
  const bool wanted = entry.phase == child_phase::stopping;
  entry.phase = child_phase::recovering;
  entry.door = nullptr;
  entry.conversation = nullptr;
  entry.sender = nullptr;
  std::vector<inbox_id> offered;
  for (std::size_t i = 0; i < entry.offered; ++i) offered.push_back(entry.held[i].id);
  entry.offered = 0;
  if (wanted) {
    if (entry.is_unused()) forget(key);
    else spawn(key, entry);
    return;
  }
  // The node is stopping.
  if (down.reason == caf::exit_reason::user_shutdown) {
    entry.phase = child_phase::ended;
    return;
  }
  recover(key, code_of(down.reason), offered);
}

// Behind every commit that the dead child asked for: only then is it certain what is still open.
void tenant_supervisor_state::recover(const child_key& key, errc why, const std::vector<inbox_id>& offered) {
  if (why == errc::fenced) {
    children_.at(key).phase = child_phase::ended;
    return;
  }
  dependencies_.node->metrics->respawns().increment();
  children_.at(key).unchecked = death{why, offered};
  check_held(key);
}

void tenant_supervisor_state::check_held(const child_key& key) {
  std::vector<inbox_id> held;
  for (const delivery& one : children_.at(key).held) held.push_back(one.id);
  self_->request(dependencies_.node->journal_of(dependencies_.business), caf::infinite, inbox_check{held})
      .then(
          [this, key, held](const inbox_still_open& open) {
            drop_closed(key, open.ids, held);
            child& again = children_.at(key);
            const death died = *std::exchange(again.unchecked, std::nullopt);
            look_for_unannounced(key);
            if (!is_store_trouble(died.why)) count_failure(again, died.why, died.offered);
            schedule_restart(key, ++again.failures);
          },
          [this, key](const caf::error&) {
            child& again = children_.at(key);
            refuse_waiting(again.commands, errc::unavailable);
            schedule_restart(key, ++again.failures);
          });
}

// A commit of the dead conversation may have happened, and its sender not know of it. One that starts now
// reads the table anyway.
void tenant_supervisor_state::look_for_unannounced(const child_key& key) {
  if (key.customer.empty()) return;
  child& sender = find_or_spawn({key.connection, {}});
  if (sender.phase == child_phase::running) self_->send(sender.sender, unannounced_rows{key.connection});
}

void tenant_supervisor_state::drop_closed(const child_key& key, const std::vector<inbox_id>& open,
                                          std::vector<inbox_id> asked) {
  std::erase_if(asked, [&](inbox_id id) { return std::find(open.begin(), open.end(), id) != open.end(); });
  if (asked.empty()) return;
  std::erase_if(children_.at(key).held, [&](const delivery& one) {
    return std::find(asked.begin(), asked.end(), one.id) != asked.end();
  });
  self_->send(dependencies_.pump, deliveries_finished{std::move(asked)});
}

// The first failure does not tell which delivery is bad: from then on each runs by itself.
void tenant_supervisor_state::count_failure(child& entry, errc why, const std::vector<inbox_id>& blamed) {
  auto changes = std::make_shared<storage::change_set>();
  const auto& node = *dependencies_.node;
  std::vector<inbox_id> parked;
  std::int16_t most = 0;
  for (delivery& one : entry.held) {
    if (std::find(blamed.begin(), blamed.end(), one.id) == blamed.end()) continue;
    entry.one_by_one = true;
    most = std::max<std::int16_t>(most, static_cast<std::int16_t>(one.tries + 1));
    if (++one.tries < max_tries) {
      changes->inbox_tries.push_back(one.id);
      continue;
    }
    const std::string reason =
        "handling failed " + std::to_string(one.tries) + " times, last: " + std::string{to_string(why)};
    changes->parked.push_back({one.id, reason, node.now()});
    changes->tasks.push_back(
        {dependencies_.business, std::nullopt, node.ids->next(), "parked", reason, node.now()});
    parked.push_back(one.id);
    node.metrics->parked().increment();
  }
  if (most == 0) return;
  node.log->warning("delivery_failed", {{}, dependencies_.business, {}},
                    {{"tries", most}, {"why", why}, {"parked", parked.size()}});
  std::erase_if(entry.held, [&](const delivery& one) {
    return std::find(parked.begin(), parked.end(), one.id) != parked.end();
  });
  // Not self_->anon_send: in CAF 0.17 that names the sender, and the unexpected answer kills the journal.
  caf::anon_send(dependencies_.node->journal_of(dependencies_.business),
                 commit_request{changes, dependencies_.business});
  if (!parked.empty()) self_->send(dependencies_.pump, deliveries_finished{std::move(parked)});
}

void tenant_supervisor_state::schedule_restart(const child_key& key, std::uint32_t failures) {
  self_->delayed_send(self_, pause_after(failures), restart_atom::value, key);
}

void tenant_supervisor_state::restart(const child_key& key) {
  const auto found = children_.find(key);
  if (found == children_.end() || found->second.phase != child_phase::recovering) return;
  if (found->second.unchecked) return check_held(key);
  if (!key.customer.empty() && found->second.is_unused()) {
    forget(key);
    return;
  }
  spawn(key, found->second);
}

}  // namespace sellavie::actors
