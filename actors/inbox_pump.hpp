#pragma once
// inbox_pump
//
// Role       hands committed deliveries to their businesses and keeps a bounded number on the way.
// Grain      one per node.
// Invariant  a delivery is on the way at most once, and those of a lane (a customer) go in the order of
//            their ids. Fresh ones come straight from the writer; what has to wait stays in the table,
//            only its id is kept (actors/inbox_lanes.hpp has the shares, the order and their bounds).
//            The table is walked through by id again and again, because a lower id may commit later.
//            A row of an earlier incarnation is counted as begun before it is handed on: if the
//            process dies, that many later runs had it. A suspect runs only while nothing else does, under a
//            mark; when it is given back, nothing else runs before the mark is gone.
// Bounds     one page of 256 bodies and one look at 1,024 rows are under way at a time; a look every
//            0.5 s, one after the other only until the first walk ends and when known rows run out.
// Supervised by the node.

#include <caf/all.hpp>
#include <unordered_map>
#include <unordered_set>

#include "actors/delivery.hpp"
#include "actors/inbox_lanes.hpp"
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
using rested_atom = caf::atom_constant<caf::atom("rested")>;

using inbox_pump_actor = caf::typed_actor<caf::reacts_to<committed_events>,
                                          // From supervisors: a stored plan waits for these.
                                          caf::reacts_to<offer_together>,
                                          // From supervisors: room for others.
                                          caf::reacts_to<deliveries_finished>,
                                          // From a supervisor that cannot load its business, or from the
                                          // registry: a supervisor died.
                                          caf::reacts_to<deliveries_dropped>,
                                          // Begin; afterwards to itself.
                                          caf::reacts_to<poll_atom>, caf::reacts_to<drain_atom>,
                                          // To itself: a business has rested.
                                          caf::reacts_to<rested_atom, business_id>>;

/// Where the pump's deliveries go.
using delivery_sink = caf::typed_actor<caf::reacts_to<delivery>>;

class inbox_pump_state {
 public:
  explicit inbox_pump_state(inbox_pump_actor::stateful_pointer<inbox_pump_state> self) : self_{self} {}
  void start(services_ptr node, delivery_sink registry, pump_limits limits);

  void offer(committed_events& fresh);
  void finish(const deliveries_finished& done);
  void drop(const deliveries_dropped& lost);
  void end_rest(const business_id& business);
  void bring(const offer_together& planned);
  void poll();
  void drain() { is_draining_ = true; }

  static constexpr const char* name = "inbox_pump";

 private:
  using stored_rows = std::vector<storage::stored_delivery>;

  void look();
  void ask_again();
  void read(std::vector<inbox_id> ids);
  void take_page(const std::vector<inbox_id>& asked, const inbox_page& page);
  void begin(std::shared_ptr<const stored_rows> rows, std::function<void(bool)> then);
  void hand_on(const storage::stored_delivery& row);
  void send(delivery one);
  void run_alone(const storage::stored_delivery& suspect);
  void give_back(inbox_id id);
  void take_back_marks();
  void say_mark_stays(inbox_id id) const;
  [[nodiscard]] bool nothing_may_join() const { return !alone_.empty() || !left_marked_.empty(); }
  [[nodiscard]] std::optional<delivery> open(const storage::stored_delivery& row);
  void park(const storage::stored_delivery& row, std::string reason);
  void show_depth() const;

  inbox_pump_actor::stateful_pointer<inbox_pump_state> self_;
  services_ptr node_;
  delivery_sink registry_;
  inbox_lanes lanes_;
  /// Free places that make a page worth its read.
  std::size_t worthwhile_ = 1;
  std::unique_ptr<crypto::body_cipher> bodies_;
  bool is_draining_ = false;
  bool is_reading_ = false;
  /// Rows of earlier incarnations that this one has counted already.
  std::unordered_set<inbox_id> begun_;
  /// A suspect, and what a stored plan binds it to.
  std::unordered_set<inbox_id> alone_;
  /// Marked as running alone, or perhaps, and given back.
  std::unordered_map<inbox_id, business_id> left_marked_;
  bool is_taking_back_ = false;
};
static_assert(!std::is_aggregate_v<inbox_pump_state>);

inbox_pump_actor::behavior_type inbox_pump(inbox_pump_actor::stateful_pointer<inbox_pump_state> self,
                                           services_ptr node, delivery_sink registry, pump_limits limits);

}  // namespace sellavie::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::committed_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::actors::offer_together)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sellavie::business_id)
