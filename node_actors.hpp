#pragma once
// The actors that a node consists of, and who looks after those that nobody supervises.

#include <caf/actor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/inbox_pump.hpp"
#include "actors/inbox_writer.hpp"
#include "actors/janitor.hpp"
#include "actors/job_runner.hpp"
#include "actors/payment_event_writer.hpp"
#include "actors/payment_worker.hpp"
#include "actors/services.hpp"
#include "actors/tenant_registry.hpp"
#include "actors/untold_worker.hpp"
#include "storage/connect.hpp"

namespace sellavie {

struct node_actors {
  actors::tenant_registry_actor registry;
  actors::inbox_pump_actor pump;
  actors::inbox_writer_actor writer;
  actors::payment_event_writer_actor payment_events;
  actors::llm_router_actor model;
  actors::payment_worker_actor payments;
  actors::untold_worker_actor untold;
  actors::job_runner_actor jobs;
};

struct node_database {
  storage::database_role engine;
  /// Of its sessions.
  std::string application_name;
  /// Called by a journal whose incarnation was taken over; from any thread, more than once.
  std::function<void()> on_fenced;
};

/// How many deliveries may be on the way at once: twice the slots of all providers, but never so few that a
/// customer's messages of one moment do not fit (docs/adr/0035-bounded-waits.md).
[[nodiscard]] std::size_t window_of(const config::settings& settings);

/// Spawns journals, readers, router, registry, pump and writers. `node` gets its journals and readers.
[[nodiscard]] node_actors spawn_node_actors(caf::actor_system& system,
                                            const std::shared_ptr<actors::services>& node,
                                            const node_database& database);

/// Behind all that its handlers reach for.
[[nodiscard]] actors::job_runner_actor spawn_job_runner(caf::actor_system& system,
                                                        const std::shared_ptr<actors::services>& node,
                                                        const node_database& database,
                                                        actors::job_kinds kinds);

/// Monitors every one of them and the janitor. Without one the node would accept what nobody handles;
/// a new process finds everything in the table. `on_loss` runs once for each that dies. Keep the
/// returned actor.
[[nodiscard]] caf::actor watch_node_actors(caf::actor_system& system, const node_actors& all,
                                           const actors::services& node, const actors::janitor_actor& janitor,
                                           std::function<void()> on_loss);

}  // namespace sellavie
