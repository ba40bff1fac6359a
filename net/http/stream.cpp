#include "net/http/stream.hpp"

#include <algorithm>
#include <utility>

#include "net/http/lane.hpp"
#include "net/http/session.hpp"

namespace sellavie::net {

stream::stream(const std::shared_ptr<session>& answering, stream_options options)
    : session_{answering},
      lane_{answering ? answering->home().shared_from_this() : nullptr},
      options_{std::move(options)},
      state_{answering ? state::open : state::closed} {}

stream::~stream() = default;

bool stream::write(stream_bytes more) {
  bool wakes = false;
  {
    const std::lock_guard hold{mutex_};
    if (state_ != state::open || session_.expired()) return false;
    if (taken_bytes_ + pending_bytes_ + more->size() > options_.most_pending) {
      state_ = state::overrun;
      forget_pending();
    } else {
      pending_bytes_ += more->size();
      pending_.push_back(std::move(more));
    }
    wakes = must_wake();
  }
  if (wakes) wake();
  return is_open();
}

void stream::finish(stream_bytes last) {
  bool wakes = false;
  {
    const std::lock_guard hold{mutex_};
    if (state_ != state::open) return;
    state_ = state::finishing;
    if (last) pending_.push_back(std::move(last));
    wakes = must_wake();
  }
  if (wakes) wake();
}

bool stream::is_open() const {
  const std::lock_guard hold{mutex_};
  return state_ == state::open && !session_.expired();
}

stream::portion stream::take(std::string& out) {
  const std::lock_guard hold{mutex_};
  taken_bytes_ = 0;
  if (state_ == state::overrun) return portion::overrun;
  auto next = pending_.begin();
  for (; next != pending_.end(); ++next) {
    if (taken_bytes_ != 0 && taken_bytes_ + (*next)->size() > portion_bytes) break;
    out.append(**next);
    taken_bytes_ += (*next)->size();
  }
  pending_.erase(pending_.begin(), next);
  if (pending_.empty()) {
    forget_pending();
    if (state_ == state::finishing) return portion::last;
  } else {
    pending_bytes_ -= std::min(pending_bytes_, taken_bytes_);
  }
  return taken_bytes_ == 0 ? portion::nothing : portion::some;
}

bool stream::is_overrun() const {
  const std::lock_guard hold{mutex_};
  return state_ == state::overrun;
}

void stream::on_written() {
  bool wakes = false;
  {
    const std::lock_guard hold{mutex_};
    taken_bytes_ = 0;
    wakes = (!pending_.empty() || state_ != state::open) && must_wake();
  }
  if (wakes) wake();
}

void stream::on_closed() noexcept {
  std::shared_ptr<void> kept;
  std::vector<stream_bytes> pending;
  const std::lock_guard hold{mutex_};
  state_ = state::closed;
  pending.swap(pending_);
  kept.swap(options_.kept);
}

std::shared_ptr<stream> stream::leave_handoff() noexcept {
  const std::lock_guard hold{mutex_};
  is_queued_ = false;
  return std::move(self_);
}

/// With its memory: an idle stream holds nothing.
void stream::forget_pending() noexcept {
  std::vector<stream_bytes>{}.swap(pending_);
  pending_bytes_ = 0;
}

bool stream::must_wake() noexcept {
  if (is_queued_ || state_ == state::closed) return false;
  is_queued_ = true;
  self_ = shared_from_this();
  return true;
}

void stream::wake() { lane_->wake(*this); }

}  // namespace sellavie::net
