#include "net/client/origin_pool.hpp"

#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <string>
#include <utility>

#include "net/client/client_lane.hpp"

namespace sellavie::net {

using boost::asio::ip::tcp;
using boost::system::error_code;

origin_pool::origin_pool(client_lane& home, origin to)
    : home_{home}, to_{std::move(to)}, resolver_{home.context()} {
  use_numeric_address();
}

origin_pool::~origin_pool() { fail_waiting("shut down"); }

void origin_pool::use_numeric_address() {
  error_code ec;
  const auto address = boost::asio::ip::make_address(to_.host, ec);
  std::uint16_t port = 0;
  std::from_chars(to_.port.data(), to_.port.data() + to_.port.size(), port);
  if (ec || port == 0) return;
  addresses_ = {tcp::endpoint{address, port}};
  is_numeric_ = true;
}

// ---- requests --------------------------------------------------------------------------------

void origin_pool::submit(std::unique_ptr<exchange> request) {
  if (connection* free = take_idle()) return free->carry(std::move(request));
  if (waiting_count_ >= home_.core().limits.waiting_per_origin) return request->fail("queue full");
  request->held_by(this);
  waiting_.push_back(*request.release());
  ++waiting_count_;
  open_connections();
}

void origin_pool::submit_again(std::unique_ptr<exchange> request) {
  if (home_.is_closed()) return;  // its destructor completes it
  request->held_by(this);
  waiting_.push_front(*request.release());
  ++waiting_count_;
  open_connections();
}

std::unique_ptr<exchange> origin_pool::take_waiting() {
  if (waiting_.empty()) return nullptr;
  std::unique_ptr<exchange> first{&waiting_.front()};
  waiting_.pop_front();
  --waiting_count_;
  return first;
}

void origin_pool::on_exchange_due(exchange& late) {
  const std::unique_ptr<exchange> owned{&late};
  waiting_.erase(waiting_.iterator_to(late));
  --waiting_count_;
  owned->fail("deadline before a connection was free");
}

void origin_pool::fail_waiting(std::string_view reason) {
  while (const auto request = take_waiting()) request->fail(reason);
}

void origin_pool::close() {
  fail_waiting("shut down");
  while (!all_.empty()) all_.front().close("shut down");
  resolver_.cancel();
}

// ---- connections -----------------------------------------------------------------------------

connection* origin_pool::take_idle() {
  while (!idle_.empty()) {
    connection& latest = idle_.front();
    if (!latest.is_stale()) return &latest;
    latest.close("stale");
  }
  return nullptr;
}

void origin_pool::open_connections() {
  if (waiting_count_ == 0 || home_.is_closed() || !have_addresses()) return;
  while (opening_ < waiting_count_ && connections_ < home_.core().limits.connections_per_origin) {
    const auto added = std::make_shared<connection>(home_.shared_from_this(), *this);
    all_.push_back(*added);
    ++connections_;
    ++opening_;
    added->open();
  }
}

void origin_pool::on_connection_open(connection& opened) {
  --opening_;
  on_connection_free(opened);
}

void origin_pool::on_connection_free(connection& freed) {
  if (auto next = take_waiting()) freed.carry(std::move(next));
  else idle_.push_front(freed);
}

void origin_pool::on_connection_closed(closing_phase phase) {
  --connections_;
  if (phase == closing_phase::opening) --opening_;
  if (phase == closing_phase::open) open_connections();
}

void origin_pool::on_connect_failed(std::string_view reason) {
  if (const auto first = take_waiting()) first->fail(reason);
  open_connections();
}

// ---- addresses -------------------------------------------------------------------------------

bool origin_pool::have_addresses() {
  if (is_numeric_) return true;
  const auto age = clock::now() - resolved_at_;
  if (age > home_.core().limits.addresses_usable) addresses_.clear();
  if (addresses_.empty() || age > home_.core().limits.addresses_fresh) resolve();
  return !addresses_.empty();
}

void origin_pool::resolve() {
  if (resolving_) return;
  resolving_ = true;
  resolver_.async_resolve(to_.host, to_.port,
                          [this, alive = home_.shared_from_this()](const error_code& ec,
                                                                   const tcp::resolver::results_type& found) {
                            endpoints all;
                            for (const auto& each : found) all.push_back(each.endpoint());
                            on_resolved(ec, std::move(all));
                          });
}

void origin_pool::on_resolved(const error_code& ec, endpoints found) {
  resolving_ = false;
  if (!ec && !found.empty()) {
    addresses_ = std::move(found);
    preferred_ = 0;
    resolved_at_ = clock::now();
  }
  if (addresses_.empty()) return fail_waiting("name not resolved");
  open_connections();
}

}  // namespace sellavie::net
