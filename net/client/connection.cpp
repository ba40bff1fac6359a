#include "net/client/connection.hpp"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <utility>

#include "net/client/client_lane.hpp"
#include "net/client/origin_pool.hpp"

namespace sellavie::net {
namespace {

using boost::system::error_code;

constexpr unsigned most_interim_answers = 16;
constexpr std::chrono::seconds idle_margin{1};

}  // namespace

connection::connection(std::shared_ptr<client_lane> home, origin_pool& pool)
    : lane_{std::move(home)},
      pool_{pool},
      socket_{lane_->context()},
      keep_for_{lane_->core().limits.idle_deadline} {}

connection::~connection() = default;

template <class Work>
void connection::guarded(Work&& work) noexcept {
  const auto self = shared_from_this();
  try {
    work();
  } catch (...) {  // out of memory, or a bug: this connection ends, the client goes on
    close("internal failure");
  }
}

// ---- opening ---------------------------------------------------------------------------------

void connection::open() { connect_next("no address"); }

void connection::connect_next(std::string_view failure) {
  const auto& addresses = pool_.addresses();
  error_code ignored;
  socket_.close(ignored);
  reading_ = writing_ = false;
  if (attempts_ >= addresses.size()) {
    const std::string reason{failure};
    close(reason);
    return pool_.on_connect_failed(reason);
  }
  const auto& address = addresses[(pool_.preferred() + attempts_++) % addresses.size()];
  phase_ = phase::connecting;
  lane_->arm(*this, lane_->core().limits.connect_deadline);
  socket_.async_connect(address, [self = shared_from_this(), attempt = attempts_](const error_code& ec) {
    if (self->phase_ != phase::connecting || self->attempts_ != attempt) return;
    self->guarded([&] {
      if (ec) self->connect_next("connect: " + ec.message());
      else self->on_connected();
    });
  });
}

void connection::on_connected() {
  error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
  if (pool_.to().security == origin_security::plain) return on_open();
  phase_ = phase::handshaking;
  if (!channel_.use_tls(lane_->core().tls.get(), pool_.to().host, pool_.session()))
    return connect_next("TLS set-up");
  continue_handshake();
}

void connection::continue_handshake() {
  switch (channel_.handshake()) {
    case channel::outcome::done: return on_open();
    case channel::outcome::want_read: return wait_readable();
    case channel::outcome::want_write: return wait_writable();
    case channel::outcome::closed:
    case channel::outcome::failed: return connect_next(channel_.handshake_failure());
  }
}

void connection::on_open() {
  phase_ = phase::idle;
  pool_.prefer((pool_.preferred() + attempts_ - 1) % std::max<std::size_t>(pool_.addresses().size(), 1));
  lane_->arm(*this, keep_for_);
  pool_.on_connection_open(*this);
  wait_readable();
}

// ---- a request -------------------------------------------------------------------------------

void connection::carry(std::unique_ptr<exchange> request) {
  idle_hook::unlink();
  phase_ = phase::busy;
  current_ = std::move(request);
  current_->held_by(this);
  written_ = 0;
  bytes_out_before_ = channel_.bytes_out();
  interim_answers_ = 0;
  expect_answer();
  write_request();
}

void connection::expect_answer() {
  parser_.emplace(lane_->core().limits,
                  current_->is_head() ? expected_body::none : expected_body::by_its_head);
}

void connection::write_request() {
  const std::string_view bytes = current_->bytes();
  while (written_ < bytes.size() && !write_broken_) {
    const auto [what, size] = channel_.write(bytes.substr(written_));
    if (channel_.bytes_out() > bytes_out_before_) current_->note_sent();
    written_ += size;
    if (what == channel::outcome::want_write) return wait_writable();
    if (what == channel::outcome::want_read) return;  // a read is awaited anyway
    if (what != channel::outcome::done) return on_write_failed();
  }
}

/// Nothing left: another connection may carry it. Something left: only an answer can tell.
void connection::on_write_failed() {
  write_broken_ = true;
  if (!current_->was_sent()) try_elsewhere();
}

void connection::try_elsewhere() {
  if (!was_used_ || !current_->may_retry()) return close("write failed");
  auto request = std::move(current_);
  close("stale");
  pool_.submit_again(std::move(request));
}

// ---- its answer ------------------------------------------------------------------------------

void connection::wait_readable() {
  if (reading_ || phase_ == phase::closed) return;
  reading_ = true;
  socket_.async_wait(lane_socket::wait_read,
                     [self = shared_from_this(), attempt = attempts_](const error_code& ec) {
                       if (self->phase_ == phase::closed || self->attempts_ != attempt) return;
                       self->reading_ = false;
                       if (ec == boost::asio::error::operation_aborted) return;
                       self->guarded([&] { self->on_readable(); });
                     });
}

void connection::wait_writable() {
  if (writing_ || phase_ == phase::closed) return;
  writing_ = true;
  socket_.async_wait(lane_socket::wait_write,
                     [self = shared_from_this(), attempt = attempts_](const error_code& ec) {
                       if (self->phase_ == phase::closed || self->attempts_ != attempt) return;
                       self->writing_ = false;
                       if (ec == boost::asio::error::operation_aborted) return;
                       self->guarded([&] {
                         if (self->phase_ == phase::handshaking) return self->continue_handshake();
                         if (self->phase_ == phase::busy) self->write_request();
                       });
                     });
}

void connection::on_readable() {
  if (phase_ == phase::handshaking) return continue_handshake();
  read_some();
  if (phase_ == phase::closed) return;
  wait_readable();
  if (phase_ == phase::busy && !writing_) write_request();  // TLS may have waited for this read
}

void connection::read_some() {
  auto& buffer = lane_->read_buffer();
  for (;;) {
    const auto [what, size] = channel_.read(buffer);
    if (what == channel::outcome::want_read) return;
    if (what == channel::outcome::want_write) return wait_writable();
    if (what != channel::outcome::done) return on_stream_end(what);
    if (phase_ != phase::busy) return close("unasked bytes");
    on_bytes({buffer.data(), size});
    if (phase_ == phase::closed || (size < buffer.size() && !channel_.has_buffered())) return;
  }
}

void connection::on_bytes(std::string_view input) {
  std::string held;
  if (!unread_.empty()) {
    unread_.append(input);
    held.swap(unread_);
    input = held;
  }
  for (;;) {
    switch (parser_->read(input)) {
      case answer_parser::progress::need_more: unread_.assign(input); return;
      case answer_parser::progress::too_large: return close("answer too large");
      case answer_parser::progress::malformed: return close("malformed answer");
      case answer_parser::progress::complete: break;
    }
    if (!parser_->is_interim()) return complete_answer(input);
    if (++interim_answers_ > most_interim_answers) return close("endless interim answers");
    expect_answer();
    if (input.empty()) return;
  }
}

void connection::on_stream_end(channel::outcome how) {
  if (phase_ != phase::busy) return close("ended by the peer");
  if (!parser_->has_started() && !current_->was_sent()) return try_elsewhere();
  if (how == channel::outcome::closed && parser_->read_end() == answer_parser::progress::complete)
    return complete_answer({});
  close(parser_->has_started() ? "connection ended in the answer" : "connection ended without an answer");
}

void connection::complete_answer(std::string_view unexpected) {
  const bool reusable =
      parser_->allows_reuse() && unexpected.empty() && !write_broken_ && written_ == current_->bytes().size();
  if (const auto hint = parser_->idle_hint())
    keep_for_ = std::min<client_limits::duration>(lane_->core().limits.idle_deadline,
                                                  std::max(*hint, idle_margin) - idle_margin);
  auto response = parser_->take();
  const auto answered = std::move(current_);
  parser_.reset();
  was_used_ = true;
  if (reusable) {
    phase_ = phase::idle;
    lane_->arm(*this, keep_for_);
    pool_.on_connection_free(*this);
  } else {
    close("not reusable");
  }
  answered->answer(std::move(response));
}

// ---- the end ---------------------------------------------------------------------------------

void connection::close(std::string_view reason) {
  if (phase_ == phase::closed) return;
  const bool was_open = phase_ == phase::idle || phase_ == phase::busy;
  if (phase_ == phase::idle) {
    channel_.say_farewell();
    pool_.keep_session(channel_.resumable_session());
  }
  phase_ = phase::closed;
  disarm();
  all_hook::unlink();
  idle_hook::unlink();
  error_code ignored;
  socket_.close(ignored);
  const auto left = std::move(current_);
  pool_.on_connection_closed(was_open ? origin_pool::closing_phase::open
                                      : origin_pool::closing_phase::opening);
  if (left) left->fail(reason);
}

void connection::on_exchange_due(exchange&) {
  const auto self = shared_from_this();
  close("deadline");
}

void connection::on_due() {
  guarded([this] {
    if (phase_ == phase::connecting) connect_next("connect: timed out");
    else if (phase_ == phase::handshaking) connect_next("TLS handshake timed out");
    else if (phase_ == phase::idle) close("idle");
  });
}

}  // namespace sellavie::net
