#pragma once
// Shared by the journals and the readers of one process. A commit whose connection died may still
// happen until its session is known to be gone; what is loaded meanwhile might be changed behind the
// loader's back. So the gate is closed as long as any journal has such a session, and reads answer
// `unavailable`: whoever reloads tries again with back-off, as when the database is away.
//
// Lock-free; never blocks a reader.

#include <atomic>
#include <cstdint>

namespace sellavie::storage {

class doubt_gate final {
 public:
  /// How the gate was at a moment.
  class view {
   public:
    [[nodiscard]] bool is_closed() const noexcept { return (state_ & unsettled_mask) != 0; }
    /// Equal: it was not closed in between, either.
    friend bool operator==(const view&, const view&) = default;

   private:
    friend class doubt_gate;
    explicit view(std::uint64_t state) noexcept : state_{state} {}
    std::uint64_t state_;
  };

  /// A journal lost a session in commit. Before it tells anybody.
  void close() noexcept { state_.fetch_add(one_closing + 1); }
  /// That session is gone. Once for each close().
  void open() noexcept { state_.fetch_sub(1); }
  [[nodiscard]] view now() const noexcept { return view{state_.load()}; }

 private:
  static constexpr std::uint64_t unsettled_mask = 0xffff'ffff;
  static constexpr std::uint64_t one_closing = unsettled_mask + 1;

  /// Closings ever made, then those not opened yet, 32 bits each.
  std::atomic<std::uint64_t> state_{0};
};

}  // namespace sellavie::storage
