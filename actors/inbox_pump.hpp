#pragma once
// inbox_pump
//
// Role       hands committed deliveries to their businesses and keeps a bounded number on the way.
// Grain      one per node.
// Invariant  a delivery is on the way at most once. Fresh ones come straight from the writer; a poll
//            of what is still in the table finds the rest, never by a cursor, because a lower id
//            may commit later. What does not fit in the window waits in the table.
//            A suspect (it was under way in 3 process deaths) runs only while nothing else does.
// Supervised by the node.

#include <caf/all.hpp>
#include <unordered_map>
#include <unordered_set>

#include "actors/delivery.hpp"
#include "actors/services.hpp"
#include "protocol/crypto/sealed_box.hpp"

namespace sellavie::actors {

/// A stored plan answers these deliveries: it goes on when all of them are offered.
struct offer_together {
  std::vector<inbox_id> ids;
};

/// Fresh rows, in the order of acceptance.
struct committed_events {
  std::vector<delivery> deliveries;
};

/// Take nothing new: the node is stopping.
using drain_atom = caf::atom_constant<caf::atom("drain")>;
using poll_atom = caf::atom_constant<caf::atom("poll")>;

using inbox_pump_actor = caf::typed_actor<caf::reacts_to<committed_events>,
                                          // From supervisors: a stored plan waits for these.
                                          caf::reacts_to<offer_together>,
                                          // From supervisors: room for others.
                                          caf::reacts_to<deliveries_finished>,
                                          // From the registry: a supervisor died.
                                          caf::reacts_to<deliveries_dropped>,
                                          // Begin; afterwards to itself.
                                          caf::reacts_to<poll_atom>, caf::reacts_to<drain_atom>>;

/// Where the pump's deliveries go.
using delivery_sink = caf::typed_actor<caf::reacts_to<delivery>>;

class inbox_pump_state {
 public:
  explicit inbox_pump_state(inbox_pump_actor::stateful_pointer<inbox_pump_state> self) : self_{self} {}
  void start(services_ptr node, delivery_sink registry, std::size_t window);

  void offer(committed_events& fresh);
  void finish(const deliveries_finished& done);
  void drop(const deliveries_dropped& lost);
  void bring(const offer_together& planned);
  void poll();
  void drain() { window_ = 0; }

  static constexpr const char* name = "inbox_pump";
  /// Process deaths after which a delivery runs by itself.
  static constexpr int suspect_after = 3;

 private:
  void take(delivery one);
  void request_page();
  void ask_again();
  void show_depth() const;
  void take_page(const inbox_page& page);
  void run_alone(const storage::stored_delivery& suspect);
  void give_back(inbox_id id);
  [[nodiscard]] std::optional<delivery> open(const storage::stored_delivery& row);
  void park(const storage::stored_delivery& row, std::string reason);
  [[nodiscard]] std::size_t room() const { return window_ > busy_.size() ? window_ - busy_.size() : 0; }

  inbox_pump_actor::stateful_pointer<inbox_pump_state> self_;
  services_ptr node_;
  delivery_sink registry_;
  std::size_t window_ = 0;
  std::unique_ptr<crypto::body_cipher> bodies_;
  std::unordered_map<inbox_id, business_id> busy_;
  /// Finished since the running poll was asked: its page may still show them.
  std::unordered_set<inbox_id> finished_meanwhile_;
  bool polling_ = false;
  /// The table may hold more than we know of.
  bool backlog_ = true;
  std::size_t asked_ = 0;
  /// A suspect, and what a stored plan binds it to.
  std::unordered_set<inbox_id> alone_;
  /// The table shows suspects: nothing else is handed on until they have run.
  bool suspects_wait_ = false;
  /// Fresh ones that came while a page was read: they stand behind it.
  std::vector<delivery> behind_page_;
};
static_assert(!std::is_aggregate_v<inbox_pump_state>);

inbox_pump_actor::behavior_type inbox_pump(inbox_pump_actor::stateful_pointer<inbox_pump_state> self,
                                           services_ptr node, delivery_sink registry, std::size_t window);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::committed_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::offer_together)
