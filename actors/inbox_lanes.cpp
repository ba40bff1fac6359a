#include "actors/inbox_lanes.hpp"

#include <algorithm>
#include <utility>

namespace sellavie::actors {
namespace {

constexpr std::chrono::milliseconds first_rest{500};
constexpr std::uint32_t most_doublings = 4;
/// Fresh ones during one look of the first walk; beyond that the walk begins anew.
constexpr std::size_t most_meanwhile = 4096;

}  // namespace

pump_limits pump_limits::of(std::size_t window) noexcept {
  pump_limits limits;
  limits.window = window;
  limits.per_business = std::max<std::size_t>(window / 2, 4);
  limits.per_customer = std::clamp<std::size_t>(window / 8, 4, 32);
  return limits;
}

// --- a lane ----------------------------------------------------------------------------------------

bool inbox_lanes::lane::insert(inbox_id id) {
  const auto first = ids.begin() + static_cast<std::ptrdiff_t>(head);
  const auto at = ids.empty() || ids.back() < id ? ids.end() : std::lower_bound(first, ids.end(), id);
  if (at != ids.end() && *at == id) return false;
  ids.insert(at, id);
  return true;
}

bool inbox_lanes::lane::erase(inbox_id id) {
  const auto first = ids.begin() + static_cast<std::ptrdiff_t>(head);
  const auto at = std::lower_bound(first, ids.end(), id);
  if (at == ids.end() || *at != id) return false;
  ids.erase(at);
  return true;
}

void inbox_lanes::lane::pop() {
  ++head;
  if (head < ids.size() && head < 64) return;
  if (head < ids.size() && head < ids.size() / 2) return;
  ids.erase(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(head));
  head = 0;
}

// --- what is on the way ----------------------------------------------------------------------------

void inbox_lanes::place_on_the_way(inbox_id id, const lane_key& key, lane& one, shop& owner,
                                   bool is_handed_on) {
  way_.emplace(id, place{key, is_handed_on});
  ++one.on_the_way;
  ++owner.on_the_way;
  if (!is_handed_on) ++one.being_read;
}

bool inbox_lanes::take(inbox_id id, const lane_key& key, bool closed) {
  if (way_.contains(id)) return false;
  lane& one = lanes_[key];
  shop& owner = shops_[key.business];
  const bool nothing_before = one.is_empty() && one.being_read == 0 && owner.unknown_from == nowhere;
  const bool may_go = !closed && first_walk_done_ && !owner.is_resting && has_room(one, owner);
  const bool takes_nobodys_place = turn_.empty() ? room() > 0 : room() > limits_.window / 4;
  if (nothing_before && may_go && takes_nobodys_place) {
    place_on_the_way(id, key, one, owner, true);
    return true;
  }
  // The first walk finds what is ahead of it; but the page that is being read may miss it.
  if (first_walk_done_ || id <= walked_to_) {
    (void)note(id, key, false);
    return false;
  }
  if (looking_ && came_meanwhile_.size() < most_meanwhile)
    came_meanwhile_.push_back({id, key.business, key.lane});
  else if (looking_) walk_missed_some_ = true;
  drop_if_idle(key);
  return false;
}

void inbox_lanes::take_planned(inbox_id id, const lane_key& key) {
  lane& one = lanes_[key];
  shop& owner = shops_[key.business];
  if (one.erase(id)) forget_one(owner);
  place_on_the_way(id, key, one, owner, false);
}

void inbox_lanes::claim(const lane_key& key, lane& one, shop& owner) {
  const inbox_id id = one.front();
  one.pop();
  forget_one(owner);
  place_on_the_way(id, key, one, owner, false);
  check_refill(owner);
}

bool inbox_lanes::hand_on(inbox_id id) {
  const auto at = way_.find(id);
  if (at == way_.end() || at->second.is_handed_on) return false;
  at->second.is_handed_on = true;
  --lanes_.at(at->second.key).being_read;
  return true;
}

lane_key inbox_lanes::leave(std::unordered_map<inbox_id, place>::iterator at) {
  const place left = at->second;
  way_.erase(at);
  lane& one = lanes_.at(left.key);
  --one.on_the_way;
  if (!left.is_handed_on) --one.being_read;
  --shops_.at(left.key.business).on_the_way;
  return left.key;
}

void inbox_lanes::put_back(inbox_id id) {
  const auto at = way_.find(id);
  if (at == way_.end()) return;
  const lane_key key = leave(at);
  lane& one = lanes_.at(key);
  shop& owner = shops_.at(key.business);
  if (one.insert(id)) know_one(owner);
  queue(key, one, owner);
}

void inbox_lanes::finish(inbox_id id) {
  suspects_.erase(id);
  const auto at = way_.find(id);
  if (at == way_.end()) return;
  const bool was_handed_on = at->second.is_handed_on;
  const lane_key key = leave(at);
  shop& owner = shops_.at(key.business);
  if (was_handed_on) owner.failures = 0;
  queue(key, lanes_.at(key), owner);
  queue(key.business, owner);
  drop_if_idle(key);
}

void inbox_lanes::drop_if_idle(const lane_key& key) {
  const auto at = lanes_.find(key);
  if (at == lanes_.end()) return;
  const lane& one = at->second;
  if (one.on_the_way == 0 && one.is_empty() && !one.is_queued) lanes_.erase(at);
}

// --- whose turn it is ------------------------------------------------------------------------------

void inbox_lanes::queue(const lane_key& key, lane& one, shop& owner) {
  const bool may_go = !one.is_empty() && one.on_the_way < limits_.per_customer &&
                      (first_walk_done_ || one.front() <= walked_to_);
  if (may_go && !one.is_queued) {
    one.is_queued = true;
    ++queued_lanes_;
    owner.ready.push_back(key.lane);
  }
  queue(key.business, owner);
}

void inbox_lanes::queue(const business_id& business, shop& owner) {
  if (owner.is_queued || owner.is_resting || owner.ready.empty()) return;
  if (owner.on_the_way >= limits_.per_business) return;
  owner.is_queued = true;
  turn_.push_back(business);
}

std::vector<inbox_id> inbox_lanes::choose(std::size_t most) {
  most = std::min(most, room());
  const std::size_t each = std::max<std::size_t>(1, most / std::max<std::size_t>(1, queued_lanes_));
  std::vector<inbox_id> chosen;
  while (chosen.size() < most && !turn_.empty()) {
    const business_id business = turn_.front();
    turn_.pop_front();
    shop& owner = shops_.at(business);
    owner.is_queued = false;
    if (owner.is_resting || owner.ready.empty() || owner.on_the_way >= limits_.per_business) continue;
    const lane_key key{business, owner.ready.front()};
    owner.ready.pop_front();
    --queued_lanes_;
    lane& one = lanes_.at(key);
    one.is_queued = false;
    for (std::size_t i = 0; i < each && chosen.size() < most && !one.is_empty() && has_room(one, owner);
         ++i) {
      if (!first_walk_done_ && one.front() > walked_to_) break;
      chosen.push_back(one.front());
      claim(key, one, owner);
    }
    queue(key, one, owner);
    drop_if_idle(key);
  }
  return chosen;
}

const lane_key* inbox_lanes::find_suspect() const {
  for (const auto& [id, key] : suspects_) {
    const auto at = lanes_.find(key);
    if (at != lanes_.end() && !at->second.is_empty() && !is_resting(key.business)) return &key;
  }
  return nullptr;
}

std::optional<inbox_id> inbox_lanes::choose_for_suspect() {
  const lane_key* found = find_suspect();
  if (found == nullptr) return std::nullopt;
  const lane_key key = *found;
  lane& one = lanes_.at(key);
  const inbox_id first = one.front();
  claim(key, one, shops_.at(key.business));
  return first;
}

// --- businesses that rest --------------------------------------------------------------------------

std::optional<std::chrono::milliseconds> inbox_lanes::rest(const business_id& business) {
  shop& owner = shops_[business];
  if (owner.is_resting) return std::nullopt;
  owner.is_resting = true;
  owner.is_queued = false;
  std::erase(turn_, business);
  ++owner.round;
  std::vector<inbox_id> lost;
  for (const auto& [id, at] : way_)
    if (at.key.business == business) lost.push_back(id);
  for (const inbox_id id : lost) put_back(id);
  return first_rest * (1U << std::min(owner.failures++, most_doublings));
}

void inbox_lanes::end_rest(const business_id& business) {
  shop& owner = shops_[business];
  owner.is_resting = false;
  queue(business, owner);
}

bool inbox_lanes::is_resting(const business_id& business) const {
  const auto at = shops_.find(business);
  return at != shops_.end() && at->second.is_resting;
}

std::uint32_t inbox_lanes::round_of(const business_id& business) const {
  const auto at = shops_.find(business);
  return at == shops_.end() ? 0 : at->second.round;
}

// --- what is in the table --------------------------------------------------------------------------

bool inbox_lanes::note(inbox_id id, const lane_key& key, bool by_look) {
  if (way_.contains(id)) return false;
  lane& one = lanes_[key];
  shop& owner = shops_[key.business];
  const auto first = one.ids.begin() + static_cast<std::ptrdiff_t>(one.head);
  bool is_known = std::binary_search(first, one.ids.end(), id);
  if (!is_known && may_note(owner, key.business, id, by_look)) {
    is_known = one.insert(id);
    know_one(owner);
  }
  queue(key, one, owner);
  drop_if_idle(key);
  return is_known;
}

// Rows behind one that was left out wait for a walk that began before it and left out none since.
bool inbox_lanes::may_note(shop& owner, const business_id& business, inbox_id id, bool by_look) {
  const bool is_behind = id >= owner.unknown_from;
  const bool is_next = by_look && walk_from_ < owner.unknown_from && owner.left_out_in != walk_;
  if (owner.known < limits_.most_known && (!is_behind || is_next)) {
    if (is_behind) owner.unknown_from = id + 1;
    return true;
  }
  owner.unknown_from = std::min(owner.unknown_from, id);
  if (by_look || looking_ || id <= walked_to_) owner.left_out_in = walk_;
  overflown_.insert(business);
  return false;
}

void inbox_lanes::check_refill(const shop& owner) {
  if (owner.unknown_from != nowhere && owner.known <= limits_.most_known / 2) refill_wanted_ = true;
}

inbox_id inbox_lanes::begin_look() {
  looking_ = true;
  if (refill_wanted_ && first_walk_done_ && !is_refilling_) {
    inbox_id from = nowhere;
    for (const business_id& business : overflown_) from = std::min(from, shops_.at(business).unknown_from);
    ++walk_;
    walk_from_ = walked_to_ = from == nowhere ? lowest : from - 1;
    refill_wanted_ = false;
    is_refilling_ = true;
  }
  return walked_to_;
}

void inbox_lanes::end_look(std::span<const storage::inbox_line> lines, bool is_last) {
  if (!lines.empty()) walked_to_ = lines.back().id;
  std::vector<storage::inbox_line> all(lines.begin(), lines.end());
  for (const storage::inbox_line& line : std::exchange(came_meanwhile_, {}))
    if (is_last || line.id <= walked_to_) all.push_back(line);
  std::ranges::sort(all, {}, &storage::inbox_line::id);
  if (!all.empty()) walked_to_ = all.back().id;
  for (const storage::inbox_line& line : all) {
    const lane_key key{line.business, line.lane};
    if (note(line.id, key, true) && line.deaths >= suspect_after) suspects_.emplace(line.id, key);
  }
  looking_ = false;
  const bool all_full = is_refilling_ && std::ranges::all_of(overflown_, [this](const business_id& business) {
                          return shops_.at(business).left_out_in == walk_;
                        });
  if (is_last && std::exchange(walk_missed_some_, false)) walked_to_ = lowest;
  else if (is_last || all_full) end_walk();
}

void inbox_lanes::end_walk() {
  std::erase_if(overflown_, [this](const business_id& business) {
    shop& owner = shops_.at(business);
    if (owner.left_out_in == walk_ || walk_from_ >= owner.unknown_from) {
      check_refill(owner);
      return false;
    }
    owner.unknown_from = nowhere;
    return true;
  });
  const bool was_first = !std::exchange(first_walk_done_, true);
  is_refilling_ = false;
  ++walk_;
  walk_from_ = walked_to_ = lowest;
  if (was_first)
    for (auto& [key, one] : lanes_) queue(key, one, shops_.at(key.business));
}

}  // namespace sellavie::actors
