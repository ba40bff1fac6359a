#pragma once
// The open rows of one channel account in memory: a lane per conversation, in the order of the rows.
// Knows nothing of actors, commits or HTTP: places, order, timers and counts only.

#include <array>
#include <deque>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/delivery.hpp"
#include "storage/reads.hpp"

namespace sellavie::actors {

enum class row_phase : std::uint8_t {
  /// Nothing under way for it.
  waiting,
  /// A commit of it is under way: nobody may touch it.
  committing,
  /// The table is being read to learn what became of it.
  checking,
  /// Its HTTP call is under way.
  calling,
  /// Its bytes left and no answer came.
  awaiting_evidence,
};

struct queued_row {
  /// As it stands in the table.
  storage::outbox_row row;
  row_phase phase = row_phase::waiting;
  /// `sending` in the table, but its bytes have certainly not left.
  bool fresh = false;
  /// Its bytes may have arrived and nothing has settled it yet.
  bool handed = false;
  /// Evidence did not come: goes out once more.
  bool resend = false;
  /// An earlier part of the same reply is dead.
  bool doomed = false;
  /// When the wait for evidence ends.
  instant until{};
  /// Of the call that may still answer; 0: an answer comes too late.
  std::uint64_t exchange = 0;
  instant called_at{};
  /// It goes at the pace of media; unknown until somebody asks.
  std::optional<bool> is_media{};
  /// Which of the account's tokens the call carried.
  std::uint64_t token = 0;
  /// It was counted among the calls before its commit to `sending`.
  bool holds_slot = false;
  /// Evidence that came while the row was busy, and whether it matched by its words only.
  struct deferred {
    delivery one;
    bool by_words = false;
  };
  std::vector<deferred> evidence;
};

struct outbox_lane {
  conversation_id conversation;
  std::string recipient;
  /// The highest that we know of.
  std::int64_t epoch = 0;
  instant last_customer_at{};
  /// A rate limit of this customer (WhatsApp).
  instant paused_until{};
  std::uint32_t limits = 0;
  bool is_queued = false;
  std::optional<instant> wakes_at;
  std::list<queued_row> rows;

  [[nodiscard]] bool is_overtaken(const queued_row& one) const noexcept {
    return one.row.origin == storage::message_origin::ai && one.row.epoch < epoch;
  }
};

class outbox_lanes {
 public:
  struct place {
    outbox_lane& lane;
    queued_row& row;
  };

  outbox_lanes() = default;
  outbox_lanes(const outbox_lanes&) = delete;
  outbox_lanes& operator=(const outbox_lanes&) = delete;

  /// Behind the lane's other rows. nullopt: already known.
  std::optional<place> add(storage::outbox_row row);
  [[nodiscard]] std::optional<place> find(const message_id& id);
  [[nodiscard]] outbox_lane* lane(const conversation_id& conversation);
  [[nodiscard]] outbox_lane* lane_of_customer(const std::string& customer);
  /// What the table says now; keeps the counts.
  void change_state(queued_row& one, storage::send_state state);
  void erase(const message_id& id);
  /// Forgets the lane if it has no rows.
  void prune(const conversation_id& conversation);

  /// Lanes whose first row may go as soon as the account allows, first come first served.
  void enqueue(outbox_lane& one);
  [[nodiscard]] outbox_lane* next_queued();
  void pop_queued();
  [[nodiscard]] std::size_t queued() const noexcept { return queue_.size(); }
  [[nodiscard]] std::vector<conversation_id> queued_lanes() const { return {queue_.begin(), queue_.end()}; }

  /// One timer a lane; a new one replaces it.
  void wake_at(outbox_lane& one, instant at);
  void forget_timer(outbox_lane& one);
  [[nodiscard]] std::optional<instant> next_timer() const;
  [[nodiscard]] std::vector<conversation_id> take_due(instant now);

  [[nodiscard]] std::size_t count(storage::send_state state) const {
    return counts_[static_cast<std::size_t>(state)];
  }
  [[nodiscard]] std::size_t size() const noexcept { return index_.size(); }
  [[nodiscard]] std::optional<instant> oldest() const;
  /// In the order of the conversations' ids.
  [[nodiscard]] std::vector<conversation_id> conversations() const;

 private:
  struct spot {
    conversation_id conversation;
    std::list<queued_row>::iterator at;
  };
  std::unordered_map<conversation_id, outbox_lane> lanes_;
  std::unordered_map<message_id, spot> index_;
  std::unordered_map<std::string, conversation_id> customers_;
  std::deque<conversation_id> queue_;
  std::set<std::pair<instant, conversation_id>> timers_;
  /// By time of creation: the oldest age is the first.
  std::multiset<instant> created_;
  std::array<std::size_t, 9> counts_{};
};

}  // namespace sellavie::actors
