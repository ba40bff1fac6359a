#pragma once
// One outbound connection: connect, TLS, then one request after the other.
//
//   connecting --> handshaking --> idle <--> busy --> closed
//
// A wait for readability is pending whenever the connection is open, so an ended idle connection is
// noticed at once; that wait also keeps the object alive. Belongs to its lane's thread.

#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/client/answer_parser.hpp"
#include "net/client/channel.hpp"
#include "net/client/exchange.hpp"
#include "net/lane_socket.hpp"
#include "net/timer_wheel.hpp"

namespace sellavie::net {

class client_lane;
class origin_pool;

template <class Tag>
using connection_hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>,
                                     boost::intrusive::tag<Tag>>;
using all_hook = connection_hook<struct all_connections>;
using idle_hook = connection_hook<struct idle_connections>;

class connection final : public std::enable_shared_from_this<connection>,
                         public wheel_entry,
                         public exchange_holder,
                         public all_hook,
                         public idle_hook {
 public:
  connection(std::shared_ptr<client_lane> home, origin_pool& pool);
  ~connection() override;

  /// Begins to connect; ends in on_connection_open or on_connect_failed of the pool.
  void open();
  /// Only when idle and not stale.
  void carry(std::unique_ptr<exchange> request);
  /// Only when idle: the peer has left.
  [[nodiscard]] bool is_stale() { return channel_.is_stale(); }
  void close(std::string_view reason);

  void on_exchange_due(exchange& late) override;

 private:
  enum class phase : std::uint8_t { connecting, handshaking, idle, busy, closed };
  friend class origin_pool;

  void on_due() override;

  void connect_next(std::string_view failure);
  void on_connected();
  void continue_handshake();
  void on_open();

  void write_request();
  void on_write_failed();
  void try_elsewhere();
  void wait_readable();
  void wait_writable();
  void on_readable();
  void read_some();
  void on_bytes(std::string_view input);
  void on_stream_end(channel::outcome how);
  void expect_answer();
  void complete_answer(std::string_view unexpected);

  template <class Work>
  void guarded(Work&& work) noexcept;

  std::shared_ptr<client_lane> lane_;
  origin_pool& pool_;
  lane_socket socket_;
  channel channel_{socket_};
  phase phase_ = phase::connecting;
  std::size_t attempts_ = 0;
  bool reading_ = false;
  bool writing_ = false;
  bool was_used_ = false;
  bool write_broken_ = false;

  std::unique_ptr<exchange> current_;
  std::size_t written_ = 0;
  std::uint64_t bytes_out_before_ = 0;
  std::optional<answer_parser> parser_;
  unsigned interim_answers_ = 0;
  /// Bytes received but not yet parsed.
  std::string unread_;
  client_limits::duration keep_for_;
};

using connection_list = boost::intrusive::list<connection, boost::intrusive::base_hook<all_hook>,
                                               boost::intrusive::constant_time_size<false>>;
using idle_list = boost::intrusive::list<connection, boost::intrusive::base_hook<idle_hook>,
                                         boost::intrusive::constant_time_size<false>>;

}  // namespace sellavie::net
