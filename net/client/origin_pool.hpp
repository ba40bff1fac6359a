#pragma once
// The connections to one origin, and the requests that wait for one. The most recently used
// connection is taken first, so that surplus ones grow old and are closed.
// Belongs to one lane and its thread.

#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <memory>
#include <string_view>
#include <vector>

#include "net/client/connection.hpp"
#include "net/client/exchange.hpp"
#include "net/client/limits.hpp"

namespace sellavie::net {

class client_lane;

class origin_pool final : public exchange_holder {
 public:
  using endpoints = std::vector<boost::asio::ip::tcp::endpoint>;

  origin_pool(client_lane& home, origin to);
  ~origin_pool();
  origin_pool(const origin_pool&) = delete;
  origin_pool& operator=(const origin_pool&) = delete;

  /// Gives it an idle connection, or lets it wait for one, or refuses it.
  void submit(std::unique_ptr<exchange> request);
  /// Like submit, but first in line and never refused: its connection had gone before it was written.
  void submit_again(std::unique_ptr<exchange> request);
  void close();

  // What connections tell.
  void on_connection_open(connection& opened);
  void on_connection_free(connection& freed);
  enum class closing_phase : unsigned char { opening, open };
  void on_connection_closed(closing_phase phase);
  void on_connect_failed(std::string_view reason);

  void on_exchange_due(exchange& late) override;

  [[nodiscard]] const origin& to() const noexcept { return to_; }
  [[nodiscard]] client_lane& home() noexcept { return home_; }
  [[nodiscard]] const endpoints& addresses() const noexcept { return addresses_; }
  /// The address that answered last is tried first.
  void prefer(std::size_t index) noexcept { preferred_ = index; }
  [[nodiscard]] std::size_t preferred() const noexcept { return preferred_; }
  [[nodiscard]] SSL_SESSION* session() const noexcept { return session_.get(); }
  void keep_session(ssl_session_ptr session) noexcept {
    if (session) session_ = std::move(session);
  }
  [[nodiscard]] bool is_unused() const noexcept {
    return connections_ == 0 && waiting_count_ == 0 && !resolving_;
  }

 private:
  using clock = std::chrono::steady_clock;
  using waiting_list = boost::intrusive::list<
      exchange,
      boost::intrusive::base_hook<boost::intrusive::list_base_hook<
          boost::intrusive::link_mode<boost::intrusive::auto_unlink>, boost::intrusive::tag<exchange>>>,
      boost::intrusive::constant_time_size<false>>;

  [[nodiscard]] connection* take_idle();
  [[nodiscard]] std::unique_ptr<exchange> take_waiting();
  void use_numeric_address();
  /// True: addresses are there (perhaps old, and being renewed).
  bool have_addresses();
  void resolve();
  void on_resolved(const boost::system::error_code& ec, endpoints found);
  void open_connections();
  void fail_waiting(std::string_view reason);

  client_lane& home_;
  origin to_;
  waiting_list waiting_;
  std::size_t waiting_count_ = 0;
  connection_list all_;
  idle_list idle_;
  std::size_t connections_ = 0;
  std::size_t opening_ = 0;

  endpoints addresses_;
  std::size_t preferred_ = 0;
  bool is_numeric_ = false;
  bool resolving_ = false;
  clock::time_point resolved_at_{};
  boost::asio::ip::tcp::resolver resolver_;
  ssl_session_ptr session_;
};

}  // namespace sellavie::net
