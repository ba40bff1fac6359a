#include "net/http/responder.hpp"

#include <algorithm>

#include "net/http/lane.hpp"
#include "net/http/session.hpp"

namespace sellavie::net {

responder::~responder() {
  if (session_) answer(session_->failure_answer());
}

responder& responder::operator=(responder&& other) noexcept {
  responder replaced{std::move(session_)};  // answers 500 if it was still pending
  session_ = std::move(other.session_);
  return *this;
}

void responder::answer(response given) {
  auto asking = std::move(session_);
  if (!asking || asking->take_answer(std::move(given)) == session::delivery::done) return;
  lane& home = asking->home();
  session* node = session::release_for_handoff(std::move(asking));
  home.hand_over(node, node);
}

void response_batch::add(responder to, response given) {
  auto asking = std::move(to.session_);
  if (asking && asking->take_answer(std::move(given)) == session::delivery::needs_handoff)
    answered_.push_back(std::move(asking));
}

void response_batch::flush() noexcept {
  std::stable_sort(answered_.begin(), answered_.end(),
                   [](const auto& a, const auto& b) { return &a->home() < &b->home(); });
  for (std::size_t at = 0; at < answered_.size();) {
    lane& home = answered_[at]->home();
    session* const oldest = session::release_for_handoff(std::move(answered_[at]));
    session* newest = oldest;
    for (++at; at < answered_.size() && &answered_[at]->home() == &home; ++at) {
      session* next = session::release_for_handoff(std::move(answered_[at]));
      next->next_handoff = newest;
      newest = next;
    }
    home.hand_over(newest, oldest);
  }
  answered_.clear();
}

}  // namespace sellavie::net
