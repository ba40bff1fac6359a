#include "actors/payment_event_writer.hpp"

#include <algorithm>

#include "storage/fault_point.hpp"

namespace sellavie::actors {

using storage::commit_outcome;

void payment_event_writer_state::start(services_ptr node) {
  node_ = std::move(node);
  for (const auto& journal : node_->journals) shards_.push_back({journal, {}, false});
}

void payment_event_writer_state::accept(const accept_payment_event& incoming) {
  const auto shard_at = std::hash<business_id>{}(incoming.event->row.business) % shards_.size();
  shards_[shard_at].waiting.push_back(incoming.event);
  if (!shards_[shard_at].busy) send_next(shard_at);
}

void payment_event_writer_state::send_next(std::size_t shard_at) {
  auto& waiting = shards_[shard_at].waiting;
  if (waiting.empty()) return;
  const auto end =
      waiting.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(waiting.size(), max_append));
  events some{std::make_move_iterator(waiting.begin()), std::make_move_iterator(end)};
  waiting.erase(waiting.begin(), end);
  commit(shard_at, std::move(some));
}

void payment_event_writer_state::commit(std::size_t shard_at, events some) {
  auto changes = std::make_shared<storage::change_set>();
  changes->payment_events.reserve(some.size());
  for (const auto& one : some) changes->payment_events.push_back(one->row);
  shards_[shard_at].busy = true;
  const auto held = std::make_shared<const events>(std::move(some));
  const auto done = [this, shard_at, held](const commit_reply& reply) {
    shards_[shard_at].busy = false;
    // One bad row must not fail its neighbours.
    if (reply.outcome == commit_outcome::refused && held->size() > 1)
      for (const auto& one : *held) commit(shard_at, {one});
    else on_committed(*held, reply);
    if (!shards_[shard_at].busy) send_next(shard_at);
  };
  self_->request(shards_[shard_at].journal, caf::infinite, commit_request{std::move(changes)})
      .then(done, [done](const caf::error&) { done(commit_reply{}); });
}

void payment_event_writer_state::on_committed(const events& some, const commit_reply& reply) {
  const bool is_committed = reply.outcome == commit_outcome::committed;
  if (is_committed) storage::fault_point("payment_event.committed");
  for (std::size_t i = 0; i < some.size(); ++i) {
    if (!is_committed) some[i]->settle(event_fate::lost);
    else some[i]->settle(reply.fresh_events[i] ? event_fate::stored : event_fate::known);
  }
}

payment_event_writer_actor::behavior_type payment_event_writer(
    payment_event_writer_actor::stateful_pointer<payment_event_writer_state> self, services_ptr node) {
  self->state.start(std::move(node));
  return {[self](const accept_payment_event& incoming) { self->state.accept(incoming); }};
}

}  // namespace sellavie::actors
