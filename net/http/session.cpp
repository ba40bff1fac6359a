#include "net/http/session.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include "net/http/stream.hpp"
#include "net/release_memory.hpp"

namespace sellavie::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t joined_body_bytes = 8 * 1024;
constexpr std::size_t kept_buffer_bytes = 64 * 1024;
constexpr std::size_t request_id_bytes = 64;
constexpr int failure_status = 500;

/// The session whose handler runs on this thread; its answer needs no hand-over.
thread_local session* dispatching = nullptr;
thread_local bool answered_inside = false;

bool is_safe_request_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= request_id_bytes &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                  c == '_' || c == '.';
         });
}

std::string printable(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

/// What the edge has put on every answer stays: without it a browser shows this one to nobody, and caches keep it.
response refused_for_room(response given, std::string_view request_id) {
  response told = problem_response(503, request_id);
  for (auto& [name, value] : given.headers)
    if (name.starts_with("Access-Control-") || name == "Cache-Control" || name == "Vary")
      told.headers.emplace_back(std::move(name), std::move(value));
  told.headers.emplace_back("Retry-After", "5");
  return told;
}

bool would_block(const error_code& ec) noexcept {
  return ec == asio::error::would_block || ec == asio::error::try_again;
}

}  // namespace

session::session(std::shared_ptr<lane> home, lane_socket socket, const asio::ip::tcp::endpoint& peer,
                 peer_seat seat)
    : lane_{std::move(home)},
      seat_{std::move(seat)},
      socket_{std::move(socket)},
      peer_address_{printable(peer.address())},
      held_unread_{lane_->core().buffered, seat_.request_share(), held_as::request, lane_->core().observer},
      held_request_{lane_->core().buffered, seat_.request_share(), held_as::request, lane_->core().observer},
      held_answer_{lane_->core().outgoing, seat_.answer_share(), held_as::answer, lane_->core().observer} {
  error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  lane_->core().observer.on_connection_opened();
}

session::~session() { close(); }

void session::close() noexcept {
  if (phase_ == phase::closed) return;
  if (phase_ == phase::reading_body) drop_request();
  keep_unread({});
  phase_ = phase::closed;
  is_gone_.store(true, std::memory_order_relaxed);
  wheel_entry::disarm();
  lane_hook::unlink();
  idle_hook::unlink();
  error_code ignored;
  socket_.close(ignored);
  if (stream_) {
    stream_->on_closed();
    stream_.reset();
    lane_->core().observer.on_stream_closed();
  }
  lane_->core().observer.on_connection_closed();
  lane_->core().release_connection();
}

bool session::is_idle() const noexcept {
  return phase_ == phase::reading_head && unread_.empty() && !(parser_ && parser_->has_started());
}

// ---- reading ---------------------------------------------------------------------------------

void session::start() {
  lane_->rest(*this);
  lane_->arm(*this, lane_->core().limits.header_deadline);
  guarded([this] { wait_readable(); });
}

void session::turn_away() {
  guarded([this] { answer_problem(503, http_rejection::too_many_connections, after_answer::close); });
}

void session::wait_readable() {
  socket_.async_wait(lane_socket::wait_read, [self = shared_from_this()](const error_code& ec) {
    if (ec == asio::error::operation_aborted || self->phase_ == phase::closed) return;
    self->guarded([&] { self->on_readable(); });
  });
}

void session::on_readable() {
  auto& buffer = lane_->read_buffer();
  error_code ec;
  const std::size_t size = socket_.read_some(asio::buffer(buffer), ec);
  if (ec && !would_block(ec)) return close();  // also the end of the stream
  if (phase_ == phase::lingering || ec) return wait_readable();
  if (phase_ == phase::streaming) return on_stream_input(size);
  feed({buffer.data(), size});
}

void session::feed(std::string_view input) {
  std::string held;
  if (!unread_.empty()) {
    unread_.append(input);
    held.swap(unread_);
    input = held;
  }
  while (step(input)) continue;
  if (phase_ == phase::streaming || phase_ == phase::lingering || phase_ == phase::closed) return;
  keep_unread(input);
  if (phase_ == phase::reading_head || phase_ == phase::reading_body) wait_readable();
}

bool session::step(std::string_view& input) {
  if (phase_ == phase::reading_head) return read_head(input);
  if (phase_ == phase::reading_body) return read_body(input);
  return false;
}

bool session::read_head(std::string_view& input) {
  if (!parser_) prepare_request();
  const bool first_bytes = !parser_->has_started();
  while (first_bytes && input.starts_with("\r\n")) input.remove_prefix(2);
  if (input.empty() || (first_bytes && input == "\r")) return false;
  idle_hook::unlink();
  switch (parser_->read_head(input)) {
    case request_parser::progress::need_more:
      if (first_bytes) lane_->arm(*this, lane_->core().limits.header_deadline);
      return false;
    case request_parser::progress::refused: answer_refused(); return false;
    case request_parser::progress::head_complete:
    case request_parser::progress::complete: on_head_complete(); return true;
  }
  return false;
}

void session::keep_unread(std::string_view rest) {
  if (held_unread_.resize(rest.size() > lane_->core().limits.unbudgeted_bytes ? rest.size() : 0)) {
    if (rest.empty()) release_memory(unread_);
    else unread_.assign(rest);
    return;
  }
  if (phase_ == phase::reading_head)
    return answer_problem(503, http_rejection::buffers_full, after_answer::close);
  // Requests behind one that is being answered: it is the last one that this connection gets answered.
  lane_->core().observer.on_rejected({http_rejection::buffers_full});
  then_ = after_answer::close;
  must_linger_ = true;
}

void session::prepare_request() {
  request_id_.clear();
  match_ = {};
  parser_.emplace(request_, lane_->core().limits);
}

void session::on_head_complete() {
  const server_core& core = lane_->core();
  const auto given_id = request_.header("X-Request-Id");
  if (given_id && is_safe_request_id(*given_id)) request_id_.assign(*given_id);
  head_only_ = request_.method() == http_method::head;
  parameters_.clear();
  match_ = core.routes.find(request_.method(), request_.path(), parameters_);
  if (match_.found != nullptr)
    body_limit_ = match_.found->options.body_bytes.value_or(core.limits.body_bytes);
  else body_limit_ = std::min<std::uint64_t>(core.limits.body_bytes, core.limits.unbudgeted_bytes);
  if (parser_->is_too_large(body_limit_))
    return answer_problem(413, http_rejection::body_too_large, after_answer::close);
  body_timed_ = false;
  phase_ = phase::reading_body;
}

bool session::make_room_for_body(std::size_t arrived) {
  const std::size_t bytes = parser_->head_bytes() + request_.body.size() + parser_->body_part_of(arrived);
  if (bytes <= lane_->core().limits.unbudgeted_bytes || held_request_.resize(bytes)) return true;
  answer_problem(503, http_rejection::buffers_full, after_answer::close);
  return false;
}

/// Only while no handler has had it.
void session::drop_request() {
  builder_.clear_body();
  held_request_.release();
}

bool session::read_body(std::string_view& input) {
  if (!make_room_for_body(input.size())) return false;
  const auto progress =
      parser_->has_body() ? parser_->read_body(input, body_limit_) : request_parser::progress::complete;
  if (progress == request_parser::progress::refused) {
    answer_refused();
    return false;
  }
  if (progress == request_parser::progress::need_more) {
    if (!body_timed_) start_body_deadline();
    return false;
  }
  on_request_complete();
  return true;
}

void session::start_body_deadline() {
  body_timed_ = true;
  phase_began_ = std::chrono::steady_clock::now();
  body_bytes_at_check_ = request_.body.size();
  const http_limits& limits = lane_->core().limits;
  lane_->arm(*this, std::min(limits.body_progress_interval, limits.body_deadline));
  if (parser_->expects_continue() && request_.body.empty()) send_continue();
}

void session::send_continue() {
  constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
  error_code ec;
  const std::size_t sent = socket_.write_some(asio::buffer(text), ec);
  // A client waits only so long for it, so a full socket is no reason to fail; half a line is.
  if (sent != 0 && sent != text.size()) close();
}

// ---- handling --------------------------------------------------------------------------------

void session::on_request_complete() {
  server_core& core = lane_->core();
  then_ = parser_->wants_keep_alive() ? after_answer::keep_alive : after_answer::close;
  if (match_.found == nullptr) return answer_problem(match_.status, http_rejection::unknown_route, then_);
  if (!core.admit_request()) return answer_problem(503, http_rejection::too_many_requests_in_flight, then_);
  dispatch();
}

void session::dispatch() {
  phase_ = phase::answering;
  phase_began_ = std::chrono::steady_clock::now();
  route_name_ = match_.found->pattern;
  for (const auto& [name, value] : parameters_) builder_.add_parameter(name, value);
  if (request_id_.empty()) lane_->make_request_id(request_id_);
  request_.request_id = request_id_;
  request_.peer_address = peer_address_;
  lane_->core().observer.on_request(route_name_);

  const auto outer = std::exchange(dispatching, this);
  answered_inside = false;
  try {
    match_.found->handler(request_, responder{shared_from_this()});
  } catch (...) {  // unwinding destroyed the responder, which answered 500
    lane_->core().observer.on_rejected(
        {http_rejection::handler_failed, match_.found->options.is_webhook, failure_status, request_id_});
  }
  dispatching = outer;
  builder_.clear_body();  // a handler that wants it for longer has moved it away
  if (std::exchange(answered_inside, false)) write_answer(std::move(answer_), then_);
  else await_answer();
}

session::delivery session::take_answer(response given) noexcept {
  answer_ = std::move(given);
  held_request_.release();
  lane_->core().release_request();
  if (dispatching != this) return delivery::needs_handoff;
  answered_inside = true;
  return delivery::done;
}

response session::failure_answer() const { return problem_response(failure_status, request_id_); }

session* session::release_for_handoff(std::shared_ptr<session> answered) noexcept {
  session* raw = answered.get();
  raw->self_ = std::move(answered);
  return raw;
}

void session::on_answer_delivered(delivery_mode mode) {
  const auto keep_alive = std::move(self_);
  if (phase_ != phase::answering || mode == delivery_mode::discard) return;
  guarded([this] {
    write_answer(std::move(answer_), then_);
    if (phase_ == phase::reading_head) resume();
  });
}

// ---- answering -------------------------------------------------------------------------------

void session::answer_refused() {
  const refusal why = parser_->why_refused();
  answer_problem(why.status, why.reason, after_answer::close);
}

void session::answer_problem(int status, http_rejection reason, after_answer then) {
  if (phase_ == phase::reading_body) drop_request();
  if (request_id_.empty()) lane_->make_request_id(request_id_);
  const bool is_webhook = match_.found != nullptr && match_.found->options.is_webhook;
  lane_->core().observer.on_rejected({reason, is_webhook, status, request_id_});
  // Who is turned away at the door has asked nothing.
  if (reason != http_rejection::too_many_connections) lane_->core().observer.on_answer({}, status, {});
  route_name_ = {};
  response problem = problem_response(status, request_id_);
  if (status == 405) problem.headers.emplace_back("Allow", match_.allow);
  if (status == 503) problem.headers.emplace_back("Retry-After", "1");
  must_linger_ =
      reason != http_rejection::unknown_route && reason != http_rejection::too_many_requests_in_flight;
  write_answer(std::move(problem), then);
}

void session::write_answer(response given, after_answer wanted) {
  server_core& core = lane_->core();
  if (given.status < 200 || given.status > 999) given = failure_answer();
  if (!make_room_for_answer(given)) {
    core.observer.on_rejected(
        {http_rejection::answers_full, match_.found->options.is_webhook, 503, request_id_});
    given = refused_for_room(std::move(given), request_id_);
  }
  then_ = core.draining.load(std::memory_order_relaxed) || given.goes_on ? after_answer::close : wanted;
  if (!route_name_.empty())
    core.observer.on_answer(route_name_, given.status, std::chrono::steady_clock::now() - phase_began_);

  const auto version = parser_ ? parser_->version() : http_version::http_1_1;
  is_chunked_ = given.goes_on && version == http_version::http_1_1;
  const auto unbounded = is_chunked_ ? body_framing::chunked : body_framing::by_close;
  out_.clear();
  append_head(out_, given,
              {.version = version,
               .then = then_,
               .request_id = request_id_,
               .date = lane_->date(),
               .framing = given.goes_on ? unbounded : body_framing::by_length});
  if (given.goes_on && head_only_) given.goes_on->on_closed();
  else if ((stream_ = std::move(given.goes_on))) core.observer.on_stream_opened();
  if (may_have_body(given.status) && !head_only_) {
    if (given.whole_body().size() <= joined_body_bytes) out_.append(given.whole_body());
    else if (given.shared_body) out_shared_body_ = std::move(given.shared_body);
    else out_body_ = std::move(given.body);
  }
  phase_ = phase::writing;
  written_ = 0;
  written_at_check_ = 0;
  write_timed_ = false;
  flush_output();
}

/// Only a GET is refused: to a change that was made it would be a lie. Few of those are large, and they count, so
/// that they are read at a pace and nothing comes on top.
bool session::make_room_for_answer(const response& given) {
  const std::size_t size = given.body.size();
  if (head_only_ || size <= lane_->core().limits.unbudgeted_answer_bytes) return true;
  if (held_answer_.resize(size)) return true;
  if (request_.method() == http_method::get) return false;
  held_answer_.force(size);
  return true;
}

void session::flush_output() {
  const std::string& body = out_shared_body_ ? *out_shared_body_ : out_body_;
  const std::size_t total = out_.size() + body.size();
  while (written_ < total) {
    const std::size_t head = std::min(written_, out_.size());
    const std::array<asio::const_buffer, 2> parts{asio::buffer(out_) + head,
                                                  asio::buffer(body) + (written_ - head)};
    error_code ec;
    written_ += body.empty() ? socket_.write_some(parts[0], ec) : socket_.write_some(parts, ec);
    if (would_block(ec)) return wait_writable();
    if (ec) return close();
  }
  on_written();
}

void session::wait_writable() {
  if (!write_timed_) lane_->arm(*this, lane_->core().limits.write_deadline);
  write_timed_ = true;
  socket_.async_wait(lane_socket::wait_write, [self = shared_from_this()](const error_code& ec) {
    if (ec == asio::error::operation_aborted || self->phase_ == phase::closed) return;
    self->guarded([&] {
      self->flush_output();
      if (self->phase_ == phase::reading_head) self->resume();
    });
  });
}

void session::on_written() {
  if (stream_) return phase_ == phase::streaming ? on_portion_written() : begin_stream();
  if (out_.capacity() > kept_buffer_bytes) release_memory(out_);
  release_memory(out_body_);
  out_shared_body_.reset();
  held_answer_.release();
  head_only_ = false;
  if (then_ == after_answer::close) return must_linger_ ? linger() : close();
  phase_ = phase::reading_head;
  parser_.reset();
  builder_.clear();
  lane_->rest(*this);
  lane_->arm(*this, lane_->core().limits.idle_deadline);
}

/// Closing with unread input would reset the connection and could destroy the answer on its way.
void session::linger() {
  phase_ = phase::lingering;
  keep_unread({});
  error_code ignored;
  socket_.shutdown(lane_socket::shutdown_send, ignored);
  lane_->arm(*this, lane_->core().limits.linger_deadline);
  wait_readable();
}

/// After an answer: first what was read already, then the socket.
void session::resume() {
  if (unread_.empty()) return wait_readable();
  feed({});
}

// ---- deadlines -------------------------------------------------------------------------------

void session::on_due() {
  guarded([this] {
    switch (phase_) {
      case phase::reading_head: return is_idle() ? close() : time_out(408);
      case phase::reading_body: return on_body_interval();
      case phase::answering: return on_answer_interval();
      case phase::writing: return on_write_interval();
      case phase::streaming: return on_stream_interval();
      case phase::lingering:
      case phase::closed: return close();
    }
  });
}

void session::on_body_interval() {
  const http_limits& limits = lane_->core().limits;
  const auto spent =
      std::chrono::duration_cast<http_limits::duration>(std::chrono::steady_clock::now() - phase_began_);
  const std::size_t arrived = request_.body.size() - body_bytes_at_check_;
  const bool must_hurry = held_request_.size() > 0 && lane_->core().buffered.is_pressed();
  const std::size_t wanted = must_hurry ? limits.pressed_progress_bytes : limits.body_progress_bytes;
  if (spent >= limits.body_deadline || arrived < wanted) return time_out(408);
  body_bytes_at_check_ = request_.body.size();
  lane_->arm(*this, std::min(limits.body_progress_interval, limits.body_deadline - spent));
}

void session::on_write_interval() {
  const server_core& core = lane_->core();
  const bool must_hurry = held_answer_.size() > 0 && core.outgoing.is_pressed();
  const auto pressed_intervals =
      static_cast<std::size_t>(core.limits.write_deadline / core.limits.body_progress_interval);
  const std::size_t wanted = must_hurry ? pressed_intervals * core.limits.pressed_progress_bytes : 0;
  if (written_ - written_at_check_ < std::max(kept_buffer_bytes, wanted)) return close();
  written_at_check_ = written_;
  lane_->arm(*this, lane_->core().limits.write_deadline);
}

/// A read is or may be pending on the socket: the answer is tried at once and the connection ends.
void session::time_out(int status) {
  const auto self = shared_from_this();
  socket_.cancel();
  answer_problem(status, http_rejection::timed_out, after_answer::close);
}

}  // namespace sellavie::net
