#pragma once
// An answer that goes on: whoever holds the stream sends bytes, from any thread, for as long as the client
// listens. What the client has not taken yet waits here, bounded: one that is too slow for the bound is cut
// off, the server's memory never grows for it.
//
//   open --> finishing --> closed      finish(), or the server drains
//     |----> overrun ----> closed      the client is too slow
//     '------------------> closed      the client is gone
//
// Lifecycle: made by responder::open_stream(). May outlive its connection; the io_contexts must outlive it.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/limits.hpp"

namespace sellavie::net {

class lane;
class session;

/// Shared: the same bytes may wait for many clients.
using stream_bytes = std::shared_ptr<const std::string>;

struct stream_options {
  /// What may wait for the client, beyond what its socket takes.
  std::size_t most_pending = 512 * 1024;
  /// Sent when nothing else was for `idle_interval`, so that a connection that is gone is noticed. Text that
  /// lives as long as the program; empty: nothing is sent.
  std::string_view idle_text{};
  http_limits::duration idle_interval{20'000};
  /// Let go of when the stream is closed.
  std::shared_ptr<void> kept{};
};

class stream final : public std::enable_shared_from_this<stream> {
 public:
  stream(const std::shared_ptr<session>& answering, stream_options options);
  ~stream();
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;

  /// False: the client is gone, was too slow (now or before), or the stream has been finished.
  bool write(stream_bytes more);
  /// The last bytes, if any; then the connection ends.
  void finish(stream_bytes last = nullptr);
  [[nodiscard]] bool is_open() const;

  // ---- for the connection, on its lane's thread

  enum class portion : std::uint8_t { nothing, some, last, overrun };
  /// Appends what waits to `out`, in the order of the calls: at most `portion_bytes`, or one larger piece.
  [[nodiscard]] portion take(std::string& out);
  /// What was taken has been written: asks its lane to come back if there is more.
  void on_written();
  [[nodiscard]] bool is_overrun() const;
  void on_closed() noexcept;
  [[nodiscard]] const stream_options& options() const noexcept { return options_; }

  static constexpr std::size_t portion_bytes = 16 * 1024;

  /// Link of handoff_stack.
  stream* next_handoff = nullptr;
  /// Of the lane that pops it from that stack: who owns it, and whom it is for (null: gone).
  [[nodiscard]] std::shared_ptr<stream> leave_handoff() noexcept;
  [[nodiscard]] std::shared_ptr<session> answering() const noexcept { return session_.lock(); }

 private:
  enum class state : std::uint8_t { open, finishing, overrun, closed };

  // Under the mutex.
  void forget_pending() noexcept;
  /// True: the caller calls wake() when it has let go of the mutex.
  [[nodiscard]] bool must_wake() noexcept;

  void wake();

  const std::weak_ptr<session> session_;
  const std::shared_ptr<lane> lane_;
  stream_options options_;
  mutable std::mutex mutex_;
  state state_ = state::open;
  /// Linked into the lane's stack.
  bool is_queued_ = false;
  std::vector<stream_bytes> pending_;
  std::size_t pending_bytes_ = 0;
  /// With the connection, not written yet.
  std::size_t taken_bytes_ = 0;
  std::shared_ptr<stream> self_;
};

}  // namespace sellavie::net
