#include "health.hpp"

namespace sellavie {

net::readiness health::report(time now) const {
  net::readiness state;
  const auto add = [&](bool holds, const char* reason) {
    if (holds) state.reasons.emplace_back(reason);
  };
  const bool hangs = started && now - answered_.load() > longest_silence;
  add(!started, "starting");
  add(database_away || hangs, "the database is away");
  add(reviving, "the database is being started again");
  add(draining, "draining");
  add(fenced, "another process took over");
  add(broken, "a part of the server died");
  state.ready = state.reasons.empty();
  return state;
}

}  // namespace sellavie
