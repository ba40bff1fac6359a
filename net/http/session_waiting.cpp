// session: while its request is worked on. Nothing is read meanwhile; now and then the kernel is asked whether the client
// is still there, because what nobody waits for need not be begun.
#include <poll.h>

#include <algorithm>
#include <utility>

#include "net/http/session.hpp"

namespace sellavie::net {

/// How much longer the client is willing to wait, as far as we know; not positive when it is to be told.
http_limits::duration session::patience_left() const {
  const auto most = lane_->core().limits.answer_deadline;
  const auto spent =
      std::chrono::duration_cast<http_limits::duration>(std::chrono::steady_clock::now() - phase_began_);
  return std::min(match_.found->options.answer_deadline.value_or(most), most) - spent;
}

void session::await_answer() {
  lane_->arm(*this,
             std::clamp(patience_left(), http_limits::duration{0}, lane_->core().limits.presence_interval));
}

void session::on_answer_interval() {
  if (patience_left() <= http_limits::duration{0}) return time_out(match_.found->options.late_status);
  look_for_client();
  if (phase_ == phase::answering) await_answer();
}

/// The end of what a client sends may be all that it has closed: it may read on and wait for its answer. So it is sent an
/// interim one, which is passed over where somebody reads, and answered with a reset where the socket is closed.
void session::look_for_client() {
  pollfd asked{.fd = socket_.native_handle(), .events = POLLRDHUP, .revents = 0};
  if (::poll(&asked, 1, 0) <= 0) return;
  if ((asked.revents & (POLLERR | POLLHUP)) != 0) return close();
  const bool knows_interim_answers = parser_ && parser_->version() == http_version::http_1_1;
  if (knows_interim_answers && !std::exchange(was_probed_, true)) send_continue();
}

}  // namespace sellavie::net
