#pragma once
// The stage for choreographies of actors: CAF's deterministic coordinator, a virtual clock, a store in
// memory and a scripted world. Nothing runs until run() or pass().

#include <gtest/gtest.h>

#include <caf/all.hpp>
#include <caf/detail/test_actor_clock.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <memory>
#include <vector>

#include "actors/reader.hpp"
#include "actors/services.hpp"
#include "tests/actors/support/fakes.hpp"
#include "tests/support/memory_store.hpp"

namespace sellavie::test {

class stage : public testing::Test {
 protected:
  stage() : system_{config_} {
    node->settings = settings;
    node->time = clock;
    node->ids = ids;
    node->outside = world;
    node->metrics = std::make_shared<monitoring::metrics>();
    node->log = std::make_shared<monitoring::logger>(monitoring::log_options{
        .queue = 0, .now = [clock = clock] { return clock->now(); }, .write = [](std::string_view) {}});
    node->jitter = [] { return 0.0; };
    node->journals.push_back(keep(system_.spawn(
        actors::journal, actors::journal_dependencies{.store = store,
                                                      .reads = store,
                                                      .metrics = node->metrics,
                                                      .on_fenced = [] {},
                                                      .jobs = node->jobs,
                                                      .linger = std::chrono::microseconds{0}})));
    node->readers.push_back(keep(
        system_.spawn(actors::reader, std::static_pointer_cast<storage::store_reads>(store), node->metrics)));
    run();
  }
  /// Before the members of the test are gone: dying actors may still reach for them.
  void TearDown() override {
    for (const auto& one : cast_) caf::anon_send_exit(one, caf::exit_reason::kill);
    run();
    world->calls.clear();
    node->journals.clear();
    node->readers.clear();
    cast_.clear();
  }

  /// Ends with the stage.
  template <class Handle>
  Handle keep(Handle one) {
    cast_.push_back(caf::actor_cast<caf::actor>(one));
    return one;
  }
  void run() { scheduler().run(); }
  /// Lets time pass in steps, so that timers fire when they are due.
  void pass(milliseconds time, milliseconds step = milliseconds{50}) {
    for (; time.count() > 0; time -= step) {
      clock->advance(std::min(step, time));
      scheduler().advance_time(std::min(step, time));
      run();
    }
  }
  [[nodiscard]] bool has_timers() { return scheduler().clock().has_pending_timeout(); }
  [[nodiscard]] caf::actor_system& system() { return system_; }

  std::shared_ptr<config::settings> settings = std::make_shared<config::settings>();
  std::shared_ptr<fake_clock> clock = std::make_shared<fake_clock>();
  std::shared_ptr<numbered_ids> ids = std::make_shared<numbered_ids>();
  std::shared_ptr<scripted_transport> world = std::make_shared<scripted_transport>();
  std::shared_ptr<memory_store> store = std::make_shared<memory_store>();
  std::shared_ptr<actors::services> node = std::make_shared<actors::services>();

 private:
  struct testing_config : caf::actor_system_config {
    testing_config() { set("scheduler.policy", caf::atom("testing")); }
  };
  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  }

  testing_config config_;
  caf::actor_system system_;
  std::vector<caf::actor> cast_;
};

}  // namespace sellavie::test
