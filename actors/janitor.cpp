#include "actors/janitor.hpp"

namespace sellavie::actors {
namespace {

constexpr std::chrono::milliseconds round_pause{250};

}  // namespace

void janitor_state::start(janitor_dependencies dependencies) {
  with_ = std::move(dependencies);
  due_.assign(with_.duties.size(), instant{});
  self_->send(self_, round_atom::value);
}

void janitor_state::make_round() {
  for (std::size_t i = 0; i < due_.size(); ++i) {
    const instant now = with_.time->now();
    if (now < due_[i]) continue;
    const duty& one = with_.duties[i];
    due_[i] = now + one.interval;
    if (const auto done = one.run(now); !done)
      with_.log->warning("duty_failed", {{"duty", monitoring::code{one.name}}, {"why", done.error()}});
  }
  self_->delayed_send(self_, round_pause, round_atom::value);
}

janitor_actor::behavior_type janitor(janitor_state::pointer self, janitor_dependencies dependencies) {
  auto& state = self->state;
  state.start(std::move(dependencies));
  return {[&state](round_atom) { state.make_round(); }};
}

}  // namespace sellavie::actors
