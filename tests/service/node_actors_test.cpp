// The node's own actors: how much is on the way at once, and that the death of any of them is noticed.

#include "node_actors.hpp"

#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <caf/all.hpp>
#include <future>
#include <thread>

#include "system_ports.hpp"

namespace sellavie {
namespace {

using namespace std::chrono_literals;

crypto::fernet_ring some_keys() {
  std::array<std::uint8_t, 32> bytes{};
  bytes.fill(7);
  return crypto::fernet_ring{crypto::fernet_key{bytes}};
}

config::settings settings_with_slots(const std::vector<int>& slots) {
  constexpr std::array<const char*, 3> names{"openai", "anthropic", "groq"};
  config::settings settings;
  settings.llm.order.clear();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const std::string name = names.at(i);
    settings.llm.order.push_back(name);
    settings.llm.providers[name].concurrency = slots[i];
  }
  return settings;
}

/// Outlives the node: its watchman may still hear of deaths while the node goes.
struct losses_heard {
  std::atomic<int> count{0};
  std::promise<void> first;
};

/// All actors of a node on CAF's own threads. Their database is away, which none of them dies of.
class node {
 public:
  node() {
    services_->settings = std::make_shared<config::settings>(settings_with_slots({4}));
    services_->time = make_system_clock();
    services_->ids = make_system_ids();
    services_->metrics = std::make_shared<monitoring::metrics>(services_->settings->llm.order);
    services_->log = std::make_shared<monitoring::logger>(monitoring::log_options{
        .queue = 0, .now = [] { return instant{}; }, .write = [](std::string_view) {}});
    services_->secrets = std::make_shared<const crypto::fernet_ring>(some_keys());
    services_->jitter = [] { return 0.5; };
    services_->incarnation = 1;
    system_.await_actors_before_shutdown(false);
    const node_database away{{"host=/nowhere", {}}, "sellavie/test", [] {}};
    actors_ = spawn_node_actors(system_, services_, away);
    actors_.jobs = spawn_job_runner(system_, services_, away, {});
    janitor_ = system_.spawn<caf::detached>(
        actors::janitor, actors::janitor_dependencies{services_->time, services_->log, {}});
    watchman_ = watch_node_actors(system_, actors_, *services_, janitor_, [heard = heard_] {
      if (++heard->count == 1) heard->first.set_value();
    });
  }
  ~node() {
    // A part that never ran again would keep its friends, and with them their threads, for ever.
    const caf::scoped_actor self{system_};
    const auto end = [&](const caf::actor& one) {
      caf::anon_send_exit(one, caf::exit_reason::kill);
      self->wait_for(one);
    };
    end(watchman_);
    for (const auto& [name, one] : parts()) end(one);
  }
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// Everything that a node consists of, by name.
  [[nodiscard]] std::vector<std::pair<std::string, caf::actor>> parts() const {
    std::vector<std::pair<std::string, caf::actor>> all;
    const auto add = [&](const std::string& name, const auto& one) {
      all.emplace_back(name, caf::actor_cast<caf::actor>(one));
    };
    add("model", actors_.model);
    add("registry", actors_.registry);
    add("pump", actors_.pump);
    add("writer", actors_.writer);
    add("payment events", actors_.payment_events);
    add("payments", actors_.payments);
    add("jobs", actors_.jobs);
    add("janitor", janitor_);
    for (std::size_t i = 0; i < services_->journals.size(); ++i)
      add("journal " + std::to_string(i), services_->journals[i]);
    for (std::size_t i = 0; i < services_->readers.size(); ++i)
      add("reader " + std::to_string(i), services_->readers[i]);
    return all;
  }
  [[nodiscard]] bool hears_of_a_loss() {
    return heard_->first.get_future().wait_for(20s) == std::future_status::ready;
  }
  [[nodiscard]] int losses() const { return heard_->count; }

 private:
  caf::actor_system_config config_;
  caf::actor_system system_{config_};
  std::shared_ptr<actors::services> services_ = std::make_shared<actors::services>();
  node_actors actors_;
  actors::janitor_actor janitor_;
  std::shared_ptr<losses_heard> heard_ = std::make_shared<losses_heard>();
  caf::actor watchman_;
};

TEST(node_actors_of_a_server, are_each_missed_when_they_die) {
  const auto count = node{}.parts().size();
  ASSERT_GE(count, 9U);
  for (std::size_t i = 0; i < count; ++i) {
    node one;
    const auto [name, victim] = one.parts().at(i);
    caf::anon_send_exit(victim, caf::exit_reason::kill);
    EXPECT_TRUE(one.hears_of_a_loss()) << "nobody noticed that the " << name << " died";
  }
}

TEST(node_actors_of_a_server, are_not_missed_while_they_live) {
  node one;
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(one.losses(), 0);
}

TEST(window_of_the_pump, is_twice_the_slots_of_all_providers) {
  EXPECT_EQ(window_of(settings_with_slots({8})), 16U);
  EXPECT_EQ(window_of(settings_with_slots({64, 64, 20})), 296U);
}

TEST(window_of_the_pump, never_falls_below_the_least_whose_shares_leave_room_for_others) {
  for (const int slots : {1, 3, 7}) {
    const auto limits = actors::pump_limits::of(window_of(settings_with_slots({slots})));
    EXPECT_EQ(limits.window, 16U);
    EXPECT_LE(limits.per_business * 2, limits.window);
    EXPECT_LE(limits.per_customer * 2, limits.per_business);
  }
}

}  // namespace
}  // namespace sellavie
