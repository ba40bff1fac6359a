#pragma once
// The last events of one business, for readers that come again: numbered without gaps, bounded by count
// and bytes, the oldest forgotten first. A value; not thread-safe.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "net/http/stream.hpp"
#include "protocol/api/access_token.hpp"

namespace sellavie::net {

struct ring_limits {
  std::size_t events = 1024;
  std::size_t bytes = 256 * 1024;
};

/// One event, and who alone is to see it.
struct ring_event {
  stream_bytes bytes;
  /// None: everybody.
  std::optional<api::account_id> only{};

  [[nodiscard]] bool is_for(const api::account_id& reader) const { return !only || *only == reader; }
  friend bool operator==(const ring_event&, const ring_event&) = default;
};

class event_ring {
 public:
  /// `last`: the number that counts as given already.
  event_ring(std::uint64_t last, ring_limits limits) : last_{last}, limits_{limits} {}

  /// Of the newest event.
  [[nodiscard]] std::uint64_t last() const noexcept { return last_; }
  /// Gives it the number last() + 1.
  void append(ring_event event);
  /// Everything after that number, oldest first; nullopt: not all of it is here (any more).
  [[nodiscard]] std::optional<std::vector<ring_event>> behind(std::uint64_t number) const;

 private:
  std::uint64_t last_;
  ring_limits limits_;
  std::deque<ring_event> events_;
  std::size_t bytes_ = 0;
};

}  // namespace sellavie::net
