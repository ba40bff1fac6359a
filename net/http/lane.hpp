#pragma once
// What the sessions of one io_context share: deadlines, the read buffer, the clock text and the queue
// of answers given on other threads. Everything but hand_over() belongs to the context's thread.

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/intrusive/list.hpp>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "net/handoff_stack.hpp"
#include "net/http/byte_budget.hpp"
#include "net/http/limits.hpp"
#include "net/http/observer.hpp"
#include "net/http/peer_table.hpp"
#include "net/http/router.hpp"
#include "net/lane_socket.hpp"
#include "net/timer_wheel.hpp"

namespace sellavie::net {

class session;
class stream;

/// What all lanes of one server share; read-only but for the counters.
struct server_core {
  server_core(router given_routes, const http_limits& given_limits, http_observer* given_observer);

  const router routes;
  const http_limits limits;
  http_observer& observer;
  byte_budget buffered;
  byte_budget outgoing;
  const std::shared_ptr<peer_table> peers;
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> in_flight{0};
  std::atomic<bool> draining{false};

  /// False: so many are over the limit that not even a farewell can be afforded; nothing was counted.
  [[nodiscard]] bool admit_connection() noexcept;
  /// False: over the limit, nothing was counted.
  [[nodiscard]] bool admit_request() noexcept;
  void release_request() noexcept { in_flight.fetch_sub(1, std::memory_order_relaxed); }
  void release_connection() noexcept;
  /// Waits until no connection is left.
  bool wait_until_empty(std::chrono::milliseconds deadline);

 private:
  std::mutex empty_mutex_;
  std::condition_variable empty_;
};

template <class Tag>
using lane_list_hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>,
                                     boost::intrusive::tag<Tag>>;
using lane_hook = lane_list_hook<class lane>;
/// Linked while nothing of a request has been read.
using idle_hook = lane_list_hook<class idle_sessions>;
template <class Hook>
using session_list = boost::intrusive::list<session, boost::intrusive::base_hook<Hook>,
                                            boost::intrusive::constant_time_size<false>>;

class lane final : public std::enable_shared_from_this<lane> {
 public:
  enum class farewell : unsigned char {
    /// Those that wait for a request, and those whose answer goes on.
    unoccupied,
    everyone
  };

  lane(boost::asio::io_context& context, std::shared_ptr<server_core> core);
  ~lane();
  lane(const lane&) = delete;
  lane& operator=(const lane&) = delete;

  /// Starts a session for an accepted socket. When the server is full, the connection of this lane that
  /// has been idle for longest makes room for it; if none is idle it is told 503.
  void welcome(lane_socket socket, const boost::asio::ip::tcp::endpoint& peer, peer_seat seat);
  void close_sessions(farewell who);
  /// The session waits for the first byte of a request, from now.
  void rest(session& idle);

  /// From any thread: these sessions (linked by next_handoff, newest first) have their answers.
  void hand_over(session* newest, session* oldest);

  /// From any thread: this stream (it owns itself meanwhile) has something for its session.
  void wake(stream& talking);

  void arm(wheel_entry& entry, http_limits::duration after);
  [[nodiscard]] std::string_view date();
  /// 32 hexadecimal digits: random start, then a counter.
  void make_request_id(std::string& into);

  [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }
  [[nodiscard]] server_core& core() noexcept { return *core_; }
  [[nodiscard]] std::array<char, 64 * 1024>& read_buffer() noexcept { return read_buffer_; }

 private:
  [[nodiscard]] bool make_room();
  [[nodiscard]] std::uint64_t current_tick() const;
  void start_ticking();
  void on_tick();
  class delivery_task;
  class stream_task;
  /// The next stream that was woken; null when there is none.
  [[nodiscard]] stream* next_woken() noexcept;

  boost::asio::io_context& context_;
  std::shared_ptr<server_core> core_;
  lane_timer timer_;
  bool ticking_ = false;
  std::chrono::steady_clock::time_point epoch_;
  timer_wheel wheel_;
  session_list<lane_hook> sessions_;
  /// The one that has been idle for longest first.
  session_list<idle_hook> idle_;
  handoff_stack<session> answered_;
  handoff_stack<stream> woken_;
  /// Taken from `woken_`, not served yet.
  stream* waiting_streams_ = nullptr;
  std::string date_;
  std::chrono::sys_seconds date_second_{};
  std::uint64_t id_prefix_;
  std::uint64_t id_state_;
  std::array<char, 64 * 1024> read_buffer_;
};

}  // namespace sellavie::net
