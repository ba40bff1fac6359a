// session: an answer that goes on, until somebody ends it.
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/socket_base.hpp>

#include "net/http/session.hpp"
#include "net/http/stream.hpp"
#include "net/release_memory.hpp"

namespace sellavie::net {
namespace {

/// What the kernel may hold for a client that does not read; it takes the double.
constexpr int socket_buffer_bytes = 32 * 1024;

}  // namespace

void session::begin_stream() {
  phase_ = phase::streaming;
  give_memory_back();
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::socket_base::send_buffer_size{socket_buffer_bytes}, ignored);
  // A peer that vanished without a word acknowledges nothing; one that only does not read is ours to judge first.
  const auto patience = static_cast<unsigned>(2 * lane_->core().limits.write_deadline.count());
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
  wait_readable();
  on_portion_written();
  if (lane_->core().draining.load(std::memory_order_relaxed)) end_stream();
}

/// Thousands of connections stay in this phase for hours.
void session::give_memory_back() {
  parser_.reset();
  request_ = request{};
  keep_unread({});
  router::parameters{}.swap(parameters_);
  match_ = {};
  answer_ = response{};
  stream_input_ = 0;
}

/// It was told that the connection ends with this answer: nothing that it sends means anything.
void session::on_stream_input(std::size_t size) {
  stream_input_ += size;
  if (stream_input_ > lane_->core().limits.unbudgeted_bytes) return close();
  wait_readable();
}

void session::on_stream_woken() noexcept {
  if (phase_ != phase::streaming) return;
  const bool is_writing = !out_.empty();  // and asks again when it has written
  guarded([this, is_writing] {
    if (!is_writing || stream_->is_overrun()) continue_stream();
  });
}

void session::continue_stream() {
  std::string bytes;
  const auto taken = stream_->take(bytes);
  if (taken == stream::portion::overrun) {
    lane_->core().observer.on_stream_overrun();
    return close();
  }
  is_last_portion_ = taken == stream::portion::last;
  if (taken != stream::portion::nothing) send_portion(bytes);
}

void session::send_portion(std::string_view bytes) {
  if (!is_chunked_) {
    out_.assign(bytes);
  } else {
    if (!bytes.empty()) append_chunk(out_, bytes);
    if (is_last_portion_) out_.append(last_chunk);
  }
  written_ = 0;
  written_at_check_ = 0;
  write_timed_ = false;
  flush_output();
}

void session::on_portion_written() {
  release_memory(out_);
  if (is_last_portion_) return close();
  const auto& options = stream_->options();
  if (options.idle_text.empty()) wheel_entry::disarm();
  else lane_->arm(*this, options.idle_interval);
  stream_->on_written();
}

void session::on_stream_interval() {
  if (out_.empty()) return send_portion(stream_->options().idle_text);
  if (written_ == written_at_check_) {
    lane_->core().observer.on_stream_overrun();
    return close();
  }
  written_at_check_ = written_;
  lane_->arm(*this, lane_->core().limits.write_deadline);
}

void session::end_stream() noexcept {
  if (phase_ != phase::streaming) return;
  if (!out_.empty()) return close();  // it does not read: no reason to wait for it
  guarded([this] {
    stream_->finish();
    continue_stream();
  });
}

}  // namespace sellavie::net
