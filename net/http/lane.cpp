#include "net/http/lane.hpp"

#include <boost/asio/post.hpp>
#include <ctime>
#include <random>
#include <tuple>

#include "net/http/session.hpp"
#include "net/http/stream.hpp"

namespace sellavie::net {
namespace {

/// How many connections over the limit are told so; more are closed without a word.
constexpr std::size_t farewells = 256;

/// How many streams are served before others of the context have their turn: an event for thousands must not
/// hold a webhook up.
constexpr int streams_in_a_row = 128;

http_observer& nobody() {
  static http_observer deaf;
  return deaf;
}

std::uint64_t random_word() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

/// splitmix64: the next value of a sequence that never repeats within 2^64.
std::uint64_t next_word(std::uint64_t& state) noexcept {
  std::uint64_t mixed = (state += 0x9E3779B97F4A7C15ULL);
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
  return mixed ^ (mixed >> 31);
}

void append_hex(std::string& out, std::uint64_t word) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) out.push_back(digits[(word >> shift) & 15U]);
}

}  // namespace

server_core::server_core(router given_routes, const http_limits& given_limits, http_observer* given_observer)
    : routes{std::move(given_routes)},
      limits{given_limits},
      observer{given_observer != nullptr ? *given_observer : nobody()},
      buffered{byte_budget::of_requests(limits.buffered_bytes)},
      outgoing{byte_budget::of_answers(limits.outgoing_bytes)},
      peers{std::make_shared<peer_table>(peer_bounds{.connections = limits.connections_per_address,
                                                     .request_bytes = limits.buffered_bytes_per_address,
                                                     .answer_bytes = limits.outgoing_bytes_per_address},
                                         limits.unbounded_peers)} {}

bool server_core::admit_connection() noexcept {
  if (connections.fetch_add(1, std::memory_order_relaxed) < limits.connections + farewells) return true;
  release_connection();
  return false;
}

bool server_core::admit_request() noexcept {
  if (in_flight.fetch_add(1, std::memory_order_relaxed) < limits.requests_in_flight) return true;
  release_request();
  return false;
}

void server_core::release_connection() noexcept {
  if (connections.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (!draining.load(std::memory_order_acquire)) return;
  const std::lock_guard lock{empty_mutex_};
  empty_.notify_all();
}

bool server_core::wait_until_empty(std::chrono::milliseconds deadline) {
  std::unique_lock lock{empty_mutex_};
  return empty_.wait_for(lock, deadline, [this] { return connections.load(std::memory_order_acquire) == 0; });
}

lane::lane(boost::asio::io_context& context, std::shared_ptr<server_core> core)
    : context_{context},
      core_{std::move(core)},
      timer_{context},
      epoch_{std::chrono::steady_clock::now()},
      id_prefix_{random_word()},
      id_state_{random_word()} {}

lane::~lane() {
  while (stream* left = next_woken()) std::ignore = left->leave_handoff();
}

void lane::welcome(lane_socket socket, const boost::asio::ip::tcp::endpoint& peer, peer_seat seat) {
  start_ticking();
  std::shared_ptr<session> guest;
  try {
    guest = std::make_shared<session>(shared_from_this(), std::move(socket), peer, std::move(seat));
  } catch (...) {  // out of memory: this one cannot be served
    return core_->release_connection();
  }
  sessions_.push_back(*guest);
  const std::size_t open = core_->connections.load(std::memory_order_relaxed);
  if (core_->draining.load(std::memory_order_acquire)) guest->close();
  else if (open > core_->limits.connections && !make_room()) guest->turn_away();
  else guest->start();
}

void lane::rest(session& idle) {
  idle.idle_hook::unlink();
  idle_.push_back(idle);
}

// An honest sender opens another one; whoever holds connections open for nothing loses them first.
bool lane::make_room() {
  if (idle_.empty()) return false;
  core_->observer.on_evicted();
  idle_.front().close();
  return true;
}

void lane::close_sessions(farewell who) {
  for (auto at = sessions_.begin(); at != sessions_.end();) {
    session& each = *at++;  // closing unlinks it
    if (who == farewell::everyone || each.is_idle()) each.close();
    else each.end_stream();
  }
}

/// Delivers what was handed over; if the io_context ends first, it lets the sessions go.
class lane::delivery_task {
 public:
  explicit delivery_task(std::shared_ptr<lane> home) noexcept : home_{std::move(home)} {}
  delivery_task(delivery_task&&) noexcept = default;
  delivery_task& operator=(delivery_task&&) noexcept = default;
  ~delivery_task() { deliver(session::delivery_mode::discard); }
  void operator()() { deliver(session::delivery_mode::send); }

 private:
  void deliver(session::delivery_mode mode) {
    const auto home = std::move(home_);
    session* next = home ? home->answered_.take_all() : nullptr;
    while (next != nullptr) {
      session& each = *next;
      next = each.next_handoff;
      each.on_answer_delivered(mode);  // may end the session: no access after this line
    }
  }

  std::shared_ptr<lane> home_;
};

void lane::hand_over(session* newest, session* oldest) {
  if (answered_.push_chain(newest, oldest)) boost::asio::post(context_, delivery_task{shared_from_this()});
}

stream* lane::next_woken() noexcept {
  if (waiting_streams_ == nullptr) waiting_streams_ = woken_.take_all();
  stream* const next = waiting_streams_;
  if (next != nullptr) waiting_streams_ = next->next_handoff;
  return next;
}

/// Serves the streams that were woken, so many at a time; if the io_context ends first, it lets them go.
class lane::stream_task {
 public:
  explicit stream_task(std::shared_ptr<lane> home) noexcept : home_{std::move(home)} {}
  stream_task(stream_task&&) noexcept = default;
  stream_task& operator=(stream_task&&) = delete;
  ~stream_task() {
    if (!home_) return;
    while (stream* one = home_->next_woken()) std::ignore = one->leave_handoff();
  }
  void operator()() {
    const auto home = std::move(home_);
    for (int served = 0; served < streams_in_a_row; ++served) {
      stream* const next = home->next_woken();
      if (next == nullptr) return;
      serve(next->leave_handoff());
    }
    boost::asio::post(home->context_, stream_task{home});
  }

 private:
  static void serve(const std::shared_ptr<stream>& one) {
    if (const auto its = one->answering()) its->on_stream_woken();
    else one->on_closed();
  }

  std::shared_ptr<lane> home_;
};

void lane::wake(stream& talking) {
  if (woken_.push(&talking)) boost::asio::post(context_, stream_task{shared_from_this()});
}

std::uint64_t lane::current_tick() const {
  return static_cast<std::uint64_t>((std::chrono::steady_clock::now() - epoch_) / core_->limits.tick);
}

void lane::arm(wheel_entry& entry, http_limits::duration after) {
  const auto tick = core_->limits.tick;
  wheel_.arm(entry, static_cast<std::uint64_t>((after + tick - http_limits::duration{1}) / tick));
}

void lane::start_ticking() {
  if (ticking_) return;
  ticking_ = true;
  wheel_.advance(current_tick());
  timer_.expires_after(core_->limits.tick);
  timer_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
    self->ticking_ = false;
    if (!ec) self->on_tick();
  });
}

/// Ticks only while a connection is open: an idle server wakes nobody.
void lane::on_tick() {
  wheel_.advance(current_tick());
  if (!sessions_.empty()) start_ticking();
}

std::string_view lane::date() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  if (now != date_second_ || date_.empty()) {
    date_second_ = now;
    const std::time_t seconds = now.time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 40> text{};
    date_.assign(text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts));
  }
  return date_;
}

void lane::make_request_id(std::string& into) {
  into.clear();
  append_hex(into, id_prefix_);
  append_hex(into, next_word(id_state_));
}

}  // namespace sellavie::net
