#include "actors/outbox_lanes.hpp"

#include <algorithm>

namespace sellavie::actors {

std::optional<outbox_lanes::place> outbox_lanes::add(storage::outbox_row row) {
  if (index_.contains(row.id)) return std::nullopt;
  outbox_lane& to = lanes_[row.conversation];
  if (to.rows.empty()) {
    to.conversation = row.conversation;
    to.recipient = row.recipient;
    customers_.insert_or_assign(row.recipient, row.conversation);
  }
  to.rows.push_back({.row = std::move(row)});
  queued_row& added = to.rows.back();
  index_.emplace(added.row.id, spot{to.conversation, std::prev(to.rows.end())});
  created_.insert(added.row.created_at);
  ++counts_[static_cast<std::size_t>(added.row.state)];
  return place{to, added};
}

std::optional<outbox_lanes::place> outbox_lanes::find(const message_id& id) {
  const auto found = index_.find(id);
  if (found == index_.end()) return std::nullopt;
  return place{lanes_.at(found->second.conversation), *found->second.at};
}

outbox_lane* outbox_lanes::lane(const conversation_id& conversation) {
  const auto found = lanes_.find(conversation);
  return found == lanes_.end() ? nullptr : &found->second;
}

outbox_lane* outbox_lanes::lane_of_customer(const std::string& customer) {
  const auto found = customers_.find(customer);
  return found == customers_.end() ? nullptr : lane(found->second);
}

void outbox_lanes::change_state(queued_row& one, storage::send_state state) {
  --counts_[static_cast<std::size_t>(one.row.state)];
  ++counts_[static_cast<std::size_t>(state)];
  one.row.state = state;
}

void outbox_lanes::erase(const message_id& id) {
  const auto found = index_.find(id);
  if (found == index_.end()) return;
  const auto at = found->second.at;
  --counts_[static_cast<std::size_t>(at->row.state)];
  created_.erase(created_.find(at->row.created_at));
  lanes_.at(found->second.conversation).rows.erase(at);
  index_.erase(found);
}

void outbox_lanes::prune(const conversation_id& conversation) {
  const auto found = lanes_.find(conversation);
  if (found == lanes_.end() || !found->second.rows.empty()) return;
  forget_timer(found->second);
  if (found->second.is_queued) std::erase(queue_, conversation);
  const auto customer = customers_.find(found->second.recipient);
  if (customer != customers_.end() && customer->second == conversation) customers_.erase(customer);
  lanes_.erase(found);
}

void outbox_lanes::enqueue(outbox_lane& one) {
  if (one.is_queued) return;
  one.is_queued = true;
  queue_.push_back(one.conversation);
}

outbox_lane* outbox_lanes::next_queued() { return queue_.empty() ? nullptr : lane(queue_.front()); }

void outbox_lanes::pop_queued() {
  if (outbox_lane* first = next_queued()) first->is_queued = false;
  queue_.pop_front();
}

void outbox_lanes::wake_at(outbox_lane& one, instant at) {
  if (one.wakes_at == at) return;
  forget_timer(one);
  one.wakes_at = at;
  timers_.emplace(at, one.conversation);
}

void outbox_lanes::forget_timer(outbox_lane& one) {
  if (one.wakes_at) timers_.erase({*one.wakes_at, one.conversation});
  one.wakes_at.reset();
}

std::optional<instant> outbox_lanes::next_timer() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first;
}

std::vector<conversation_id> outbox_lanes::take_due(instant now) {
  std::vector<conversation_id> due;
  while (!timers_.empty() && timers_.begin()->first <= now) {
    due.push_back(timers_.begin()->second);
    forget_timer(lanes_.at(due.back()));
  }
  return due;
}

std::optional<instant> outbox_lanes::oldest() const {
  if (created_.empty()) return std::nullopt;
  return *created_.begin();
}

std::vector<conversation_id> outbox_lanes::conversations() const {
  std::vector<conversation_id> ids;
  ids.reserve(lanes_.size());
  for (const auto& [id, lane] : lanes_) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace sellavie::actors
