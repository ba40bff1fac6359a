#pragma once
// janitor
//
// Role       runs the node's housekeeping: heartbeat, directory changes, expired reservations,
//            partitions, retention. Expires nothing of a business itself: it tells the owner.
// Grain      one per node; detached, because duties block on the database.
// Invariant  each duty runs at its interval, one at a time; a failing one is logged and tried again.
// Supervised by the node.

#include <caf/all.hpp>
#include <functional>
#include <string>
#include <vector>

#include "actors/clock.hpp"
#include "monitoring/log.hpp"
#include "protocol/domain/error.hpp"

namespace sellavie::actors {

struct duty {
  /// Snake case, for the log.
  std::string name;
  std::chrono::milliseconds interval{};
  std::function<result<void>(instant now)> run;
};

using round_atom = caf::atom_constant<caf::atom("round")>;
using janitor_actor = caf::typed_actor<caf::reacts_to<round_atom>>;

struct janitor_dependencies {
  std::shared_ptr<clock> time;
  std::shared_ptr<monitoring::logger> log;
  std::vector<duty> duties;
};

class janitor_state {
 public:
  using pointer = janitor_actor::stateful_pointer<janitor_state>;
  explicit janitor_state(pointer self) : self_{self} {}
  void start(janitor_dependencies dependencies);
  void make_round();

  static constexpr const char* name = "janitor";

 private:
  pointer self_;
  janitor_dependencies with_;
  std::vector<instant> due_;
};
static_assert(!std::is_aggregate_v<janitor_state>);

janitor_actor::behavior_type janitor(janitor_state::pointer self, janitor_dependencies dependencies);

}  // namespace sellavie::actors
