#pragma once
// Every bound of the HTTP server in one place. Durations are rounded up to `tick`.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "net/http/address_block.hpp"

namespace sellavie::net {

struct http_limits {
  using duration = std::chrono::milliseconds;

  /// Request line and header fields together; over it 431.
  std::size_t header_bytes = 16 * 1024;
  std::size_t header_fields = 100;
  /// Request target; over it 414.
  std::size_t target_bytes = 8 * 1024;
  /// Default of a route that names none; over it 413.
  std::uint64_t body_bytes = 2 * 1024 * 1024;

  /// From the first byte of a request (or from accept) to the end of its header; then 408.
  duration header_deadline{10'000};
  /// For the whole body; then 408.
  duration body_deadline{60'000};
  /// In each such interval at least `body_progress_bytes` must arrive; else 408.
  duration body_progress_interval{10'000};
  std::size_t body_progress_bytes = 1024;
  /// How long a handler may take before the client is told 504.
  duration answer_deadline{120'000};
  /// How often a client that waits for its answer is looked after: whether it is still there.
  duration presence_interval{500};
  /// How long a peer may take to read an answer.
  duration write_deadline{60'000};
  /// Keep-alive without a request.
  duration idle_deadline{60'000};
  /// After an answer that closes: how long unread input is thrown away, so that the answer arrives.
  duration linger_deadline{2'000};

  /// Over it the longest idle connection is closed for a new one; if none is idle, the new one is told 503.
  std::size_t connections = 20'000;
  /// Requests handed to handlers and not yet answered, server-wide; over it 503 with Retry-After.
  std::size_t requests_in_flight = 10'000;

  /// Of one peer (see peer_key); over it a connection is told 503 before anything of it is read.
  std::size_t connections_per_address = 512;
  /// Bytes of requests in memory, as they arrive, until they are answered; a new large request is told
  /// 503 at three quarters of it, a growing one at the whole.
  std::size_t buffered_bytes = 256 * 1024 * 1024;
  /// The part of it that one peer may have, bounded in the same way.
  std::size_t buffered_bytes_per_address = 32 * 1024 * 1024;
  /// A request, and what was read behind it, cost the budget nothing up to here: `connections` bounds them.
  std::size_t unbudgeted_bytes = 8 * 1024;
  /// While the budget is half full a budgeted body must bring at least this in each
  /// `body_progress_interval`; else 408. Slow bodies make room for those that come at a sender's pace.
  /// A budgeted answer must be read at the same pace while theirs is half full, or its connection ends.
  std::size_t pressed_progress_bytes = 256 * 1024;

  /// Bytes of large answers in memory until they are read; what does not fit is told 503 with Retry-After.
  std::size_t outgoing_bytes = 256 * 1024 * 1024;
  /// The part of it that one peer may have; the largest answer (a page of the activity's export) fits in.
  std::size_t outgoing_bytes_per_address = 64 * 1024 * 1024;
  /// An answer costs that budget nothing up to here.
  std::size_t unbudgeted_answer_bytes = 64 * 1024;
  /// Peers without a bound of their own. Loopback: a proxy on this machine, not a stranger.
  std::vector<address_block> unbounded_peers = loopback_blocks();

  /// Resolution of all deadlines.
  duration tick{100};
};

}  // namespace sellavie::net
