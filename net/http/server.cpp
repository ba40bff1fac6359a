#include "net/http/server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "net/http/lane.hpp"

namespace sellavie::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int backlog = 4096;
constexpr int accepts_per_turn = 64;
constexpr std::chrono::milliseconds accept_pause{100};
constexpr std::chrono::milliseconds cut_off_wait{1000};

using lanes = std::vector<std::shared_ptr<lane>>;

/// A descriptor on its way from the acceptor's context to a session's.
class accepted_socket {
 public:
  explicit accepted_socket(int descriptor) noexcept : descriptor_{descriptor} {}
  accepted_socket(accepted_socket&& other) noexcept : descriptor_{other.release()} {}
  accepted_socket& operator=(accepted_socket&&) = delete;
  ~accepted_socket() {
    if (is_open()) ::close(descriptor_);
  }
  [[nodiscard]] bool is_open() const noexcept { return descriptor_ >= 0; }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

/// Accepts on one address and deals the connections out in turn.
class listener final : public std::enable_shared_from_this<listener> {
 public:
  listener(asio::io_context& context, const lanes& to)
      : acceptor_{context}, pause_{context}, lanes_{to.begin(), to.end()} {}

  error_code open(const tcp::endpoint& at) {
    error_code ec;
    acceptor_.open(at.protocol(), ec);
    if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address{true}, ec);
    if (!ec && at.address().is_v6() && at.address().is_unspecified())
      acceptor_.set_option(asio::ip::v6_only{false}, ec);
    if (!ec) acceptor_.bind(at, ec);
    if (!ec) acceptor_.listen(backlog, ec);
    if (!ec) acceptor_.non_blocking(true, ec);
    return ec;
  }

  [[nodiscard]] std::uint16_t port() const {
    error_code ignored;
    return acceptor_.local_endpoint(ignored).port();
  }

  void start() {
    asio::post(acceptor_.get_executor(), [self = shared_from_this()] { self->wait(); });
  }

  void close() {
    asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
      error_code ignored;
      self->acceptor_.close(ignored);
      self->pause_.cancel();
    });
  }

 private:
  void wait() {
    if (!acceptor_.is_open()) return;
    acceptor_.async_wait(tcp::acceptor::wait_read, [self = shared_from_this()](const error_code& ec) {
      if (!ec) self->accept_all();
    });
  }

  void accept_all() {
    for (int taken = 0; acceptor_.is_open() && taken < accepts_per_turn; ++taken) {
      tcp::endpoint peer;
      auto size = static_cast<socklen_t>(peer.capacity());
      accepted_socket fresh{
          ::accept4(acceptor_.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
      if (!fresh.is_open()) {
        if (errno == EAGAIN || errno == EWOULDBLOCK) break;
        if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO) continue;
        return accept_later();
      }
      peer.resize(size);
      hand_on(std::move(fresh), peer);
    }
    wait();
  }

  void hand_on(accepted_socket fresh, const tcp::endpoint& peer) {
    const auto home = lanes_[next_++ % lanes_.size()].lock();
    if (!home) return;
    server_core& core = home->core();
    auto seat = core.peers->take_seat(peer.address());
    if (!seat) return turn_away(fresh, core, http_rejection::too_many_connections_of_peer);
    if (!core.admit_connection()) return core.observer.on_rejected({http_rejection::too_many_connections});
    asio::dispatch(home->context(),
                   [home, peer, place = std::move(*seat), socket = std::move(fresh)]() mutable {
                     lane_socket adopted{home->context()};
                     error_code ec;
                     adopted.assign(peer.protocol(), socket.descriptor(), ec);
                     if (ec) return home->core().release_connection();
                     std::ignore = socket.release();
                     home->welcome(std::move(adopted), peer, std::move(place));
                   });
  }

  /// Without a session: a flood must cost one system call or two. Whoever has sent something already
  /// may see a reset in place of the answer.
  static void turn_away(const accepted_socket& fresh, const server_core& core, http_rejection reason) {
    constexpr std::string_view farewell =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\nRetry-After: 1\r\n"
        "Cache-Control: no-store\r\n\r\n";
    std::ignore = ::send(fresh.descriptor(), farewell.data(), farewell.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    core.observer.on_rejected({reason});
  }

  /// Out of descriptors or the like: it passes, spinning would not help.
  void accept_later() {
    pause_.expires_after(accept_pause);
    pause_.async_wait([self = shared_from_this()](const error_code& ec) {
      if (!ec) self->accept_all();
    });
  }

  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  /// Weak: nothing of another io_context may be kept alive by this one's handlers.
  std::vector<std::weak_ptr<lane>> lanes_;
  std::size_t next_ = 0;
};

}  // namespace

struct http_server::internals {
  io_contexts contexts;
  std::shared_ptr<server_core> core;
  lanes all_lanes;
  std::vector<std::shared_ptr<listener>> listeners;

  void close_sessions(lane::farewell who) {
    for (const auto& each : all_lanes)
      asio::post(each->context(), [each, who] { each->close_sessions(who); });
  }
};

http_server::http_server(const io_contexts& contexts, router routes, const http_limits& limits,
                         http_observer* observer)
    : internals_{std::make_shared<internals>()} {
  if (contexts.empty()) throw std::invalid_argument{"http_server needs an io_context"};
  internals_->contexts = contexts;
  internals_->core = std::make_shared<server_core>(std::move(routes), limits, observer);
  for (asio::io_context* context : contexts)
    internals_->all_lanes.push_back(std::make_shared<lane>(*context, internals_->core));
}

http_server::~http_server() {
  stop_accepting();
  internals_->core->draining.store(true, std::memory_order_release);
  internals_->close_sessions(lane::farewell::everyone);
}

result<std::uint16_t> http_server::listen(std::string_view address, std::uint16_t port) {
  error_code ec;
  const auto parsed = asio::ip::make_address(std::string{address}, ec);
  if (ec) return make_failure(errc::invalid_value, "not an IP address to listen on");
  asio::io_context& context =
      *internals_->contexts[internals_->listeners.size() % internals_->contexts.size()];
  const auto added = std::make_shared<listener>(context, internals_->all_lanes);
  ec = added->open({parsed, port});
  if (ec) return make_failure(errc::unavailable, "listen: " + ec.message());
  internals_->listeners.push_back(added);
  added->start();
  return added->port();
}

void http_server::stop_accepting() {
  for (const auto& each : internals_->listeners) each->close();
  internals_->listeners.clear();
}

bool http_server::drain(std::chrono::milliseconds deadline) {
  server_core& core = *internals_->core;
  core.draining.store(true, std::memory_order_release);
  internals_->close_sessions(lane::farewell::unoccupied);
  if (core.wait_until_empty(deadline)) return true;
  internals_->close_sessions(lane::farewell::everyone);
  core.wait_until_empty(cut_off_wait);
  return false;
}

std::size_t http_server::connections() const noexcept {
  return internals_->core->connections.load(std::memory_order_relaxed);
}

std::size_t http_server::buffered_bytes() const noexcept { return internals_->core->buffered.used(); }

std::size_t http_server::outgoing_bytes() const noexcept { return internals_->core->outgoing.used(); }

std::size_t http_server::connected_peers() const { return internals_->core->peers->size(); }

std::size_t http_server::requests_in_flight() const noexcept {
  return internals_->core->in_flight.load(std::memory_order_relaxed);
}

}  // namespace sellavie::net
