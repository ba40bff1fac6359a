#include "net/http/responder.hpp"

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

bool responder::is_in_vain() const noexcept { return !session_ || session_->is_gone(); }

std::shared_ptr<stream> responder::open_stream(response head, stream_options options) {
  auto opened = std::make_shared<stream>(session_, std::move(options));
  head.body.clear();
  head.shared_body.reset();
  head.goes_on = opened;
  answer(std::move(head));
  return opened;
}

}  // namespace sellavie::net
