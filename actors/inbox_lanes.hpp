#pragma once
// inbox_lanes
//
// Which open deliveries the pump knows, and whose turn it is: plain bookkeeping of one owner, without
// bodies. A lane (protocol/channel/lane.hpp) is in practice a customer.
//
//  R1 At most `window` deliveries are on the way, `per_business` of one business, `per_customer` of a lane.
//  R2 Of a lane the lowest id goes first. A fresh delivery passes the table only when nothing of its
//     lane waits there or is being read.
//  R3 Places go round: one business after the other, within it one lane after the other. A fresh one
//     passes those who wait for their turn only while a quarter of the window is free; what is at its
//     share waits for no turn and holds up nobody.
//  R4 A business that handed its deliveries back rests, 0.5 s at first, twice as long each time up to
//     8 s, until one of them is finished. What it had is waiting again, at its old place.
//  R5 Looks walk through the table by id, each from where the last one ended, and then from its begin
//     again: a row that committed behind them is found by the next walk. Until the first walk has
//     ended only what it has passed is chosen.
//  R6 Of a business at most `most_known` waiting rows are known (8 bytes each). Those behind them stay
//     in the table, in order; when half of the known are gone, a walk from there fetches the next.
//  R7 A suspect (2 later runs that began it died as well) waits until nothing is on the way, and so
//     does everybody behind it. A suspect of a business that rests stops nobody.
//
// Each call takes time independent of the backlog (a search in a lane's sorted ids at most), except:
// rest() walks over what is on the way, the end of the first walk over the lanes.

#include <chrono>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "protocol/domain/ids.hpp"
#include "storage/reads.hpp"

namespace sellavie::actors {

struct pump_limits {
  std::size_t window = 0;
  std::size_t per_business = 0;
  std::size_t per_customer = 0;
  std::size_t most_known = 65'536;

  /// A business may use every provider slot (half of the window); a customer an eighth, 4 to 32.
  [[nodiscard]] static pump_limits of(std::size_t window) noexcept;
};

struct lane_key {
  business_id business;
  std::int64_t lane = 0;

  friend bool operator==(const lane_key&, const lane_key&) = default;
};

struct lane_hash {
  std::size_t operator()(const lane_key& key) const noexcept {
    return std::hash<business_id>{}(key.business) ^ static_cast<std::size_t>(key.lane);
  }
};

class inbox_lanes {
 public:
  /// Later runs that began a delivery and died, after which it is a suspect.
  static constexpr std::int16_t suspect_after = 2;

  explicit inbox_lanes(pump_limits limits = {}) : limits_{limits} {}

  /// A fresh one. True: it is on the way now; false: it waits. `closed`: only wait.
  [[nodiscard]] bool take(inbox_id id, const lane_key& key, bool closed);
  /// A stored plan wants it now, past every share.
  void take_planned(inbox_id id, const lane_key& key);
  /// Up to `most` that may go: on the way from now on, to be read and then handed on.
  [[nodiscard]] std::vector<inbox_id> choose(std::size_t most);
  /// The first of the lane of a suspect that may run.
  [[nodiscard]] std::optional<inbox_id> choose_for_suspect();
  /// It was read. False: it is not on the way any more, or was handed on already.
  [[nodiscard]] bool hand_on(inbox_id id);
  /// Not handed on after all.
  void put_back(inbox_id id);
  void finish(inbox_id id);

  /// Ends everything of it that is on the way; how long to rest. Nothing when it rests already.
  [[nodiscard]] std::optional<std::chrono::milliseconds> rest(const business_id& business);
  void end_rest(const business_id& business);

  /// Where to look: behind this id.
  [[nodiscard]] inbox_id begin_look();
  /// `is_last`: there was no more.
  void end_look(std::span<const storage::inbox_line> lines, bool is_last);
  void fail_look() {
    looking_ = false;
    came_meanwhile_.clear();
  }
  [[nodiscard]] bool is_looking() const { return looking_; }
  /// There is more to find at once; otherwise a look now and then is enough.
  [[nodiscard]] bool wants_look() const {
    return !looking_ && (!first_walk_done_ || is_refilling_ || refill_wanted_);
  }

  [[nodiscard]] bool someone_waits() const { return !turn_.empty(); }
  [[nodiscard]] bool suspect_waits() const { return find_suspect() != nullptr; }
  [[nodiscard]] bool is_suspect(inbox_id id) const { return suspects_.contains(id); }
  [[nodiscard]] bool is_on_the_way(inbox_id id) const { return way_.contains(id); }
  [[nodiscard]] bool is_resting(const business_id& business) const;
  [[nodiscard]] std::uint32_t round_of(const business_id& business) const;
  [[nodiscard]] std::size_t on_the_way() const { return way_.size(); }
  [[nodiscard]] std::size_t known_lanes() const { return lanes_.size(); }
  /// Known and not on the way.
  [[nodiscard]] std::size_t waiting() const { return waiting_; }
  [[nodiscard]] std::size_t room() const {
    return limits_.window > way_.size() ? limits_.window - way_.size() : 0;
  }

 private:
  static constexpr inbox_id lowest = std::numeric_limits<inbox_id>::min();
  static constexpr inbox_id nowhere = std::numeric_limits<inbox_id>::max();

  struct lane {
    std::size_t on_the_way = 0;
    /// Of these: not handed on yet.
    std::size_t being_read = 0;
    /// Sorted; those before `head` are gone. A vector, because an idle lane must cost no allocation.
    std::vector<inbox_id> ids;
    std::size_t head = 0;
    bool is_queued = false;

    [[nodiscard]] bool is_empty() const { return head == ids.size(); }
    [[nodiscard]] inbox_id front() const { return ids[head]; }
    bool insert(inbox_id id);
    bool erase(inbox_id id);
    void pop();
  };
  /// One per business that ever had a delivery.
  struct shop {
    std::size_t on_the_way = 0;
    std::size_t known = 0;
    /// Lanes that may have something to go; looked at again when their turn comes.
    std::deque<std::int64_t> ready;
    bool is_queued = false;
    bool is_resting = false;
    std::uint32_t failures = 0;
    std::uint32_t round = 0;
    /// Rows from here on are not known (R6), and the walk that last left one out.
    inbox_id unknown_from = nowhere;
    std::uint64_t left_out_in = 0;
  };
  struct place {
    lane_key key;
    bool is_handed_on = false;
  };

  void know_one(shop& owner) {
    ++owner.known;
    ++waiting_;
  }
  void forget_one(shop& owner) {
    --owner.known;
    --waiting_;
  }
  /// True when it waits here now.
  bool note(inbox_id id, const lane_key& key, bool by_look);
  bool may_note(shop& owner, const business_id& business, inbox_id id, bool by_look);
  void claim(const lane_key& key, lane& one, shop& owner);
  void place_on_the_way(inbox_id id, const lane_key& key, lane& one, shop& owner, bool is_handed_on);
  [[nodiscard]] lane_key leave(std::unordered_map<inbox_id, place>::iterator at);
  void queue(const lane_key& key, lane& one, shop& owner);
  void queue(const business_id& business, shop& owner);
  void drop_if_idle(const lane_key& key);
  void end_walk();
  void check_refill(const shop& owner);
  [[nodiscard]] const lane_key* find_suspect() const;
  [[nodiscard]] bool has_room(const lane& one, const shop& owner) const {
    return one.on_the_way < limits_.per_customer && owner.on_the_way < limits_.per_business;
  }

  pump_limits limits_;
  std::unordered_map<inbox_id, place> way_;
  std::unordered_map<lane_key, lane, lane_hash> lanes_;
  std::unordered_map<business_id, shop> shops_;
  /// Businesses that may have something to go; looked at again when their turn comes.
  std::deque<business_id> turn_;
  std::size_t queued_lanes_ = 0;
  std::size_t waiting_ = 0;
  std::map<inbox_id, lane_key> suspects_;
  /// Businesses with `unknown_from`.
  std::set<business_id> overflown_;
  bool looking_ = false;
  /// Fresh ones behind the first walk's last page, which the page under way shows or misses.
  std::vector<storage::inbox_line> came_meanwhile_;
  bool walk_missed_some_ = false;
  bool first_walk_done_ = false;
  bool refill_wanted_ = false;
  bool is_refilling_ = false;
  std::uint64_t walk_ = 1;
  inbox_id walk_from_ = lowest;
  inbox_id walked_to_ = lowest;
};

}  // namespace sellavie::actors
