#pragma once
// Deadlines without a timer per socket. One coarse tick advances the wheel; an entry is linked into
// the slot of its due tick, so arming, moving and cancelling cost a few pointer writes.
// Not thread-safe: a wheel belongs to one io_context.

#include <algorithm>
#include <array>
#include <boost/intrusive/list.hpp>
#include <cstdint>

namespace sellavie::net {

/// Something with a deadline. Leaves its wheel when it is destroyed.
class wheel_entry
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  wheel_entry() = default;
  wheel_entry(const wheel_entry&) = delete;
  wheel_entry& operator=(const wheel_entry&) = delete;
  virtual ~wheel_entry() = default;

  /// The deadline passed. The entry is no longer armed; it may arm itself again.
  virtual void on_due() = 0;

  void disarm() noexcept { unlink(); }

 private:
  friend class timer_wheel;
  std::uint64_t due_ = 0;
  std::uint64_t slot_tick_ = 0;
};

class timer_wheel {
 public:
  timer_wheel() = default;
  timer_wheel(const timer_wheel&) = delete;
  timer_wheel& operator=(const timer_wheel&) = delete;

  [[nodiscard]] std::uint64_t now() const noexcept { return now_; }

  /// Due after at least `ticks` full ticks. A later deadline than the linked slot is only noted:
  /// the slot is visited and the entry moved on, so prolonging costs one store.
  void arm(wheel_entry& entry, std::uint64_t ticks) noexcept {
    entry.due_ = now_ + ticks + 1;
    if (entry.is_linked() && entry.slot_tick_ <= entry.due_) return;
    entry.unlink();
    link(entry);
  }

  /// Runs on_due() of every entry whose deadline is at or before `tick`.
  void advance(std::uint64_t tick) {
    const std::uint64_t first = std::max(now_ + 1, tick >= slot_count ? tick - slot_count + 1 : 0);
    for (std::uint64_t slot = first; slot <= tick; ++slot) visit(slot, tick);
    now_ = std::max(now_, tick);
  }

 private:
  using slot_list = boost::intrusive::list<wheel_entry, boost::intrusive::constant_time_size<false>>;
  static constexpr std::uint64_t slot_count = 512;

  void link(wheel_entry& entry) noexcept {
    entry.slot_tick_ = std::min(entry.due_, now_ + slot_count - 1);
    slots_[entry.slot_tick_ % slot_count].push_back(entry);
  }

  void visit(std::uint64_t slot, std::uint64_t tick) {
    slot_list visited;
    visited.splice(visited.end(), slots_[slot % slot_count]);
    now_ = std::max(now_, slot);
    while (!visited.empty()) {
      wheel_entry& entry = visited.front();
      visited.pop_front();
      if (entry.due_ <= tick) entry.on_due();
      else link(entry);
    }
  }

  std::uint64_t now_ = 0;
  std::array<slot_list, slot_count> slots_;
};

}  // namespace sellavie::net
