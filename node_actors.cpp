#include "node_actors.hpp"

#include <caf/all.hpp>

#include "storage/postgres_reads.hpp"
#include "storage/postgres_unit_of_work.hpp"

namespace sellavie {
namespace {

constexpr int reader_count = 2;
constexpr std::size_t least_window = 16;

caf::behavior watchman(caf::event_based_actor* self, const std::vector<caf::actor>& watched,
                       const std::function<void()>& on_loss) {
  self->set_down_handler([on_loss](const caf::down_msg&) { on_loss(); });
  for (const caf::actor& one : watched) self->monitor(one);
  return {[](caf::unit_t) {}};
}

std::shared_ptr<storage::store_reads> reads_of(const actors::services& node, const node_database& database,
                                               std::shared_ptr<const storage::doubt_gate> doubts) {
  return std::make_shared<storage::postgres_reads>(
      [engine = database.engine, session = database.application_name] {
        return storage::open_pqxx(engine, session);
      },
      node.incarnation, std::move(doubts));
}

void spawn_database_workers(caf::actor_system& system, actors::services& node,
                            const node_database& database) {
  const auto engine = database.engine;
  const auto session = database.application_name;
  const auto doubts = std::make_shared<storage::doubt_gate>();
  const auto make_reads = [&] { return reads_of(node, database, doubts); };
  for (int i = 0; i < node.settings->workers.writers; ++i) {
    auto store = std::make_shared<storage::postgres_unit_of_work>(
        [engine, session] { return storage::open_pq(engine, session); }, node.incarnation, doubts);
    node.journals.push_back(system.spawn<caf::detached>(
        actors::journal, actors::journal_dependencies{.store = store,
                                                      .reads = make_reads(),
                                                      .metrics = node.metrics,
                                                      .on_fenced = database.on_fenced,
                                                      .watchers = node.watchers,
                                                      .jobs = node.jobs}));
  }
  for (int i = 0; i < reader_count; ++i)
    node.readers.push_back(system.spawn<caf::detached>(actors::reader, make_reads(), node.metrics));
  node.metrics->pool_size(monitoring::pool::journal).set(static_cast<double>(node.journals.size()));
  node.metrics->pool_size(monitoring::pool::reader).set(static_cast<double>(node.readers.size()));
}

std::shared_ptr<const actors::child_factory> make_children() {
  return std::make_shared<const actors::child_factory>(actors::child_factory{
      [](caf::scheduled_actor& parent, actors::conversation_dependencies with) {
        return parent.system().spawn(actors::conversation, std::move(with));
      },
      [](caf::scheduled_actor& parent, actors::services_ptr node, actors::tenant_ptr business,
         connection_id account, actors::outbox_sender_parent above) {
        return parent.system().spawn(actors::outbox_sender, std::move(node), std::move(business), account,
                                     std::move(above));
      },
      [](caf::scheduled_actor& parent, actors::services_ptr node, actors::tenant_ptr business) {
        return parent.system().spawn(actors::order_desk, std::move(node), std::move(business));
      },
      [](caf::scheduled_actor& parent, actors::services_ptr node, actors::tenant_ptr business) {
        return parent.system().spawn(actors::invoice_desk, std::move(node), std::move(business));
      },
      [](caf::scheduled_actor& parent, actors::services_ptr node, actors::tenant_ptr business) {
        return parent.system().spawn(actors::payment_client, std::move(node), std::move(business));
      },
      [](caf::scheduled_actor& parent, actors::services_ptr node, actors::tenant_ptr business) {
        return parent.system().spawn(actors::quota_desk, std::move(node), std::move(business));
      }});
}

}  // namespace

std::size_t window_of(const config::settings& settings) {
  std::size_t slots = 0;
  for (const auto& name : settings.llm.order)
    slots += static_cast<std::size_t>(settings.llm.providers.find(name)->second.concurrency);
  return std::max(2 * slots, least_window);
}

node_actors spawn_node_actors(caf::actor_system& system, const std::shared_ptr<actors::services>& node,
                              const node_database& database) {
  spawn_database_workers(system, *node, database);
  const actors::services_ptr shared = node;
  const auto router = system.spawn(actors::llm_router, shared);
  node_actors all;
  all.model = router;
  all.registry = system.spawn(actors::tenant_registry,
                              actors::tenant_registry_dependencies{shared, router, make_children()});
  all.pump = system.spawn(actors::inbox_pump, shared, actors::delivery_sink{all.registry},
                          actors::pump_limits::of(window_of(*node->settings)));
  caf::anon_send(all.registry, actors::meet_pump{all.pump});
  all.writer = system.spawn(actors::inbox_writer, shared, all.pump);
  all.payments = system.spawn(actors::payment_worker, shared, all.registry);
  all.untold = system.spawn(actors::untold_worker, shared);
  all.payment_events = system.spawn(actors::payment_event_writer, shared);
  return all;
}

// Its doubts are its own: an end that may still be written is none that a claim could take for open, because the job
// is claimed until it is written.
actors::job_runner_actor spawn_job_runner(caf::actor_system& system,
                                          const std::shared_ptr<actors::services>& node,
                                          const node_database& database, actors::job_kinds kinds) {
  const auto claims = system.spawn<caf::detached>(
      actors::reader, reads_of(*node, database, std::make_shared<storage::doubt_gate>()), node->metrics);
  node->metrics->pool_size(monitoring::pool::reader).increment();
  return system.spawn(actors::job_runner,
                      actors::job_runner_dependencies{
                          node, claims, std::make_shared<const actors::job_kinds>(std::move(kinds))});
}

caf::actor watch_node_actors(caf::actor_system& system, const node_actors& all, const actors::services& node,
                             const actors::janitor_actor& janitor, std::function<void()> on_loss) {
  std::vector<caf::actor> watched;
  const auto add = [&](const auto& one) { watched.push_back(caf::actor_cast<caf::actor>(one)); };
  add(all.model);
  add(all.registry);
  add(all.pump);
  add(all.writer);
  add(all.payments);
  add(all.untold);
  add(all.jobs);
  add(all.payment_events);
  add(janitor);
  for (const auto& journal : node.journals) add(journal);
  for (const auto& reader : node.readers) add(reader);
  return system.spawn(watchman, watched, std::move(on_loss));
}

}  // namespace sellavie
