#pragma once
// What the connections of one io_context share: the pools by origin, deadlines, the read buffer and
// the queue of requests from other threads. Everything but submit() and close() belongs to the
// context's thread.

#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <unordered_map>

#include "net/client/exchange.hpp"
#include "net/client/limits.hpp"
#include "net/client/origin_pool.hpp"
#include "net/client/tls_context.hpp"
#include "net/handoff_stack.hpp"
#include "net/lane_socket.hpp"
#include "net/timer_wheel.hpp"

namespace sellavie::net {

/// Read-only, shared by all lanes.
struct client_core {
  client_limits limits;
  ssl_context_ptr tls;
};

class client_lane final : public std::enable_shared_from_this<client_lane> {
 public:
  client_lane(boost::asio::io_context& context, std::shared_ptr<const client_core> core);
  ~client_lane();
  client_lane(const client_lane&) = delete;
  client_lane& operator=(const client_lane&) = delete;

  /// From any thread.
  void submit(std::unique_ptr<exchange> request);
  /// From any thread: ends everything, also what is submitted later.
  void close();

  void arm(wheel_entry& entry, client_limits::duration after);
  [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }
  [[nodiscard]] const client_core& core() const noexcept { return *core_; }
  [[nodiscard]] std::array<char, 64 * 1024>& read_buffer() noexcept { return read_buffer_; }
  [[nodiscard]] bool is_closed() const noexcept { return closed_; }

 private:
  class arrival_task;

  void admit(std::unique_ptr<exchange> request);
  origin_pool& pool_for(const origin& to);
  void drop_unused_pools();
  [[nodiscard]] std::uint64_t current_tick() const;
  void start_ticking();
  void on_tick();

  boost::asio::io_context& context_;
  std::shared_ptr<const client_core> core_;
  lane_timer timer_;
  bool ticking_ = false;
  bool closed_ = false;
  std::chrono::steady_clock::time_point epoch_;
  timer_wheel wheel_;
  handoff_stack<exchange> arrivals_;
  std::unordered_map<origin, std::unique_ptr<origin_pool>, origin_hash> pools_;
  std::array<char, 64 * 1024> read_buffer_;
};

}  // namespace sellavie::net
