#include "janitor_duties.hpp"

#include "storage/housekeeping.hpp"
#include "storage/incarnation.hpp"

namespace sellavie {
namespace {

using namespace std::chrono_literals;

constexpr int activity_batch = 500;
constexpr int businesses_rolled = 50;

/// The janitor's connection.
struct workshop {
  janitor_hands hands;
  std::unique_ptr<pqxx::connection> connection;

  result<void> ensure_connected() {
    if (connection && connection->is_open()) return {};
    auto fresh = hands.connect();
    if (!fresh) return fresh.error();
    connection = std::move(fresh.value());
    return {};
  }
};
using workshop_ptr = std::shared_ptr<workshop>;

result<void> beat(workshop& shop, instant now) {
  if (auto ready = shop.ensure_connected(); !ready) return ready;
  return storage::heartbeat(*shop.connection, shop.hands.incarnation, now);
}

auto heartbeat(workshop_ptr shop) {
  return [shop = std::move(shop)](instant now) {
    auto done = beat(*shop, now);
    shop->hands.on_heartbeat(done);
    return done;
  };
}

template <class Work>
auto housekeeping(workshop_ptr shop, Work work) {
  return [shop = std::move(shop), work](instant now) -> result<void> {
    if (auto ready = shop->ensure_connected(); !ready) return ready;
    return work(storage::housekeeping{*shop->connection, shop->hands.incarnation, now});
  };
}

template <class Purge>
auto purging(workshop_ptr shop, Purge purge) {
  const auto on_answer = shop->hands.on_answer;
  const auto work = [purge, on_answer](const storage::housekeeping& house) -> result<void> {
    for (int batch = 0; batch < most_batches; ++batch) {
      const auto removed = purge(house);
      if (!removed) return removed.error();
      on_answer();
      if (*removed < house.batch) break;
    }
    return {};
  };
  return housekeeping(std::move(shop), work);
}

result<void> keep_inbox_keys(const storage::housekeeping& house) {
  if (auto rolled = storage::roll_inbound_keys(house); !rolled) return rolled.error();
  if (auto pruned = storage::prune_stray_keys(house); !pruned) return pruned.error();
  return {};
}

/// One short batch a run: the heartbeat shares the thread.
result<void> chain_activity(storage::housekeeping house) {
  house.batch = activity_batch;
  if (auto chained = storage::chain_activity(house); !chained) return chained.error();
  return {};
}

/// Few at once, for the same reason; what is left waits for the next run.
result<void> roll_plan_usage(storage::housekeeping house) {
  house.batch = businesses_rolled;
  if (auto rolled = storage::roll_plan_usage(house); !rolled) return rolled.error();
  return {};
}

auto purge_turns(const storage::housekeeping& house) {
  return storage::purge_turns(house, storage::stretch_at(house.now));
}

auto purge_action_results(const storage::housekeeping& house) {
  return storage::purge_action_results(house, storage::stretch_at(house.now));
}

auto purge_payment_events(const storage::housekeeping& house) {
  return storage::purge_payment_events(house, storage::stretch_at(house.now));
}

auto purge_sessions(const storage::housekeeping& house) {
  return storage::purge_sessions(house, storage::stretch_at(house.now));
}

}  // namespace

std::vector<actors::duty> janitor_duties(janitor_hands hands) {
  const auto shop = std::make_shared<workshop>(workshop{std::move(hands), nullptr});
  return {{"heartbeat", 1s, heartbeat(shop)},
          {"database", 1s, shop->hands.watch_database},
          {"directory", 250ms, shop->hands.watch_directory},
          {"reservations", 5s, shop->hands.end_reservations},
          {"senders", 30s, shop->hands.wake_senders},
          {"activity", 1s, housekeeping(shop, chain_activity)},
          {"plan_usage", 10s, housekeeping(shop, roll_plan_usage)},
          {"inbox_keys", 1h, housekeeping(shop, keep_inbox_keys)},
          {"quarantine", 1h, purging(shop, storage::purge_quarantine)},
          {"turns", 1min, purging(shop, purge_turns)},
          {"action_results", 1min, purging(shop, purge_action_results)},
          {"payment_events", 1min, purging(shop, purge_payment_events)},
          {"sessions", 1min, purging(shop, purge_sessions)},
          {"sign_ups", 1h, purging(shop, storage::purge_sign_ups)},
          {"password_resets", 1h, purging(shop, storage::purge_password_resets)},
          {"connect_flows", 1h, purging(shop, storage::purge_connect_flows)},
          {"invitations", 1h, purging(shop, storage::purge_invitations)},
          {"mails", 1h, purging(shop, storage::purge_mails)},
          {"attachments", 1h, purging(shop, storage::purge_attachments)},
          {"webhook_deliveries", 5min, purging(shop, storage::end_stranded_deliveries)},
          {"webhook_events", 1h, purging(shop, storage::purge_webhook_events)},
          {"notifications", 1h, purging(shop, storage::purge_notifications)},
          {"recorded", 1h, purging(shop, storage::purge_recorded)},
          {"parked", 24h, purging(shop, storage::purge_parked)},
          {"done_tasks", 24h, purging(shop, storage::purge_done_tasks)},
          {"dead_jobs", 24h, purging(shop, storage::purge_dead_jobs)}};
}

}  // namespace sellavie
